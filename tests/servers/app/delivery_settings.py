"""The settings of the project behind front servers; ``DELIVERY`` names the one that sends the files."""

import os

from django_extras.delivery import Apache, Delivery, InProcess, Lighttpd, Nginx, NginxRemote, SignedRedirect
from tests.servers.app.settings import (  # noqa: F401  # the settings
    ALLOWED_HOSTS,
    DEFAULT_AUTO_FIELD,
    FILES,
    INSTALLED_APPS,
    SECRET_KEY,
    USE_TZ,
)

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", FILES / "db.sqlite3")}
}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tests.servers.app.delivery_urls"
DELIVERIES: dict[str, Delivery] = {
    "nginx": Nginx(FILES, "/protected/"),
    "apache": Apache(FILES),
    "lighttpd": Lighttpd(FILES),
    "nginx-remote": NginxRemote("/s3/"),
    "redirect": SignedRedirect(),
}
DJANGO_EXTRAS_DELIVERY = DELIVERIES.get(os.environ.get("DELIVERY", ""), InProcess())
#: The URL of the object storage, if there is one.
OBJECTS = os.environ.get("OBJECTS", "")
