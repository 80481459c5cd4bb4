"""Every URL of the demo."""

from django.urls import path, re_path

from demo.topics import STATUSES, TOPICS
from demo.views import errors, files, json, notices, pages, statuses
from django_extras.handlers import handler400, handler403, handler404, handler500
from django_extras.openapi.views import OpenApiDocsView, OpenApiView
from django_extras.urls import by_method

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", pages.Index.as_view(), name="index"),
    *(
        path(f"{topic.name}/", pages.TopicPage.as_view(topic=topic), name=topic.name)
        for topic in TOPICS
        if topic is not STATUSES
    ),
    path("static/drf_spectacular_sidecar/<path:path>", pages.SwaggerFiles.as_view()),
    path("static/<path:path>", pages.Static.as_view(), name="static"),
    path("airports/", json.AirportList.as_view()),
    path("airports/by-cursor/", json.AirportCursorList.as_view()),
    path("airports/<slug:icao>/", json.AirportDetail.as_view()),
    path("countries/", json.CountryList.as_view()),
    path("flights/", json.FlightList.as_view(), name="flights"),
    path("flights/new/", json.FlightCreate.as_view(), name="new-flight"),
    path("flights/<int:pk>/", json.FlightUpdate.as_view(), name="flight"),
    path("flights/<int:pk>/delete/", json.FlightDelete.as_view()),
    path(
        "notices/",
        by_method(get=notices.NoticeList, post=notices.NoticeCreate),
        name="notices",
    ),
    path("notices/new/", notices.NoticeCreate.as_view(), name="new-notice"),
    path(
        "notices/<int:pk>/",
        by_method(
            get=notices.NoticeDetail,
            put=notices.NoticeUpdate,
            patch=notices.NoticeUpdate,
            delete=notices.NoticeDelete,
        ),
        name="notice",
    ),
    path("notices/<int:pk>/edit/", notices.NoticeUpdate.as_view(), name="edit-notice"),
    path("notices/<int:pk>/delete/", notices.NoticeDelete.as_view(), name="delete-notice"),
    path("login/", notices.Login.as_view(), name="login"),
    path("logout/", notices.Logout.as_view(), name="logout"),
    path("totals/", json.Totals.as_view()),
    path("totals/async/", json.AsyncTotals.as_view()),
    path("documents/<slug:slug>/", files.DocumentDownload.as_view(), name="document"),
    path("documents/<slug:slug>/async/", files.AsyncDownload.as_view()),
    path("media/<path:path>", files.MediaTree.as_view()),
    path("documents.zip", files.DocumentsZip.as_view(), name="documents-zip"),
    path("invoices/<int:number>/", files.Invoice.as_view()),
    re_path("^film/(?P<delivery>here|nginx|apache|lighttpd)/$", files.Film.as_view()),
    path("sources/", files.Sources.as_view()),
    path("countries.csv", files.CountryTable.as_view()),
    path("statuses/", pages.StatusPage.as_view(), name="statuses"),
    path("statuses/<int:status>/", statuses.StatusExample.as_view(), name="status"),
    path("maintenance/", statuses.Maintenance.as_view()),
    path("farewell/", statuses.Farewell.as_view()),
    path("guestbook/", statuses.Guestbook.as_view(), name="guestbook"),
    path("ping/", statuses.Ping.as_view()),
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs/", OpenApiDocsView.as_view(title="Airports and flights"), name="docs"),
    path("landing/", errors.Landing.as_view()),
    path("queue/", errors.Queue.as_view()),
]
