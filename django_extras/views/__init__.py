"""Mixins for Django's generic views: put one on the left and ``render_to_response()`` returns the right response."""

from .archive import ZipDownloadMixin
from .download import FileDownloadMixin
from .json import JsonResponseMixin
from .negotiation import NegotiatedResponseMixin
from .status import StatusResponseMixin

__all__ = [
    "FileDownloadMixin",
    "JsonResponseMixin",
    "NegotiatedResponseMixin",
    "StatusResponseMixin",
    "ZipDownloadMixin",
]
