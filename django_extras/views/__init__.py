"""Mixins for Django's generic views: put one on the left and ``render_to_response()`` returns the right response."""

from .json import JsonResponseMixin
from .status import StatusResponseMixin

__all__ = ["JsonResponseMixin", "StatusResponseMixin"]
