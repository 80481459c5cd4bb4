"""Mixins for Django's generic views: put one on the left and ``render_to_response()`` returns the right response."""

from .status import StatusResponseMixin

__all__ = ["StatusResponseMixin"]
