"""``ZipDownloadMixin``: a generic view that sends many files as one archive."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models.fields.files import FieldFile
from django.http.response import HttpResponseBase

from django_extras.http._archive import Archive, is_installed

from ._delivering import deliver
from ._failures import not_found, status_of
from .download import FileDownloadMixin


class ZipDownloadMixin(FileDownloadMixin):
    """
    Send files as one ZIP archive, which is made while it is sent.

    Put it left of a list view::

        class InvoicesZip(ZipDownloadMixin, ListView):
            model = Invoice
            file_field = "pdf"
            filename = "invoices.zip"

    Or say what is in it::

        class Report(ZipDownloadMixin, View):
            def get_members(self):
                yield "report/data.csv", (default_storage, "data/2026.csv")
                yield "report/read me.txt", b"Read me."

    It needs the extra ``django-extras[zip]``. The archive has a Content-Length, unless it is compressed
    or the size of a member is unknown. It has no ranges and no entity tag. Members are read one after another, and
    memory stays flat. A member that turns out to be shorter or longer than its size ends the connection, so that no
    client takes a broken archive for a whole one; the log names the member.

    Attributes, besides those of ``FileDownloadMixin``:

    ``file_field = None``
        The name of the file field of each object: ``"pdf"``. Objects without a file are left out.
    ``filename = "download.zip"``
        The name to save the archive under.
    ``content_type = "application/zip"``, ``as_attachment = True``
        The media type, and that browsers save the archive.
    ``compress = False``
        True to compress the members. The archive then has no Content-Length, so browsers show no progress.

    Errors: 404 if a member is missing, before anything is sent. ImproperlyConfigured if the view says no members, or
    if the extra is not installed.
    """

    filename: str = "download.zip"
    content_type: str | None = "application/zip"
    as_attachment: bool | None = True
    #: Whether to compress the members. The archive then has no Content-Length.
    compress: bool = False

    def get_members(self) -> Iterable[tuple[Any, ...]]:
        """
        Return the members: each a name and a content, and the size if the content is an iterator whose size is known.

        The name may be a path: ``"2026/invoice.pdf"``. It is cleaned, so that it leads out of no directory and is
        valid on every system, and gets a number if it is taken. The content is a file name, the file of a field, a
        file in binary mode, a storage and a name in it, bytes, or an iterator of bytes. By default the members are the
        files in `file_field` of the objects in the list, or of the one object.
        """
        if self.file_field is None:
            raise self._missing("the members of its archive", "file_field", remedy="get_members()")
        return self._get_files(self.file_field)

    def _get_files(self, field: str) -> Iterator[tuple[str, FieldFile]]:
        objects = self._objects
        if objects is None:
            view: Any = self
            objects = [view.object] if hasattr(view, "object") else getattr(view, "object_list", ())
        for instance in objects:
            file = self._get_field_file(field, instance)
            if file:
                yield str(file.name).rpartition("/")[2], file

    def _require_extra(self) -> None:
        if not is_installed():
            raise ImproperlyConfigured(
                f"{type(self).__name__} needs zipstream-ng. Install the extra: django-extras[zip]."
            )

    #: The objects of the page, as its context has them.
    _objects: Any = None

    def _build_file_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponseBase:
        self._require_extra()
        if isinstance(context, dict):
            self._objects = context.get("object_list")
        try:
            archive = Archive(self.get_members(), compress=self.compress)
        except Exception as error:
            if status_of(error) == 404:
                raise not_found(self, error) from error
            raise
        headers = dict(response_kwargs.pop("headers", None) or {})
        if archive.length is not None:
            headers["Content-Length"] = str(archive.length)
        return deliver(self, archive, {**response_kwargs, "headers": headers})
