"""The demo's views, whose code its pages show: a module for each family of responses, and one for the pages."""
