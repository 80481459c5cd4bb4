"""
The code that docs/ prints, and how to run it: the blocks of a page run in its order, as one program.

``python``
    Runs in one module for the whole page. A first line ``# books/urls.py`` names a file: imports find the module under
    that name too. The names in capitals of ``# settings.py`` become settings, beside those of a new project. Its
    ``urlpatterns`` are the site's. Tests in it run: functions ``test_...()``, with pytest's fixtures, and TestCases.
    ``books.models`` has the models of this suite, and the rows that ``fill()`` makes.
``console``
    ``$ curl ...`` asks the page's own site, and what stands below must be the answer; ``...`` stands for anything.
    ``$ python manage.py ...`` runs a command in the same way. ``$ send ...`` is the tutorial's curl, which carries a
    CSRF token and shows the status after the content.
``html``
    With a first line ``<!-- books/book_list.html -->`` it is the template of that name. Others are only shown.

A block does not run if the paragraph right before it has the words "Not run" and says why, or if ELSEWHERE names the
test that runs it.
"""

import argparse
import io
import json
import re
import shlex
import sys
import unittest
from base64 import b64encode
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finder
from django.core.checks.registry import registry
from django.core.files.base import ContentFile
from django.core.management import execute_from_command_line
from django.test import Client
from django.urls import clear_url_caches

from django_extras.delivery import download_finished
from tests import models

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
#: What a test runs: prose, output and what is written in other languages only look like code.
RUN = {"python", "console", "nginx", "apache", "lighttpd", "ini", "toml", "yaml"}
#: The test that runs all blocks of a page, or those in one language.
ELSEWHERE = {
    ("tutorial.md", "*"): "test_tutorial.py",
    ("how-to/tokens.md", "*"): "tokens/docs.py",
    ("how-to/delivery.md", "nginx"): "servers/fronts.py",
    ("how-to/delivery.md", "apache"): "servers/fronts.py",
    ("how-to/delivery.md", "lighttpd"): "servers/fronts.py",
    **{
        ("how-to/openapi.md", language): "openapi/test_clients.py"
        for language in ("json", "py", "sh", "text", "typescript", "yaml")
    },
}
#: The README's lines to install the package, which test_packaging.py runs.
INSTALL_LINES = re.findall(r"^\$ (python -m pip install .*)$", (ROOT / "README.md").read_text(), re.MULTILINE)

