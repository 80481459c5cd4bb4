"""
``FileDownloadMixin``: a generic view that sends a file.

GET takes these steps. Those that name no module are in this one.

1. ``get()`` calls that of the view on the right, which finds its object and calls ``render_to_response()``. If that
   view has no ``get()``, as a plain View has none, ours calls ``render_to_response()`` itself.
2. ``has_download_permission()`` says who may have the file.
3. ``_render_by()``, _rendering, calls ``_build_file_response()``. StatusResponseMixin overrides it to choose a status.
4. ``_find_file()`` asks ``get_file()``, which asks the object or ``get_path()``. A path below `root` is
   checked: _paths. Nothing is opened.
5. ``deliver()``, _delivering, asks the other hooks, and who sends the bytes: another server or this process.
6. This process answers with a FileResponse: http.file.
"""

import io
import os
from collections.abc import Awaitable
from datetime import datetime
from inspect import isawaitable, iscoroutine
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic.base import TemplateResponseMixin, View

from django_extras.delivery import Delivery
from django_extras.http._media_type import INLINE_TYPES
from django_extras.http._sources import Content, Stored, is_sendable
from django_extras.http.file import FileResponse

from ._bases import require_left_of
from ._delivering import deliver, wrong_answer
from ._failures import not_found, status_of
from ._finishing import TemporaryFile
from ._hooks import wait_for
from ._paths import FileBelow, may_be_below, path_below
from ._rendering import AnyResponse, RenderingMixin

_PATHS = (str, os.PathLike)  # once: to make a union takes as long as to compare with it


