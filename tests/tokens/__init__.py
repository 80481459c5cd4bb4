"""A project with the packages that docs/how-to/tokens.md names, which tests/test_tokens_docs.py runs."""
