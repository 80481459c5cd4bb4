"""Serve the document of the project, and a page that shows it."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.generic import View

from django_extras.openapi.document import MEMBERS, document, of_project, text

try:
    import drf_spectacular_sidecar as sidecar
except ImportError:
    sidecar = None  # type: ignore[assignment]  # a module that may be missing


class OpenApiView(View):
    """
    Send the OpenAPI document of the project: ``path("openapi.json", OpenApiView.as_view(), name="openapi")``.

    The document is made at the first request. GET and HEAD get a 200 with an ETag, or a 304. The attributes win over
    the setting ``DJANGO_EXTRAS_OPENAPI``, a dict with the same names.
    """

    #: What the document is called. Default: ``"API"``.
    title: str | None = None
    #: The version of the project's API. Default: ``"1"``.
    version: str | None = None
    #: A text about the API, in Markdown.
    description: str | None = None
    #: Who answers questions: ``{"name": "Support", "url": "https://example.com/support"}``.
    contact: Any = None
    #: Under which terms the API is: ``{"name": "MIT", "identifier": "MIT"}``.
    license: Any = None
    #: Where the API is, such as ``[{"url": "https://example.com"}]``. Default: the host that the document is from.
    servers: Any = None
    #: The security schemes of the project's tokens, by name, beside its session.
    security_schemes: Any = None
    #: The module of the URLs. Default: that of the project.
    urlconf: str | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the document."""
        info = {name: value for name in MEMBERS if (value := getattr(self, name)) is not None}
        servers = [{"url": get_script_prefix().rstrip("/") or "/"}]
        with translation.override(settings.LANGUAGE_CODE):  # as the rest of the document
            known = json.dumps({"servers": servers, **of_project(), **info}, cls=DjangoJSONEncoder)
        content, etag = _made(self.urlconf or settings.ROOT_URLCONF, known)
        response = HttpResponse(content, content_type="application/json", headers={"ETag": etag})
        return cast(HttpResponse, get_conditional_response(request, etag=etag, response=response))


class OpenApiDocsView(View):
    """
    Show the document in Swagger UI, without a request to another host.

    ``path("docs/", OpenApiDocsView.as_view())`` shows the document at the URL named ``openapi``. Install the extra
    ``django-extras[openapi]``, and put ``"drf_spectacular_sidecar"`` into ``INSTALLED_APPS``, which has the files of
    Swagger UI. The page has no script of its own inside, so a Content-Security-Policy of ``'self'`` lets it run.
    """

    #: The name of the URL that the document has, or a path such as ``"/openapi.json"``.
    document: str = "openapi"
    #: The title of the page.
    title: str = "API"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page, or its script."""
        name = type(self).__name__
        if sidecar is None:
            raise ImproperlyConfigured(f"{name} needs Swagger UI. Install the extra: django-extras[openapi].")
        if "drf_spectacular_sidecar" not in settings.INSTALLED_APPS:
            raise ImproperlyConfigured(f'{name} needs "drf_spectacular_sidecar" in INSTALLED_APPS, for Swagger UI.')
        if "script" in request.GET:
            return HttpResponse(_SCRIPT, content_type="text/javascript; charset=utf-8")
        try:
            url = self.document if self.document.startswith("/") else reverse(self.document)
        except NoReverseMatch as error:
            raise ImproperlyConfigured(
                f'{name}.document is "{self.document}", which no URL is named. Name the URL of OpenApiView so, or '
                f'define {name}.document: a name, or a path such as "/openapi.json".'
            ) from error
        return HttpResponse(self._page(url, get_token(request)))

    def _page(self, url: str, token: str) -> SafeString:
        files = [static(f"drf_spectacular_sidecar/swagger-ui-dist/{name}") for name in _FILES]
        header = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-")
        where = quote(url, safe="/:?&=%")
        return format_html(_PAGE, self.title, *files, where, settings.CSRF_COOKIE_NAME, header, token=token)


@lru_cache(maxsize=8)
def _made(urlconf: str, info: str) -> tuple[bytes, str]:
    """Return a document and its entity tag. Once per URLconf and members of the document."""
    content = text(document(urlconf, **json.loads(info))).encode()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


_FILES = ("swagger-ui.css", "favicon-32x32.png", "swagger-ui-bundle.js")

_PAGE, _SCRIPT = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("docs.html", "docs.js"))
