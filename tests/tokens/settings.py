"""A project with all packages that have tokens, and with what docs/how-to/tokens.md defines."""

from tests.settings import *  # noqa: F403
from tests.tokens import docs

INSTALLED_APPS = [
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("oauth2_provider", "rest_framework", "knox", "allauth", "allauth.account", "allauth.headless", "tests", "demo"),
    "tests.tokens.keys",
]
MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
MIDDLEWARE = [*docs.settings("Tokens")["MIDDLEWARE"], "allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "tests.tokens.urls"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
SIMPLE_JWT = {"SIGNING_KEY": "a key that is long enough for the algorithm"}
SILENCED_SYSTEM_CHECKS = ["models.W042"]
