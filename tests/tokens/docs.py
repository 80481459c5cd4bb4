"""The code of docs/how-to/tokens.md, section by section."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "tokens.md").read_text()
_SECTIONS = dict(
    re.findall(r"^##? (.*)\n((?:(?!##? ).*\n)*)", re.sub(r"^# (?=\w+[/.])", "#: ", _TEXT, flags=re.M), re.M)
)


def blocks(section: str) -> dict[str, str]:
    """Return the code of a section by the file that its first line names."""
    found = re.findall(r"^```python\n#: ([\w/.]+)[^\n]*\n(.*?)^```$", _SECTIONS[section], re.M | re.S)
    return dict(found)


def settings(section: str) -> dict[str, Any]:
    """Return the settings of a section."""
    names: dict[str, Any] = {}
    exec(blocks(section)["settings.py"], names)
    return names


def install(section: str, **others: ModuleType) -> None:
    """Make the modules of a section importable."""
    for name, module in {"books": ModuleType("books"), **others}.items():
        sys.modules[name.replace("_", ".")] = module
    for file, code in blocks(section).items():
        if file != "settings.py":
            name = file.removesuffix(".py").replace("/", ".")
            module = sys.modules[name] = ModuleType(name)
            exec(compile(code, file, "exec"), vars(module))
