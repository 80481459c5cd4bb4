"""Who asks, and the API in which an app logs in with allauth."""

from django.urls import include, path

from tests.test_tokens import AsyncName, Name, page

urlpatterns = [
    path("name/", Name.as_view()),
    path("async/", AsyncName.as_view()),
    path("page/", page),
    path("_allauth/", include("allauth.headless.urls")),
]