SETTINGS = {
    "DEBUG": False,
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "ROOT_URLCONF": "books.urls",
}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its code, the line of the page where that starts, and the paragraph before."""

    language: str
    code: str
    line: int
    before: str

    @property
    def file(self) -> str:
        """The file that the first line names, or nothing."""
        found = re.match(r"(?:# |<!-- )([\w/.-]+\.\w+)\b", self.code)
        return found[1] if found else ""

    @property
    def is_run(self) -> bool:
        return self.language in RUN and not re.search(r"\bnot run\b", self.before, re.IGNORECASE)


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    text = page.read_text()
    for found in re.finditer(r"^( *)```(\w+)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        before = text[: found.start()].rstrip().rpartition("\n\n")[2]
        code = re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE)
        yield Block(found[2], code, text.count("\n", 0, found.start(3)) + 1, before)


def runs_elsewhere(page: Path, block: Block) -> bool:
    name = str(page.relative_to(DOCS))
    return (name, "*") in ELSEWHERE or (name, block.language) in ELSEWHERE


def fill() -> None:
    """Make the rows that the pages show: three books, their publisher and author, an invoice and a user."""
    publisher = models.Publisher.objects.create(pk=1, name="Ace", city="New York")
    author = models.Author.objects.create(pk=1, name="Frank Herbert")
    rows = [
        models.Book(pk=1, title="Dune", price="9.99", published="1965-08-01", pages=412, publisher=publisher),
        models.Book(pk=2, title="Emma", price="5.00", published="1815-12-23", pages=474),
        models.Book(pk=3, title="Ubik", price="7.50", published="1969-05-01", pages=202),
    ]
    models.Book.objects.bulk_create(rows)
    rows[0].authors.add(author)
    models.Invoice.objects.create(pk=1, number="2026-1", pdf=ContentFile(b"%PDF-1.4\n%%EOF\n", "2026-1.pdf"))
    User.objects.create_user("anna", password="a good password", pk=1)


class Program:
    """The program that a page is, in a new project of its own. It needs pytest's request."""

    def __init__(self, page: Path, request: pytest.FixtureRequest) -> None:
        self.page, self.fixture = page, request.getfixturevalue
        self.settings, self.patch = self.fixture("settings"), self.fixture("monkeypatch")
        self.client = Client(enforce_csrf_checks=True)
        self.templates: dict[str, str] = {}
        self.settings_file: dict[str, Any] = {}
        # An app that a page installs brings system checks, which are no other page's.
        self.patch.setattr(registry, "registered_checks", {*registry.registered_checks})
        self._start(self.fixture("tmp_path"))
        self.books = ModuleType("books")
        self.books.__path__ = []
        self.patch.setitem(sys.modules, "books", self.books)
        self.module = ModuleType("books.views")
        self.module.__package__ = "books"
        self.names: dict[str, Any] = vars(self.module)
        self.names["urlpatterns"] = []
        for file, module in {"models.py": models, "views.py": self.module, "urls.py": self.module}.items():
            self._name(f"books/{file}", module)

    def run_page(self) -> None:
        """Run each block that runs, or that is a template, in turn."""
        for block in blocks(self.page):
            if (block.is_run or block.language == "html") and not runs_elsewhere(self.page, block):
                self.run(block)

    def run(self, block: Block) -> None:
        """Run one block, or raise AssertionError with what differs."""
        getattr(self, f"_run_{block.language}")(block)
        clear_url_caches()

    def _start(self, media: Path) -> None:
        self.patch.chdir(ROOT)
        loaders = ["locmem.Loader", "app_directories.Loader"]
        paths = [f"django.template.loaders.{name}" for name in loaders]
        templates = {"BACKEND": "django.template.backends.django.DjangoTemplates"}
        self.settings.TEMPLATES = [templates | {"OPTIONS": {"loaders": [(paths[0], self.templates), paths[1]]}}]
        for name, value in {**SETTINGS, "MEDIA_ROOT": media}.items():
            setattr(self.settings, name, value)
        # An app that a page installs registers checks, which stay when it goes.
        self.patch.setattr(registry, "registered_checks", set(registry.registered_checks))
        # So do the receivers of a page, until the memory of the page is collected.
        self.patch.setattr(download_finished, "receivers", list(download_finished.receivers))
        self.patch.setattr(download_finished, "sender_receivers_cache", WeakKeyDictionary())
        fill()

    def _name(self, file: str, module: ModuleType) -> None:
        name = file.removesuffix(".py").replace("/", ".")
        self.patch.setitem(sys.modules, name, module)
        setattr(self.books, name.removeprefix("books."), module)

    def _run_python(self, block: Block) -> None:
        code = compile("\n" * (block.line - 1) + block.code, self.page, "exec")
        if block.file.endswith("settings.py"):
            self._set(code)
            return
        if block.file.startswith("books/") and block.file != "books/models.py":
            self._name(block.file, self.module)
        known = dict(self.names)
        exec(code, self.names)
        for name, value in list(self.names.items()):
            if known.get(name) is value or getattr(value, "__module__", "") != self.module.__name__:
                continue
            if name.startswith("test_"):
                arguments = value.__code__.co_varnames[: value.__code__.co_argcount]
                value(*map(self.fixture, arguments))
            elif isinstance(value, type) and issubclass(value, unittest.TestCase):
                suite = unittest.defaultTestLoader.loadTestsFromTestCase(value)
                result = unittest.TextTestRunner(io.StringIO()).run(suite)
                assert result.testsRun, name
                assert not result.failures + result.errors

    def _set(self, code: Any) -> None:
        current = {name: getattr(self.settings, name) for name in ("INSTALLED_APPS", "MEDIA_ROOT", *SETTINGS)}
        names = self.settings_file = {**self.settings_file, **current}
        names["MIDDLEWARE"] = list(names["MIDDLEWARE"])
        # A new project has no app of its own yet. This suite's are installed in any case.
        installed, names["INSTALLED_APPS"] = names["INSTALLED_APPS"], []
        exec(code, names)
        missing = [app for app in names.pop("INSTALLED_APPS") if app not in {*installed, "books"}]
        for name, value in names.items():
            if name.isupper():
                setattr(self.settings, name, value)
        if missing:
            self.settings.INSTALLED_APPS = [*installed, *missing]
            get_finder.cache_clear()  # it has looked for the apps
        self.client.handler._middleware_chain = None  # the next request loads it

    def _run_html(self, block: Block) -> None:
        if block.file:
            self.templates[block.file] = block.code.partition("\n")[2]

    def _run_console(self, block: Block) -> None:
        for line in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
            command, shown = _split(line)
            found = self._found(command)
            assert agrees(shown, found), f"{command}\nis shown with\n{shown}\nbut answers\n{found}"

    def _found(self, command: str) -> str:
        words = shlex.split(command)
        if words[0] in ("curl", "send"):
            return self._curl(words[1:], sends_token=words[0] == "send")
        if words[1:2] == ["manage.py"]:
            output = io.StringIO()
            # A command that finds faults, such as check, ends with a status.
            with redirect_stdout(output), redirect_stderr(output), suppress(SystemExit):
                execute_from_command_line(words[1:])
            return output.getvalue()
        assert command in INSTALL_LINES, f"Nothing runs {command!r}"
        return ""

    def _curl(self, words: list[str], *, sends_token: bool) -> str:
        options = _CURL.parse_args(words)
        headers = dict(re.split(r":\s*", header, maxsplit=1) for header in options.header)
        data = options.json or "&".join(options.data)
        if options.json:
            headers = {"Content-Type": "application/json", "Accept": "application/json"} | headers
        if options.user:
            headers["Authorization"] = f"Basic {b64encode(options.user.encode()).decode()}"
        headers.setdefault("Accept", "*/*")
        content_type = headers.pop("Content-Type", "application/x-www-form-urlencoded" if data else "")
        method = options.request or ("HEAD" if options.head else "POST" if data else "GET")
        scheme, _, rest = options.url.rpartition("://")
        host, slash, path = rest.partition("/")
        headers["Host"] = host
        self.client.handler.enforce_csrf_checks = not sends_token
        response = self.client.generic(
            method, slash + path or "/", data, content_type, secure=scheme == "https", headers=headers
        )
        try:
            body = b"".join(response).decode(errors="replace")
        finally:
            response.close()
        if sends_token:
            return f"{body} {response.status_code}"
        if not (options.include or options.head):
            return body
        fields = [f"{name}: {value}" for name, value in response.items()]
        fields += [f"Set-Cookie: {cookie.OutputString()}" for cookie in response.cookies.values()]
        return "\n".join([f"HTTP/1.1 {response.status_code} {response.reason_phrase}", *fields, "", body])


