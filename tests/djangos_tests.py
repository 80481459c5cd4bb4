"""
Run Django's own tests of generic views with NegotiatedResponseMixin on the left of each view that renders.

``python -m tests.djangos_tests DIRECTORY`` wants the sdist of the installed Django, unpacked. The client of these
tests asks for HTML, so that all of them must pass: see the session ``djangos_tests`` of nox.
"""

import subprocess
import sys
from pathlib import Path

FIRST_LINES = "from tests_of_django_extras import put_mixin_left\n\nput_mixin_left()\n"
MODULE = """
from django.test import client
from django.views import generic
from django.views.generic import base, dates, detail, edit, list

from django_extras.views import NegotiatedResponseMixin


def put_mixin_left():
    for name in set(generic.__all__) - {"GenericViewError", "RedirectView", "View"}:
        view = getattr(generic, name)
        if not issubclass(view, NegotiatedResponseMixin):
            negotiated = type(name, (NegotiatedResponseMixin, view), {"__module__": view.__module__})
            for module in (generic, base, dates, detail, edit, list):
                if hasattr(module, name):
                    setattr(module, name, negotiated)


def environ_with_accept(factory, environ=client.RequestFactory._base_environ, **request):
    return environ(factory, **{"HTTP_ACCEPT": "text/html", **request})


client.RequestFactory._base_environ = environ_with_accept
"""


def main(source: Path) -> int:
    """Change the tests so that they use the mixin, and run them."""
    tests = source / "tests"
    (tests / "tests_of_django_extras.py").write_text(MODULE)
    for path in [tests / "generic_views" / "views.py", *(tests / "generic_views").glob("test_*.py")]:
        text = path.read_text()
        if not text.startswith(FIRST_LINES):
            path.write_text(FIRST_LINES + text)
    root = Path(__file__).parent.parent
    command = [sys.executable, "runtests.py", "generic_views", "--parallel=1"]
    return subprocess.run(command, cwd=tests, env={"PYTHONPATH": str(root)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
