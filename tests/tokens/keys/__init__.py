"""The app of the model that the docs have tokens in."""
