"""How Sphinx builds the site: ``python -m nox -s docs``."""

import inspect
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
# The docstrings of this tree, not those of an installed package.
sys.path.insert(0, str(ROOT))

from docs import llms  # noqa: E402  # found by the path above

settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_extras"], SECRET_KEY="docs"
)
django.setup()

project = "django-extras"
project_copyright = "the django-extras maintainers"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
html_title = f"django-extras {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = []

# Markdown. A link leads to a file, or to a heading of one: both are checked.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings. Single backticks are code there.
default_role = "code"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
pygments_dark_style = "a11y-dark"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
# Each page is there in Markdown: see write_for_models().
html_copy_source = html_show_sourcelink = False

# Only `nox -s docs -- linkcheck` asks other sites.
linkcheck_ignore = [r"http://127\.0\.0\.1.*", r"https?://example\.(org|com)/.*"]
linkcheck_timeout = 20
linkcheck_retries = 2


def setup(app: Sphinx) -> None:
    """Let the reference have an entry for each attribute and hook that a docstring names."""
    app.connect("autodoc-skip-member", skip_member)
    app.connect("autodoc-process-docstring", enter_attributes)
    app.connect("autodoc-process-signature", shorten)
    app.connect("build-finished", write_for_models)
    app.connect("html-page-context", make_reachable, priority=900)  # after furo


def skip_member(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what Django and braces have documented, and attributes, which the docstring of the class lists."""
    if what != "class":
        return None
    is_ours = (getattr(inspect.unwrap(member), "__module__", None) or "").startswith("django_extras.")
    return skip or not (inspect.isroutine(member) and is_ours)


def enter_attributes(app: Sphinx, what: str, name: str, member: Any, options: Any, lines: list[str]) -> None:
    """Make entries of the attributes in the docstring of a class: ``paginate_by = None`` and an indented text."""
    if what != "class":
        return
    entered: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        found = re.findall(r"``(\w+) = (.*?)``(?:, |$)", line)
        if not found or not following.startswith("    "):
            entered.append(line)
        for attribute, value in found if following.startswith("    ") else ():
            entered += ["", f".. py:attribute:: {attribute}", f"    :value: {value}", ""]
    lines[:] = entered


def shorten(
    app: Sphinx, what: str, name: str, member: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str | None, str | None] | None:
    """Leave the types out where 50 classes have the same."""
    if what != "class" or member.__module__ != "django_extras.http.status":
        return None
    found = inspect.signature(member)
    parameters = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    return str(found.replace(parameters=parameters, return_annotation=found.empty)), None


def write_for_models(app: Sphinx, error: Exception | None) -> None:
    """Write llms.txt, and each page in Markdown beside itself."""
    if error or app.builder.name != "html":
        return
    (app.outdir / "llms.txt").write_text(llms.llms_txt())
    for pages in llms.pages().values():
        for page in pages:
            (app.outdir / page.relative_to(llms.DOCS)).write_text(llms.markdown(page))


def make_reachable(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let keys scroll code that is too wide, and tell screen readers the level of the headings of lists of pages."""
    for name in {"body", "furo_navigation_tree"} & context.keys():
        context[name] = context[name].replace("<pre>", '<pre tabindex="0">')
        context[name] = context[name].replace('role="heading">', 'role="heading" aria-level="2">')
