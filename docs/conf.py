"""How Sphinx builds the site: ``python -m nox -s docs``."""

import sys
import tomllib
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).parent.parent
# The docstrings of this tree, not those of an installed package.
sys.path.insert(0, str(ROOT))

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
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
# An agent, or a person with curl, reads the source of a page: _sources/tutorial.md.txt.
html_copy_source = True
html_sourcelink_suffix = ".txt"

# Only `nox -s docs -- linkcheck` asks other sites.
linkcheck_ignore = [r"http://127\.0\.0\.1.*", r"https?://example\.(org|com)/.*"]
linkcheck_timeout = 20
linkcheck_retries = 2
