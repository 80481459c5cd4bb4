"""How the tests give JSON to a form: as a view does, without one."""

import json
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from django_extras.binding.data import browser_data
from django_extras.binding.errors import form_errors
from django_extras.binding.form import Absent, bind
from django_extras.binding.text import parse
from django_extras.http.json import simplify


def filled(
    form_class: Any,
    body: Any,
    absent: Absent = Absent.DEFAULT,
    *,
    ignored: Any = (),
    prefix: Any = None,
    **options: Any,
) -> Any:
    """Return a form that reads a JSON object, given as text or as what becomes such text."""
    parsed = parse((body if isinstance(body, str) else json.dumps(body, default=float)).encode())
    data = browser_data(parsed, prefix or getattr(form_class, "prefix", None))
    form = form_class(data=data, files=MultiValueDict(), prefix=prefix, **options)
    bind(form, parsed, absent, simplify=simplify, ignored=lambda: ignored)
    return form


def cleaned(field: forms.Field, value: Any, **options: Any) -> Any:
    """Return what a form with this one field makes of a value, or its errors as (pointer, code)."""
    form = filled(type("OneForm", (forms.Form,), {"x": field}), {"x": value}, **options)
    if form.is_valid():
        return form.cleaned_data["x"]
    return [(error["pointer"], error["code"]) for error in form_errors(form, {"x": value})]


def refusal(*path: Any, code: str = "invalid") -> list[tuple[str, str]]:
    """Return what `cleaned()` returns for one error."""
    return [("#/" + "/".join(map(str, ("x", *path))), code)]
