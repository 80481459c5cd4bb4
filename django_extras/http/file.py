"""
``FileResponse``: a file, or the parts of it that a client asks for.

A response comes about in these steps. Those that name no module are in this one.

1. ``source_of()``, _sources: what is to be sent.
2. ``_look()``, for HEAD, If-* and Range: ``decide()``, _conditions, makes an Answer of what the request asks and the
   facts of the closed file, _facts. If it sends no byte, ``_start_closed()`` opens nothing, and this is all.
3. Else Django's constructor gets the open file and sets ``streaming_content``, by
   ``_set_streaming_content()``. It calls ``set_headers()``, as Django's FileResponse does, and ``_set_whole()``,
   _leaving: the body is a Window that covers the file, _body.
4. ``_settle_open()`` has ``_apply()`` turn the response into that Answer: for a 206 by ``_set_ranges()``, _leaving,
   which sets another body. If there is no Answer, or the open file is another one by now, ``make_conditional()``
   decides first.
5. The server iterates the response, _leaving: ``__iter__()`` under WSGI, ``__aiter__()`` under ASGI, which reads in a
   thread. Both read the body. A server that has a ``wsgi.file_wrapper`` reads ``file_to_stream`` instead: the same
   Window, for gunicorn a SendfileWindow.
"""

import os
from collections.abc import Mapping
from typing import Any, Self

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from ._body import Body
from ._conditions import NAMES, WHOLE, Answer, decide, has_preconditions, last_modified, modified_of
from ._disposition import describe
from ._facts import NO_FACTS, Facts, RegularFile, inspect, refuse_unreadable
from ._fields import set_fields
from ._leaving import NO_BODY, BodyResponse, Leaving
from ._media_type import is_compressed
from ._sources import Content, Opened, source_of, source_of_parts
from .status import STATUSES_WITHOUT_CONTENT

# A constructor of Django's would take the default of pages. What is known of the file replaces it.
_DEFAULT_TYPE = "application/octet-stream"


