"""The settings of the project whose answers depend on who asks, without a database."""

from .settings import *  # noqa: F403

ROOT_URLCONF = "tests.servers.app.private_urls"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
AUTHENTICATION_BACKENDS = ["tests.servers.app.private_urls.Tokens"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"page.html": "<p>page</p>"})]},
    }
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_extras.middleware.TokenMiddleware",
]
