"""The demo for ASGI servers; ``python -m demo --prepare`` sets its data up."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
application = get_asgi_application()
