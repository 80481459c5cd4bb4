"""The settings of the project under the real servers; ``FILES`` is the directory that it serves."""

import os
from pathlib import Path

SECRET_KEY = "servers"
ALLOWED_HOSTS = ["*"]
DATABASES: dict[str, dict[str, str]] = {}
# django-braces imports the views of django.contrib.auth.
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.servers.app.urls"
STATIC_URL = "/static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILES = Path(os.environ.get("FILES", ".")).resolve()
