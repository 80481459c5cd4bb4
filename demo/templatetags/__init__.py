"""What the templates of the demo ask for."""
