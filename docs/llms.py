"""What language models read: llms.txt, a list of the pages, and each page in Markdown with its docstrings in place."""

import importlib
import inspect
import re
from pathlib import Path

DOCS = Path(__file__).parent
_TOCTREE = re.compile(r"^```\{toctree\}\n:caption: (.*)\n(?::.*\n)*\n((?:.+\n)+?)```$", re.MULTILINE)


def pages() -> dict[str, list[Path]]:
    """Return the pages under their captions, in the order of the first page."""
    listed: dict[str, list[Path]] = {}
    seen: set[Path] = set()
    for caption, patterns in _TOCTREE.findall((DOCS / "index.md").read_text()):
        listed[caption] = []
        for pattern in patterns.split():
            found = [page for page in sorted(DOCS.glob(f"{pattern}.md")) if page not in seen]
            listed[caption] += found
            seen.update(found)
    return listed


def llms_txt() -> str:
    """Return the list of all pages: title, address and first sentence of each."""
    lines = ["# django-extras", "", f"> {_summary(DOCS / 'index.md')}"]
    for caption, found in pages().items():
        lines += ["", f"## {caption}", ""]
        for page in found:
            title = page.read_text().partition("\n")[0].removeprefix("# ")
            lines.append(f"- [{title}]({page.relative_to(DOCS).as_posix()}): {_summary(page)}")
    return "\n".join([*lines, ""])


def markdown(page: Path) -> str:
    """Return a page, with the docstrings that Sphinx would put there."""
    return re.sub(r"^```\{eval-rst\}\n(.*?)^```$", _docstrings, page.read_text(), flags=re.MULTILINE | re.DOTALL)


def _docstrings(block: re.Match[str]) -> str:
    module, entries = "", []
    for directive, name in re.findall(r"^\.\. (currentmodule|auto\w+):: ([\w.]+)", block[1], re.MULTILINE):
        if directive == "currentmodule":
            module = name
        elif hasattr(found := getattr(importlib.import_module(module), name), "__name__"):
            entries.append(f"### {module}.{name}\n\n{inspect.getdoc(found)}\n")
    return "\n".join(entries)


def _summary(page: Path) -> str:
    """Return the first sentence of a page."""
    text = next(text for text in page.read_text().split("\n\n") if not text.startswith(("#", "|", "```")))
    return re.split(r"(?<=\.)\s", " ".join(text.split()))[0].rstrip(":.") + "."
