"""Write the OpenAPI document of the project, or compare it with the one that is kept."""

import difflib
import json
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_extras.openapi.document import document, text

try:
    import yaml
except ImportError:
    yaml = None  # type: ignore[assignment]  # a module that may be missing


class Command(BaseCommand):
    """``manage.py openapi``."""

    help = "Write the OpenAPI document of the project's URLs, or compare it with the one in a file."
    requires_system_checks: Any = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --check, --format and --urlconf."""
        parser.add_argument(
            "--check",
            metavar="FILE",
            help="Write nothing. Fail, and show the difference, unless FILE has the document.",
        )
        parser.add_argument("--format", choices=("json", "yaml"), default="json", help="YAML needs PyYAML.")
        parser.add_argument("--urlconf", help="The module of the URLs, by default that of the project.")

    def handle(self, *, check: str | None = None, urlconf: str | None = None, **options: Any) -> None:
        """Write the document to stdout, and what it leaves open to stderr."""
        found = text(document(urlconf, self._warn))
        is_yaml = options.get("format") == "yaml"
        if is_yaml:
            if yaml is None:
                raise CommandError("--format yaml needs PyYAML. Install it: python -m pip install PyYAML")
            found = yaml.safe_dump(json.loads(found), sort_keys=False, allow_unicode=True, width=119)
        if check is None:
            self.stdout.write(found, ending="")
            return
        try:
            kept = Path(check).read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{check} cannot be read: {error.strerror}.") from error
        if kept != found:
            lines = difflib.unified_diff(kept.splitlines(True), found.splitlines(True), check, "the project")
            self.stdout.writelines(lines)
            command = "manage.py openapi" + (" --format yaml" if is_yaml else "")
            command += f" --urlconf {urlconf}" if urlconf else ""
            raise CommandError(f"{check} is not the document of the project. Write it anew: {command} > {check}")

    def _warn(self, cls: type, text: str) -> None:
        module = sys.modules.get(cls.__module__)
        path = getattr(module, "__file__", None) or cls.__module__
        self.stderr.write(self.style.WARNING(f"{os.path.relpath(path) if os.path.isabs(path) else path}: {text}"))
