"""The Django project that the real servers run."""