def _split(text: str) -> tuple[str, str]:
    """Return a command, which goes on after a backslash or in an open quote, and what stands below it."""
    lines = text.splitlines(keepends=True)
    for end in range(1, len(lines) + 1):
        command = "".join(lines[:end]).replace("\\\n", "")
        try:
            shlex.split(command)
        except ValueError:
            continue
        if not lines[end - 1].endswith("\\\n"):
            return command.strip(), "".join(lines[end:])
    raise AssertionError(f"The command does not end: {text}")


_CURL = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
_CURL.add_argument("url")
_CURL.add_argument("-X", "--request")
_CURL.add_argument("-H", "--header", action="append", default=[])
_CURL.add_argument("-d", "--data", action="append", default=[])
_CURL.add_argument("-u", "--user")
_CURL.add_argument("--json")
for _short, _long in (("-i", "--include"), ("-I", "--head"), ("-s", "--silent"), ("-g", "--globoff")):
    _CURL.add_argument(_short, _long, action="store_true")


def agrees(shown: str, found: str) -> bool:
    """
    Return whether output is what a page shows: ``...`` stands for anything, and JSON may be set out for readers.

    Of a response with its fields, those that are shown must be there.
    """
    if not shown.strip():
        return True
    if shown.startswith("HTTP/"):
        shown_head, _, shown_body = shown.partition("\n\n")
        head, _, body = found.partition("\n\n")
        lines = head.splitlines()
        wanted = [line for line in shown_head.splitlines() if line.strip() != "..."]
        return all(any(_like(line, each) for each in lines) for line in wanted) and agrees(shown_body, body)
    shown, found = " ".join(shown.split()), " ".join(found.split())
    if (status := re.search(r" \d{3}$", found)) and shown.endswith(status[0]):
        return agrees(shown.removesuffix(status[0]), found.removesuffix(status[0]))
    try:
        answer = json.loads(found)
    except ValueError:
        return _like(shown, found)
    try:
        return _alike(json.loads(shown), answer)
    except ValueError:  # parts of it are left out
        return _like(shown, json.dumps(answer, ensure_ascii=False))


def _like(shown: str, found: str) -> bool:
    pattern = ".*".join(map(re.escape, shown.strip().split("...")))
    return re.fullmatch(pattern, found.strip(), re.DOTALL | re.IGNORECASE) is not None


def _alike(shown: Any, found: Any) -> bool:
    if isinstance(shown, dict) and isinstance(found, dict):
        return list(shown) == list(found) and all(_alike(shown[key], found[key]) for key in shown)
    if isinstance(shown, list) and isinstance(found, list):
        return len(shown) == len(found) and all(map(_alike, shown, found))
    if isinstance(shown, str) and isinstance(found, str):
        return _like(shown, found)
    return bool(shown == found) and type(shown) is type(found)
