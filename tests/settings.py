"""The settings of the test suite: SQLite in memory, or the database that ``TEST_DATABASE`` names."""

import os

from tests.databases import database

SECRET_KEY = "tests"
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": database(os.environ.get("TEST_DATABASE", "sqlite"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("crispy_forms", "crispy_bootstrap5", "djmoney", "localflavor", "phonenumber_field", "taggit"),
    *("django_extras", "drf_spectacular_sidecar", "tests", "demo"),
]
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")  # reads hstore columns
# Tables without migrations can only refer to others without.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "sessions": None, "taggit": None}
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
# Other hashers take long, as they must.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "assets/"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
# Whoever imports guardian has its check, which asks for its backend. Some tests import its mixins alone.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
