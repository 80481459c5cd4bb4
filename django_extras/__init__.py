"""Mixins that make Django's generic views speak JSON, send files and answer with exact statuses."""
