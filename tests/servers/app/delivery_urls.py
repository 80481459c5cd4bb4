"""Views whose files a front server sends."""

from functools import cache
from itertools import count
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.urls import path
from django.views import View

from django_extras.views import FileDownloadMixin, StatusResponseMixin
from tests.servers.app.urls import ready


@cache
def remote_storage(url: str) -> Any:
    """Return the storage of django-storages at this URL."""
    from tests.objects import storage_at

    return storage_at(url)


class Tree(FileDownloadMixin, View):
    root = settings.FILES

    def has_download_permission(self) -> bool:
        return "X-Stranger" not in self.request.headers

    def get_cache_control(self) -> str | None:
        return self.request.GET.get("cache", self.cache_control)

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> Any:
        response = super().render_to_response(context, **response_kwargs)
        response.headers["Content-Security-Policy"] = "sandbox"
        response.headers["Vary"] = "Cookie"
        response.set_cookie("seen", "yes")
        return response


class Public(FileDownloadMixin, View):
    """A file that everybody may have, and for how long; the answers are counted."""

    root = settings.FILES
    asked = count(1)

    def get_cache_control(self) -> str | None:
        return self.request.GET.get("cache", "public, max-age=60")

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> Any:
        response = super().render_to_response(context, **response_kwargs)
        response.headers["X-Asked"] = str(next(self.asked))
        return response


class AwaitedPublic(Public):
    async def aget_file(self) -> Any:
        return settings.FILES / self.kwargs["path"]


class Guarded(FileDownloadMixin, View):
    """A file of one user."""

    root = settings.FILES

    def has_download_permission(self) -> bool:
        return self.request.headers.get("Authorization") == "Basic owner"


class Attachment(Tree):
    as_attachment = True
    filename = 'Résumé 100% "done".txt'


class Awaited(FileDownloadMixin, View):
    async def aget_file(self) -> Any:
        return settings.FILES / self.kwargs["path"]


class Remote(Tree):
    """An object of the object storage."""

    def get_file(self) -> Any:
        return (remote_storage(settings.OBJECTS), self.kwargs["path"])


class AwaitedRemote(FileDownloadMixin, View):
    async def aget_file(self) -> Any:
        return (remote_storage(settings.OBJECTS), self.kwargs["path"])


class AfterQuery(Tree):
    """A file that is sent after a query."""

    def has_download_permission(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True


class AwaitedAfterQuery(FileDownloadMixin, View):
    async def has_download_permission(self) -> bool:
        with_cursor = sync_to_async(AfterQuery.has_download_permission)
        return await with_cursor(self)

    async def aget_file(self) -> Any:
        return settings.FILES / self.kwargs["path"]


class Gone(StatusResponseMixin, Tree):
    status_code = 404


urlpatterns = [
    path("ready", ready),
    path("tree/<path:path>", Tree.as_view()),
    path("attachment/<path:path>", Attachment.as_view()),
    path("awaited/<path:path>", Awaited.as_view()),
    path("public/<path:path>", Public.as_view()),
    path("awaited-public/<path:path>", AwaitedPublic.as_view()),
    path("guarded/<path:path>", Guarded.as_view()),
    path("remote/<path:path>", Remote.as_view()),
    path("awaited-remote/<path:path>", AwaitedRemote.as_view()),
    path("files/after-query/<path:path>", AfterQuery.as_view()),
    path("files/awaited-after-query/<path:path>", AwaitedAfterQuery.as_view()),
    path("files/remote/<path:path>", Remote.as_view()),
    path("files/awaited-remote/<path:path>", AwaitedRemote.as_view()),
    path("gone/<path:path>", Gone.as_view()),
]
