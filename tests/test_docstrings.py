"""The docstrings that lead a reader through a request name functions and modules that are there."""

import ast
import re
from pathlib import Path

import pytest
from django.forms import ModelForm
from django.views.generic import CreateView, DetailView, ListView, UpdateView

import django_extras

PACKAGE = Path(django_extras.__file__).parent
WAYS = ("http/file.py", "views/_forms.py", "views/download.py", "views/json.py")


def functions() -> set[str]:
    nodes = [node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    djangos = [name for cls in (CreateView, DetailView, ListView, ModelForm, UpdateView) for name in dir(cls)]
    return {*djangos, *(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))}


@pytest.mark.parametrize("way", WAYS)
def test_ways_lead_somewhere(way: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / way).read_text())) or ""
    named = set(re.findall(r"``(\w+)\(\)``", docstring))
    modules = re.findall(r"(?<!\S)(_\w+|(?:binding|http|projection)\.\w+)", re.sub("``.*?``", "", docstring))

    assert len(named) >= 5
    assert named - functions() == set()
    assert len(modules) >= 3
    assert [
        module
        for module in modules
        if not any((root / f"{module.replace('.', '/')}.py").exists() for root in (PACKAGE, (PACKAGE / way).parent))
    ] == []
