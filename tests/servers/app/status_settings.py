"""The settings of the project that answers with statuses, with the middleware that touches Content-Length."""

from .settings import *  # noqa: F403

ROOT_URLCONF = "tests.servers.app.status_urls"
MIDDLEWARE = [
    "django_extras.middleware.HeadMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
]
