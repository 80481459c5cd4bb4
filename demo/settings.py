"""Settings for one visitor on one machine: SQLite and files in ``demo/var/``, or in the directory DEMO_VAR."""

import os
from pathlib import Path

BASE = Path(__file__).parent
VAR = Path(os.environ.get("DEMO_VAR", BASE / "var")).absolute()

# The demo listens to this machine only and has no secrets: its one user is demo, with the password demo.
DEBUG = True
SECRET_KEY = "only for the demo"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_extras",
    "drf_spectacular_sidecar",
    "demo",
]
MIDDLEWARE = [
    "django_extras.middleware.LintMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_extras.middleware.TokenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_extras.middleware.HttpErrorMiddleware",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "demo.tokens.TokenBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL = "login", "notices"
CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"
ROOT_URLCONF = "demo.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
WSGI_APPLICATION = "demo.wsgi.application"
ASGI_APPLICATION = "demo.asgi.application"

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR / "media"
STATIC_URL = "static/"
USE_TZ = True

DJANGO_EXTRAS_OPENAPI = {
    "title": "Airports and flights",
    "version": "1.0",
    "description": "What the views of the demo take and send.",
    "contact": {"name": "The demo", "url": "http://127.0.0.1:8000/"},
    "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
    "security_schemes": {
        "token": {"type": "http", "scheme": "bearer", "description": "`demo-token` is the user demo."}
    },
}