class FileDownloadMixin(RenderingMixin):
    """
    Send the file that the object has, that the view names, or that the URL names below a directory.

    Put it left of any generic view, or of ``View``::

        class InvoicePdf(FileDownloadMixin, DetailView):
            model = Invoice
            file_field = "pdf"

        class Manuals(FileDownloadMixin, View):  # path("manuals/<path:path>", Manuals.as_view())
            root = settings.MEDIA_ROOT

    GET and HEAD get what ``FileResponse`` answers: 200, 206, 304, 412 or 416. OPTIONS gets a 200, other methods get a
    405. Override `has_download_permission()` to say who may have the file. Override `get_file()` to send something
    else: a path, an open file, bytes, an iterator of bytes, or a storage and a name in it. A view that overrides
    `aget_file()` instead is async. An async ``get()`` of your own returns ``await self.arender_to_response()``.

    Attributes, with their defaults. From ``filename`` on, each has a method, such as `get_filename()`: override it
    where the value depends on the request.

    ``file_field = None``
        The name of the object's file field: ``"pdf"``.
    ``path = None``
        The file to send: ``"/srv/terms.pdf"``. With `root` it is below that. It wins over the URL's ``path`` argument.
    ``root = None``
        The directory that `path`, or the URL's ``path`` argument, is below: ``settings.MEDIA_ROOT``. Links in it are
        followed, but no link, no ``..`` and no special name leads out of it.
    ``allow_dotfiles = False``
        True to send files below `root` whose path has a name that begins with a dot: ``.env``, ``.git/config``.
    ``inline_types = INLINE_TYPES``
        The media types that browsers show if `as_attachment` is None: types that run no script, so no HTML and no SVG.
        Extend them: ``FileDownloadMixin.inline_types | {"image/svg+xml"}``.
    ``file_response_class = FileResponse``
        The class of the response.
    ``filename = ""``
        The name to save the file under: ``"invoice.pdf"``. Empty for the name of the file.
    ``content_type = None``
        The media type: ``"text/plain; charset=utf-8"``. None to guess it from the name.
    ``as_attachment = None``
        True to have browsers save the file, False to have them show it. None to show the types in `inline_types`.
    ``etag = None``
        The entity tag: ``"v1"``. None to have ``FileResponse`` make one.
    ``last_modified = None``
        The date for Last-Modified, a datetime. None for the date of the file.
    ``cache_control = "private, no-cache"``
        The Cache-Control field: ``"public, max-age=3600"``. Empty for none.
    ``delivery = None``
        Who sends the bytes: ``Nginx(settings.MEDIA_ROOT, "/protected/")``, or another class of
        ``django_extras.delivery``. None for what the setting ``DJANGO_EXTRAS_DELIVERY`` says, by default this process.
    ``temporary = False``
        True if `get_file()` returns the path of a file that it has made for this request. It is removed in every
        case, and always sent by this process. It has no method.

    Errors: 403 if `has_download_permission()` returns False. 404 for a missing file, a directory, or a file that may
    not be read; the log says why. 502 or 503, logged with the traceback, if the storage of the file fails.
    ImproperlyConfigured if the view names no file, if `root` is no directory, if the field is no file field, or if
    the mixin comes after a view. TypeError for a hook that returns something else than it should. ValueError for an
    entity tag that cannot be sent.
    """

    # A view may name its own in a list, as Django does, or in a tuple.
    http_method_names: Any = ("get", "head", "options")

    #: The name of the object's file field.
    file_field: str | None = None
    #: The file to send; below `root` if that is set.
    path: str | os.PathLike[str] | None = None
    #: The directory that `path`, or the URL's ``path`` argument, is below. Nothing outside it is sent.
    root: str | os.PathLike[str] | None = None
    #: Whether to send files below `root` whose path has a name that begins with a dot, such as ``.env``.
    allow_dotfiles: bool = False
    #: Media types that run no script. A ``/*`` covers no markup: name ``text/html`` to show it.
    inline_types: ClassVar[frozenset[str]] = INLINE_TYPES
    #: The class of the response.
    file_response_class: ClassVar[type[FileResponse]] = FileResponse
    #: The name to save the file under. Empty: the name of the file.
    filename: str = ""
    #: The media type. None: guessed from the name.
    content_type: str | None = None
    #: Whether browsers save the file. None: they show the types in `inline_types` and save all others.
    as_attachment: bool | None = None
    #: The entity tag, with or without quotes. None: ``FileResponse`` makes one.
    etag: str | None = None
    #: The date for Last-Modified. None: the date of the file.
    last_modified: datetime | None = None
    #: The Cache-Control field. Empty: none is sent.
    cache_control: str | None = "private, no-cache"
    #: Who sends the bytes. None: what the setting DJANGO_EXTRAS_DELIVERY says, by default this process.
    delivery: Delivery | None = None
    #: Whether to remove the file whose path get_file() returns, once it is open or nobody needs it.
    temporary: bool = False

    #: Whether the view on the right has get().
    _has_get: ClassVar[bool] = False
    #: Whether the view has an aget_file() of its own.
    _is_async: ClassVar[bool] = False
    #: Whether the view has a download_finished() of its own.
    _hears_the_end: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fault = "send no file, as FileDownloadMixin comes after a view"
        require_left_of((View, TemplateResponseMixin), FileDownloadMixin, cls, fault)
        cls._has_get = hasattr(super(), "get")
        cls._is_async = cls.aget_file is not FileDownloadMixin.aget_file
        cls._hears_the_end = cls.download_finished is not FileDownloadMixin.download_finished
        if cls._is_async and cls.get is FileDownloadMixin.get:
            cls.get = FileDownloadMixin._get_in_thread  # type: ignore[method-assign]  # Django looks for a coroutine

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> AnyResponse:
        """Call get() of the view on the right, which finds its object, and return the file."""
        return super().get(request, *args, **kwargs) if self._has_get else self.render_to_response()  # type: ignore[misc]  # of the view

    async def _get_in_thread(self, request: HttpRequest, *args: Any, **kwargs: Any) -> AnyResponse:
        return await sync_to_async(FileDownloadMixin.get)(self, request, *args, **kwargs)

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> AnyResponse:
        """Return the response with the file."""
        # Django's setup() has set head to get(), a cycle that keeps the request until garbage is collected.
        vars(self).pop("head", None)
        permission = self.has_download_permission()
        if permission is not True and (response := self._refuse(permission)) is not None:
            return response
        return self._render_by(self._build_file_response, context, response_kwargs)

    async def arender_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponseBase:
        """Return the same response, made in a thread: no file, storage or database makes the event loop wait."""
        response: HttpResponseBase = await sync_to_async(self.render_to_response)(context, **response_kwargs)
        return response

    def has_download_permission(self) -> bool | HttpResponseBase | Awaitable[bool | HttpResponseBase]:
        """
        Return True to send the file, False for a 403, or a response to give instead, such as a redirect to a login.

        Raise Http404 to hide that there is a file. Any other answer is a TypeError. This runs before the file is
        touched, when ``self.object`` is known. An override may be async and await ``request.auser()``. Django's
        LoginRequiredMixin guards sync views only.
        """
        return True

    def get_file(self) -> Content | tuple[Any, str]:
        """
        Return the file to send: anything that ``FileResponse`` takes, or a storage and a name in it.

        By default this is the object's `file_field`, or else the `path` of the view or the URL. The file of a field is
        sent whole. Any other open file is sent from its position on.
        """
        if self.file_field is not None:
            return self._get_field_file(self.file_field, getattr(self, "object", None))
        path = self.get_path()
        if path is None:
            if self.root is not None:
                raise self._missing("the path below its root: the URL has no argument of that name", "path")
            raise self._missing("a file", "file_field", "path", "root and a path argument in the URL")
        return path

    async def aget_file(self) -> Content | tuple[Any, str]:
        """Return the file to send, as `get_file()` does. A view that overrides this may be async."""
        return await sync_to_async(self.get_file)()

    def get_path(self) -> str | os.PathLike[str] | None:
        """
        Return the path of the file: `path` or the URL's ``path`` argument, below `root`; None without either.

        Raise Http404 for a path that no file below `root` can have. Links are checked when the file is opened.
        """
        path, from_url = self.path, self.kwargs.get("path")
        if path is None and from_url is None:
            return None
        if self.root is not None:
            root = os.fsdecode(self.root)
            return self._get_file_below(root, str(from_url) if path is None else path_below(root, os.fsdecode(path)))
        if path is None:
            raise self._missing("the directory that the URL's path is below", "root", remedy="get_path()")
        return os.fsdecode(path)

    def _get_file_below(self, root: str, name: str) -> FileBelow:
        if not may_be_below(name, allow_dotfiles=self.allow_dotfiles is True):
            raise not_found(self, f"{name[:200]!r} is not the path of a file below the root")
        file = FileBelow(root, name)
        if not root:  # "" is also what joins to a path below "/"
            self._refuse_setup(file)
        return file

    def get_filename(self) -> str:
        """Return the name to save the file under; "" is for the name of the file."""
        return self.filename

    def get_content_type(self) -> str | None:
        """Return the media type; None guesses it from the name."""
        return self.content_type

    def get_as_attachment(self) -> bool | None:
        """Return whether browsers save the file; None lets its type decide."""
        return self.as_attachment

    def get_etag(self) -> str | None:
        """Return the entity tag; None lets ``FileResponse`` make one."""
        return self.etag

    def get_last_modified(self) -> datetime | None:
        """Return the date for Last-Modified; None takes that of the file."""
        return self.last_modified

    def get_cache_control(self) -> str | None:
        """Return the Cache-Control field; None sends none."""
        return self.cache_control

    def get_delivery(self) -> Delivery | None:
        """Return who sends the bytes; None leaves that to the setting DJANGO_EXTRAS_DELIVERY."""
        return self.delivery

    def download_finished(self, sent: int, complete: bool) -> Any:
        """
        Do something when this process has sent the file, or its client has left. By default, do nothing.

        `sent` is how many bytes the server has taken. It may be more than what has arrived, as servers and the network
        hold some megabytes. `complete` tells whether that is all, for a 206 all of the range. This runs once for each
        200 and 206, not for HEAD, 304, 412 and 416, and not for what another server sends. It may be async. An error
        is logged. Under waitress, this runs in the one thread that serves all clients: let it be short.
        """

    def _build_file_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponseBase:
        # ZipDownloadMixin builds an archive here.
        return deliver(self, self._find_file(), response_kwargs)

    def _refuse(self, permission: object) -> HttpResponseBase | None:
        """Return the response in place of the file; None if the permission had to be awaited, and is True."""
        answer = wait_for(permission) if isawaitable(permission) else permission
        if answer is False:
            raise PermissionDenied
        if answer is True or isinstance(answer, HttpResponseBase):
            return None if answer is True else answer
        raise wrong_answer(self, "has_download_permission", answer, "True, False for a 403, or the response to give")

    def _find_file(self) -> Any:  # anything that FileResponse takes
        """Return the file that the hook of the view returns. Raise Http404 if it has no name."""
        try:
            file: Any = self._wait_for_file() if self._is_async else self.get_file()
        except Exception as error:  # a hook may open the file itself
            if status_of(error) == 404:
                raise not_found(self, error) from error
            raise
        if isinstance(file, FileBelow):  # whose path get_path() has checked
            return file
        if isinstance(file, _PATHS):
            path = self._require_name(file if isinstance(file, str) else os.fsdecode(file))
            return TemporaryFile(path) if self.temporary is True else file
        return self._accept(file)

    def _wait_for_file(self) -> Any:  # see _find_file()
        file: object = self.aget_file()
        return wait_for(file) if isawaitable(file) else file

    def _accept(self, file: Any) -> Any:  # see _find_file()
        """Return a file that is no path. Raise TypeError for what is no file."""
        hook = f"{type(self).__name__}.{'aget_file' if self._is_async else 'get_file'}()"
        if isinstance(file, tuple):
            if len(file) != 2 or not isinstance(file[1], str):
                raise TypeError(f"{hook} returned {file!r}. Return a storage and a name in it.")
            return Stored(file[0], self._require_name(file[1]))
        if isinstance(file, FieldFile):  # any look at its content would open it
            if not file:
                raise not_found(self, f"the {file.field.name} of {file.instance!r} is empty")
            self._require_name(str(file.name))
        elif iscoroutine(file):
            file.close()
            raise TypeError(f"{type(self).__name__}.get_file() is async. Call it aget_file().")
        elif not is_sendable(file):
            raise TypeError(
                f"{hook} returned {file!r}. Return a file name, a file in binary mode, bytes, an iterator of bytes, "
                "or a storage and a name in it."
            )
        elif isinstance(file, io.TextIOBase):
            raise TypeError(f'{hook} returned a file in text mode. Open it in binary mode: open(name, "rb").')
        return file

    def _require_name(self, name: str) -> str:
        if not name or "\0" in name:
            raise not_found(self, f"{name!r} is no name of a file")
        return name

    def _refuse_setup(self, file: Any) -> None:  # see _find_file()
        """Raise ImproperlyConfigured if the file is missing because `root` or `path` is wrong."""
        view = type(self).__name__
        if isinstance(file, FileBelow) and not os.path.isdir(file.root):
            root = os.fsdecode(file.root)
            raise ImproperlyConfigured(
                f"{view}.root is {root!r}, which is no directory. Create it, or set {view}.root to one that exists."
            )
        if self.path is not None and file == os.fsdecode(self.path) and os.path.isdir(self.path):
            raise ImproperlyConfigured(
                f"{view}.path is {os.fspath(self.path)!r}, which is a directory. Set it to a file, or set {view}.root "
                "to send the files below it."
            )

    def _get_field_file(self, name: str, instance: Any) -> FieldFile:
        view = type(self).__name__
        if instance is None:
            raise ImproperlyConfigured(
                f"{view}.file_field is {name!r}, but {view} has no object. Add DetailView to its bases, or override "
                f"{view}.get_file()."
            )
        file = getattr(instance, name, None)
        if not isinstance(file, FieldFile):
            model = type(instance).__name__
            raise ImproperlyConfigured(
                f"{view}.file_field is {name!r}, which is no file field of {model}. Name one that is, or override "
                f"{view}.get_file()."
            )
        return file

    def _missing(self, what: str, *attributes: str, remedy: str = "get_file()") -> ImproperlyConfigured:
        view = type(self).__name__
        ways = ", ".join(f"{view}.{attribute}" for attribute in attributes)
        return ImproperlyConfigured(f"{view} is missing {what}. Define {ways}, or override {view}.{remedy}.")
