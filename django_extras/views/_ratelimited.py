"""Ratelimited, which django-ratelimit raises: a PermissionDenied, though it says 429."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:

    class Ratelimited(PermissionDenied):
        """That of django-ratelimit, which has no types."""

else:
    try:
        from django_ratelimit.exceptions import Ratelimited
    except ImportError:

        class Ratelimited(PermissionDenied):
            """What nobody raises, as the package is not installed."""