class FileResponse(BodyResponse):
    """
    Stream a file; answer ranges and preconditions when given the request.

    `content` is a file name, a binary handle, a file of a storage, bytes, or an iterator of bytes. Handles, such as
    those of aiofiles and anyio, and iterators may be async. A file is sent from its position on and closed with the
    response. Fields set: Content-Type, guessed from the name unless given; Content-Length if it can be known;
    Content-Disposition; Last-Modified from the file, unless `include_last_modified` is False; and
    ``X-Content-Type-Options: nosniff``.

    `as_attachment` says whether a browser saves the file or shows it; None has it show types that run no script, and
    save all others. `filename` is the name to save it under; by default, the file's own. `request` is given to
    `make_conditional()`; with it, a closed file is opened only if bytes of it are sent.

    Raise OSError if a file name cannot be opened or is not a regular file. Raise TypeError for a handle in text mode
    or open to write, and for an object that is no content. Raise ValueError for a closed handle, for a file that was
    written and not rewound, and for a status that has no content.
    """

    #: Bytes per read, and per write to the client. Under ASGI, Django sets a smaller one, and 256 KiB are read.
    block_size = 256 * 1024
    #: Ranges that one request may select: 1 turns multipart/byteranges off, 0 turns ranges off.
    max_ranges: int = 16
    #: The charset of text files whose type is guessed, such as ``"utf-8"``; None leaves it to the browser. Bytes and
    #: iterators, which this process makes, have the response's own ``charset`` instead.
    text_charset: str | None = None
    #: Whether GZipMiddleware may compress attachments, which then have no length and cannot be resumed.
    compress_attachments = False

    def __init__(
        self,
        content: Content,
        content_type: str | None = None,
        *,
        include_last_modified: bool = True,
        as_attachment: bool | None = False,
        filename: str | os.PathLike[str] = "",
        request: HttpRequest | None = None,
        max_ranges: int | None = None,
        status: int | None = None,
        reason: str | None = None,
        charset: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        source = source_of(content)
        if source is None:
            raise TypeError(
                f"{type(self).__name__} cannot send {content!r}. Give it a file name, a file in binary mode, bytes "
                "or an iterator of bytes."
            )
        self._source = source
        self._leaving = Leaving()
        self.include_last_modified = include_last_modified
        if max_ranges is not None:
            self.max_ranges = max_ranges
        self._as_attachment = as_attachment
        self.filename: str = os.fspath(filename or "")
        #: The fields of the caller, which those of the file do not replace. Names are spelled as Answer.settle() looks
        #: for them.
        self._given = {NAMES.get(str(name).lower(), name): value for name, value in dict(headers or ()).items()}
        if content_type is not None:
            if "Content-Type" in self._given:
                raise ValueError(f"{type(self).__name__} got content_type, and Content-Type in headers. Give it once.")
            self._given["Content-Type"] = content_type
        fields = {"X-Content-Type-Options": "nosniff", **self._given}
        answer = None
        if request is not None:
            source.takes_gzip = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
            if (self.status_code if status is None else status) == 200:
                answer = self._look(request)
        try:
            if answer is not None and not answer.sends_bytes:
                self._start_closed(answer, fields, reason, charset)
            else:
                first_type = fields.pop("Content-Type", _DEFAULT_TYPE)
                saves: Any = as_attachment  # for the stubs of Django it is a bool, and never None
                # This sets the content, what is iterated: see _set_streaming_content().
                super().__init__(
                    source.open(),
                    first_type,
                    status,
                    reason,
                    charset,
                    fields,
                    as_attachment=saves,
                    filename=self.filename,
                )
                self._settle_open(request, answer)
            if source.varies:
                patch_vary_headers(self, ["Accept-Encoding"])
        except BaseException:
            source.abandon()
            raise

    def _start_closed(self, answer: Answer, fields: dict[str, str], reason: str | None, charset: str | None) -> None:
        """Make the response with an answer that sends no byte: the file stays closed."""
        self._answer = answer
        is_success = answer.status == 200
        if is_success:
            fields |= self._describe(self._source.name, answer.facts)
        answer.settle(fields)
        # Django's constructors of streaming and of file responses set a content, and there is none.
        self._iterator = NO_BODY
        self.file_to_stream: Any = None
        self.is_async: bool = False
        content_type = fields.pop("Content-Type", _DEFAULT_TYPE)
        HttpResponseBase.__init__(self, content_type, answer.status, reason if is_success else None, charset)
        if not is_success:
            del self.headers["Content-Type"]
        set_fields(self.headers, fields)

    def _settle_open(self, request: HttpRequest | None, answer: Answer | None) -> None:
        """Turn the response with the whole file into what the request asks for. The answer is by the closed file."""
        if self.status_code in STATUSES_WITHOUT_CONTENT:
            raise ValueError(
                f"A {self.status_code} response has no content, not even a file. Send the file with another "
                f"status, or leave it out with HttpResponse(status={self.status_code})."
            )
        if not self._source.is_file:
            set_fields(self.headers, self._describe(self._source.name, NO_FACTS))
        if answer is not None and answer.facts == self._source.facts:
            self._apply(answer)
        elif request is not None:
            self.make_conditional(request)
        if isinstance(self._iterator, Body):
            self._iterator.begin()

    @property
    def as_attachment(self) -> bool:
        """Whether a browser saves the file. Django has an attribute; an answer without the file need not know it."""
        if self._as_attachment is None:
            fields = {**self._describe(self._source.name, self._facts), **self._given}
            self._as_attachment = fields.get("Content-Disposition", "").startswith("attachment")
        return self._as_attachment

    @as_attachment.setter
    def as_attachment(self, value: bool | None) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  # see above
        self._as_attachment = value

    @property
    def _facts(self) -> Facts:
        return self._source.facts if self._answer.facts is NO_FACTS else self._answer.facts

    def make_conditional(self, request: HttpRequest) -> Self:
        """
        Answer the request's preconditions and ranges: change this response into a 206, 304, 412 or 416 if they ask for
        one.

        A 200 to GET or HEAD gets an ETag, unless it has one, and Accept-Ranges if ranges can be served. HEAD, 304, 412
        and 416 close the file and never read it. Calling this again changes nothing. Return the response.

        The ETag of a file on disk is strong: it is made of its size and of the time of its last change, which the
        operating system keeps and nobody can set. So the same bytes keep it, and other bytes have another, even if
        their date is the same. Machines that have copies of a file make different ones. Where only a date is known, as
        from most storages, the ETag is weak. If you know a better one, give it as ``headers={"ETag": ...}``.

        Raise RuntimeError if the response has been iterated (RFC 9110 sections 13 and 14).
        """
        if self._has_started:
            raise RuntimeError(
                f"{type(self).__name__}.make_conditional() must be called before the response is iterated."
            )
        if self.status_code == 200 and request.method in {"GET", "HEAD"}:
            # An iterator that middleware has put in place of the file may send anything.
            facts = self._source.facts if isinstance(self._iterator, Body) else NO_FACTS
            self._apply(decide(request.method, request.META, facts, self.headers, self.max_ranges))
        elif request.method == "HEAD" and self._answer.sends_bytes:
            self._apply(Answer(self.status_code, is_head=True))
        return self

    def set_headers(self, filelike: Any) -> None:  # any object with read(), as in Django
        """Set Content-Length, Content-Type, Content-Disposition and Last-Modified for the file, or for one like it."""
        source = self._source if filelike is self._source.file else Opened(filelike)
        facts = self._source.facts = inspect(filelike, self.block_size, source.mtime_ns)
        set_fields(self.headers, self._describe(source.name, facts))

    def has_header(self, header: str) -> bool:
        """
        Return whether the response has the field.

        GZipMiddleware asks for Content-Encoding before it compresses. Say yes where it must not: a part would be
        corrupt, a 304 would get a body, a download could not be resumed, a compressed file would become longer. If it
        would have compressed the 200, the answer varies, and a 304 has the entity tag of that 200.
        """
        if header.lower() != "content-encoding" or header in self.headers:
            return super().has_header(header)
        facts = self._facts
        if "Content-Encoding" in self._given or facts.encoding or not self._may_be_compressed(facts):
            return True
        accepts_gzip = self._answer.accepts_gzip
        if self.status_code not in {206, 304, 412, 416}:
            if accepts_gzip and "Accept-Ranges" in self._answer.added:
                del self.headers["Accept-Ranges"]  # what is compressed on the way has no ranges to ask for
            return False
        patch_vary_headers(self, ["Accept-Encoding"])
        if self.status_code == 304 and accepts_gzip and self.headers.get("ETag", "").startswith('"'):
            self.headers["ETag"] = f"W/{self.headers['ETag']}"
        return True

    def _may_be_compressed(self, facts: Facts) -> bool:
        """Return whether the whole file may be compressed, by its fields, which the answer may lack."""
        fields = {**self._describe(self._source.name, facts), **self._given}
        if self._answer.ranges is None or len(self._answer.ranges) == 1:  # several parts have a type of their own
            fields["Content-Type"] = self.headers.get("Content-Type", fields.get("Content-Type", ""))
        disposition = self.headers.get("Content-Disposition", fields.get("Content-Disposition", ""))
        is_download = disposition.lower().startswith("attachment")
        return not is_compressed(fields["Content-Type"]) and (self.compress_attachments or not is_download)

    def _look(self, request: HttpRequest) -> Answer | None:
        """Return the answer by the closed file; None if all of it is asked for, or if only the open file can tell."""
        meta = request.META
        may_get_less = "HTTP_RANGE" in meta or has_preconditions(meta)
        if request.method != "HEAD" and not (request.method == "GET" and may_get_less):
            return None
        own = FileResponse
        if type(self).set_headers is not own.set_headers or type(self).make_conditional is not own.make_conditional:
            return None  # a subclass may look into the file, or at the fields that it has got
        facts = self._source.look()
        if facts is None:
            return None
        modified = modified_of(facts) if may_get_less and self.include_last_modified else None
        return decide(request.method, meta, facts, self._given, self.max_ranges, modified)

    def _apply(self, answer: Answer) -> None:
        """Turn the response with the whole file into the one with the answer."""
        if self._answer.added:
            answer = answer._replace(added={**self._answer.added, **answer.added})
        self._answer = answer
        answer.settle(self.headers)
        if answer.status != self.status_code:
            self.status_code: int = answer.status
            self.reason_phrase = None  # type: ignore[assignment]  # the stubs do not know that it means the standard one
        if not answer.sends_bytes:
            self._set_nothing()
        elif answer.ranges:
            self._set_ranges(answer.ranges)

    def _set_streaming_content(self, value: Any) -> None:  # overrides an untyped method
        """Set what is iterated. Django's constructor does so before an answer is applied, middleware perhaps again."""
        source = self._source if value is self._source.file else source_of_parts(value)
        if not source.is_file:
            self._set_body(source.open())
            return
        file = source.open() if source.file is None else source.file
        if type(file) is not RegularFile:
            refuse_unreadable(file, type(self).__name__)
        if hasattr(file, "close"):
            self._resource_closers.append(file.close)
        if source.owner is not None:
            self._leaving.resources = (source.owner, *self._leaving.resources)
        # Neither is so in the constructor: `_answer` is WHOLE until _apply().
        replaces = self._source.facts is not NO_FACTS or self._answer is not WHOLE
        self._source = source
        if not self._answer.has_content:
            self._set_nothing()
            return
        if replaces:
            self._take_back()
        self.set_headers(file)
        self._set_whole()

    def _take_back(self) -> None:
        """Undo the answer about a file that is not sent any more, and drop its fields unless they were given."""
        if self._answer.ranges:
            self.status_code = 200
        for name in ("Content-Length", "Content-Range", "Content-Type", "Last-Modified", *self._answer.added):
            self.headers.pop(name)
            if name in self._given:
                self.headers[name] = self._given[name]
        self._answer = self._answer._replace(status=200, added={}, ranges=None)

    def _describe(self, file_name: object, facts: Facts) -> dict[str, str]:
        """Return the fields of a file of that name and with these facts, except those that were given."""
        name = self.filename or (file_name if isinstance(file_name, str) else "")
        charset = self.charset if self._source.is_made else self.text_charset
        # A type that the storage knows is not to be guessed.
        given = {"Content-Type": facts.content_type, **self._given} if facts.content_type else self._given
        fields = describe(name, given, as_attachment=self._as_attachment, charset=charset)
        if facts.content_type and "Content-Type" not in self._given:
            fields["Content-Type"] = facts.content_type
        if facts.encoding and "Content-Encoding" not in self._given:
            fields["Content-Encoding"] = facts.encoding
        if facts.length is not None:
            fields["Content-Length"] = str(facts.length)
        if self.include_last_modified and "Last-Modified" not in self._given and (date := last_modified(facts)):
            fields["Last-Modified"] = date
        return fields
