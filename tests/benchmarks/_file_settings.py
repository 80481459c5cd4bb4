"""The settings of the views that send files."""

from tests.servers.app.settings import (  # noqa: F401  # the settings
    ALLOWED_HOSTS,
    DATABASES,
    FILES,
    INSTALLED_APPS,
    MIDDLEWARE,
    SECRET_KEY,
    USE_TZ,
)

ROOT_URLCONF = "tests.benchmarks._file_views"
