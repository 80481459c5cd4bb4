"""The app: ``"django_extras"`` in ``INSTALLED_APPS`` turns on the system checks and ``manage.py openapi``."""

from django.apps import AppConfig


class DjangoExtrasConfig(AppConfig):
    """Register the system checks."""

    name = "django_extras"

    def ready(self) -> None:
        """Import the checks, which registers them."""
        from . import checks as checks
