"""
System checks of the views in the URLconf: what a class says wrongly is told before a request meets it.

They read classes and attributes. They ask no database, and call no method of the project's views. Each is described in
``docs/checks.md``, and silenced by its id in ``SILENCED_SYSTEM_CHECKS``.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from braces.views import AllVerbsMixin
from django.apps import apps
from django.conf import settings
from django.contrib.auth.mixins import AccessMixin
from django.core.checks import ERROR, CheckMessage, Error, Warning, register  # noqa: A004  # Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.forms import MultiWidget
from django.urls import URLResolver, get_resolver

from .binding.values import from_json
from .delivery import Apache, Delivery, Lighttpd, Nginx, NginxRemote, SignedRedirect, delivery_of_the_project
from .http._facts import is_on_disk
from .http._signing import signs_with_version_2, why_unsigned
from .http.errors import HttpError
from .middleware import HttpErrorMiddleware
from .openapi.access import has_middleware
from .openapi.document import document
from .openapi.subjects import form_class_of, ignore, is_overridden, model_of, own_data_method, steps_of, unread
from .openapi.views import OpenApiView
from .views._bases import package_of
from .views._functions import functions_of, view_of
from .views._kinds import Kind, kind_of
from .views._ordering import check_is_list, check_list, check_names
from .views._status_checks import faults
from .views._versions import refuse_lock_without_version, version_field
from .views.archive import ZipDownloadMixin
from .views.download import FileDownloadMixin
from .views.json import JsonResponseMixin
from .views.status import StatusResponseMixin

_MIXINS = (FileDownloadMixin, JsonResponseMixin, StatusResponseMixin)
_OFFLOADS = (Nginx, Apache, Lighttpd, SignedRedirect, NginxRemote)
#: The fields of our responses that scripts of other origins do not see by themselves.
_EXPOSED = ("content-disposition", "etag", "link", "location")


@register("django_extras")
def check_views(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return the faults of the views in the URLconf, and of the settings that they need."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    found: list[CheckMessage] = []
    seen: set[Any] = set()
    for function in _functions(get_resolver()):
        cls = function.view_class
        # By identity: to print or to compare a queryset would read it.
        arguments = sorted((name, id(value)) for name, value in getattr(function, "view_initkwargs", {}).items())
        key = (cls, tuple(arguments), getattr(function, "role", None))
        if key not in seen:
            seen.add(key)
            found += _check_class(cls)
            if issubclass(cls, _MIXINS):
                try:
                    found += _check_view(view_of(function), function)
                except AttributeError as error:
                    found.append(Warning(unread(error, cls), obj=cls, id="django_extras.W019"))
    if any(issubclass(cls, _MIXINS) for cls, *_ in seen):
        found += _check_settings()
    has_document = hasattr(settings, "DJANGO_EXTRAS_OPENAPI") or any(issubclass(cls, OpenApiView) for cls, *_ in seen)
    if has_document and not any(message.level >= ERROR for message in found):
        known = {message.msg for message in found}
        found += [message for message in _check_document() if message.msg not in known]
    return found


def _check_document() -> list[CheckMessage]:
    """Find what the OpenAPI document must leave open, in a project that has one."""
    found: list[CheckMessage] = []
    try:
        document(warn=lambda cls, text: found.append(Warning(text, obj=cls, id="django_extras.W012")))
    except ImproperlyConfigured as error:
        found.append(Error(str(error), id="django_extras.E013"))
    return found


def _functions(resolver: URLResolver) -> Iterator[Any]:
    """Return the functions of the class-based views below a resolver, those of by_method() too."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _functions(entry)
        elif hasattr(entry.callback, "view_class"):
            yield entry.callback  # also one whose methods only a request can tell
        else:
            yield from functions_of(entry.callback).values()


def _check_view(view: Any, function: Any) -> Iterator[CheckMessage]:
    yield from _check_names(type(view))
    if isinstance(view, StatusResponseMixin):
        yield from (Error(text, obj=type(view), id="django_extras.E020") for text in faults(view))
    if isinstance(view, JsonResponseMixin):
        yield from _told(_check_fields, view, "E001")
        yield from _told(_check_ordering, view, "E002")
        yield from _told(_check_version, view, "E003")
        yield from _check_decorator(view, function)
        yield from _check_form(view)
    if isinstance(view, FileDownloadMixin):
        yield from _check_paths(view)
        if isinstance(view, ZipDownloadMixin):
            yield from _told(ZipDownloadMixin._require_extra, view, "E015")
        if not is_overridden(view, "get_delivery"):
            yield from _check_delivery(view)


def _told(check: Callable[[Any], None], view: Any, number: str) -> Iterator[CheckMessage]:
    """Return the error that a check raises, as a message."""
    try:
        check(view)
    except ImproperlyConfigured as error:
        yield Error(str(error), obj=type(view), id=f"django_extras.{number}")


def _check_fields(view: Any) -> None:
    if own_data_method(view) is None:
        steps_of(view, view.json_fields)


def _check_ordering(view: Any) -> None:
    name, names, model = type(view).__name__, view.json_ordering, model_of(view)
    check_is_list(names, name)
    if names and model is not None and not is_overridden(view, "get_queryset"):
        own = getattr(view, "queryset", None)
        queryset = own.all() if isinstance(own, QuerySet) else QuerySet(model)
        check_list(queryset, names, name)
        check_names(queryset, names, name, False, view.allow_sensitive)


def _check_version(view: Any) -> None:
    refuse_lock_without_version(view)
    model = model_of(view)
    if view.version_field is not None and model is not None:
        version_field(model, view.version_field, type(view).__name__)


def _check_decorator(view: Any, function: Any) -> Iterator[CheckMessage]:
    """Find a decorator that checks a login before the view could answer for it."""
    is_decorated = False
    while hasattr(function, "__wrapped__"):
        path = Path(getattr(getattr(function, "__code__", None), "co_filename", ""))
        is_decorated = is_decorated or path.parts[-3:] == ("contrib", "auth", "decorators.py")
        function = function.__wrapped__
    if is_decorated and not has_middleware(HttpErrorMiddleware):
        text = f"{type(view).__name__} is decorated in the URLconf, so who is not logged in is sent to a page."
        hint = "Add django_extras.middleware.HttpErrorMiddleware, or use an access mixin in the class."
        yield Warning(text, hint=hint, obj=type(view), id="django_extras.W004")


def _check_form(view: Any) -> Iterator[CheckMessage]:
    """Find fields of which nobody knows how JSON has their value: their widget reads several inputs."""
    if kind_of(view) not in (Kind.CREATE, Kind.UPDATE, Kind.FORM):
        return
    form: Any = form_class_of(view, ignore)
    for name, field in getattr(form, "base_fields", {}).items():
        if isinstance(field.widget, MultiWidget) and from_json.dispatch(type(field)) is from_json.dispatch(object):
            kind = type(field).__name__
            text = (
                f"JSON cannot fill {form.__name__}.{name}: its widget reads several inputs, and {kind} says not "
                "which value they make."
            )
            hint = f"Register what it takes: @from_json.register of django_extras.binding.values, for {kind}."
            yield Warning(text, hint=hint, obj=type(view), id="django_extras.W011")


def _check_names(cls: type) -> Iterator[CheckMessage]:
    """Find attributes that are called nearly as one of ours."""
    ours = {name for base in cls.__mro__ if package_of(base) == "django_extras" for name in vars(base)}
    ours = {name for name in ours if not name.startswith("_") and len(name) > 4}
    others = [base for base in cls.__mro__ if package_of(base) != "django_extras"]
    for base in others:
        for name in vars(base).keys() - ours:
            is_known = name.startswith("_") or any(name in vars(other) for other in others if other is not base)
            if is_known or package_of(base) in ("django", "braces", "builtins"):
                continue
            near = next((each for each in sorted(ours) if is_near(name, each)), None)
            if near is not None:
                text = f"{base.__name__}.{name} has no meaning. Did you mean {near}?"
                hint = f"Rename it {near}, or silence this check."
                yield Warning(text, hint=hint, obj=cls, id="django_extras.W005")


def is_near(name: str, other: str) -> bool:
    """Tell whether two names differ by one letter: one more, one less, another one, or two that changed places."""
    if name == other:
        return False
    start = 0
    while name[start : start + 1] == other[start : start + 1]:
        start += 1
    rest, other_rest = name[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] in (other_rest, other_rest[1:]) or rest == other_rest[1:] or swapped == other_rest


def _check_class(cls: Any) -> Iterator[CheckMessage]:
    mro = list(cls.__mro__)
    if AllVerbsMixin in mro:
        hidden = next((base for base in mro[mro.index(AllVerbsMixin) :] if issubclass(base, AccessMixin)), None)
        if hidden is not None:
            mixin = hidden.__name__
            text = f"{cls.__name__} never asks {mixin}, as AllVerbsMixin comes before it and does not call it."
            yield Error(text, hint=f"Put {mixin} left of AllVerbsMixin.", obj=cls, id="django_extras.E006")
    module = sys.modules.get(cls.__module__)
    raises = module is not None and any(value is HttpError for value in vars(module).values())
    if raises and not issubclass(cls, JsonResponseMixin) and not has_middleware(HttpErrorMiddleware):
        text = f"{cls.__module__} uses HttpError, which nothing makes a response of in {cls.__name__}."
        hint = "Add django_extras.middleware.HttpErrorMiddleware to MIDDLEWARE."
        yield Warning(text, hint=hint, obj=cls, id="django_extras.W007")


def _check_paths(view: Any) -> Iterator[CheckMessage]:
    if is_overridden(view, "get_file"):
        return
    name = type(view).__name__
    if view.root is not None and not Path(view.root).is_dir():
        text = f"{name}.root is {str(view.root)!r}, which is no directory."
        yield Warning(text, obj=type(view), id="django_extras.W008")
    elif view.path is not None and not Path(view.root or "", view.path).is_file():
        yield Warning(f"{name}.path is {str(view.path)!r}, which is no file.", obj=type(view), id="django_extras.W008")


def _check_delivery(view: Any) -> Iterator[CheckMessage]:
    """Find a delivery that is none, that cannot work, or that sends no file of the view."""
    name, delivery = type(view).__name__, view.delivery
    if delivery is None:
        with suppress(ImproperlyConfigured):  # see _check_settings()
            delivery = delivery_of_the_project()
    elif isinstance(delivery, Delivery):
        yield from _told(lambda view: delivery.check(), view, "E014")
    else:
        text = f"{name}.delivery is {delivery!r}, which is no delivery."
        hint = 'Set it to one of django_extras.delivery, such as Nginx(MEDIA_ROOT, "/protected/").'
        yield Error(text, hint=hint, obj=type(view), id="django_extras.E014")
    # This process always sends archives.
    if isinstance(delivery, _OFFLOADS) and not isinstance(view, ZipDownloadMixin):
        yield from _check_offload(view, delivery)


def _check_offload(view: Any, delivery: Any) -> Iterator[CheckMessage]:
    """Find why another server cannot send the files of a view."""
    name, storage = type(view).__name__, _storage_of(view)
    try:
        directory = getattr(storage, "location", None) if is_on_disk(storage) else _directory_of(view)
    except ImproperlyConfigured as error:  # it is made now, and lacks a package
        yield Error(f"{name} has a storage that cannot be made: {error}", obj=type(view), id="django_extras.E015")
        return
    if isinstance(delivery, SignedRedirect | NginxRemote):
        yield from _check_signing(name, type(view), storage)
    elif directory is not None and delivery.below(f"{directory}/_") is None:
        server, root = type(delivery).__name__, delivery.root
        text = (
            f"{name} sends files of {str(directory)!r}. {server} is to send what is below {root!r}, so this "
            "process sends them."
        )
        hint = f"Pass {server} the directory, or set {name}.delivery to InProcess()."
        yield Warning(text, hint=hint, obj=type(view), id="django_extras.W016")


def _check_signing(name: str, cls: type, storage: Any) -> Iterator[CheckMessage]:
    if (reason := why_unsigned(storage)) is not None:
        text = f"{name} has a storage that {reason}. It signs no URL, so this process sends the files."
        hint = f"Have the storage sign, or set {name}.delivery to InProcess()."
        yield Warning(text, hint=hint, obj=cls, id="django_extras.W017")
    elif signs_with_version_2(storage):
        text = f"{name} has a storage that signs with version 2, which S3 refuses in newer regions."
        hint = 'Give the storage the option client_config=Config(signature_version="s3v4").'
        yield Warning(text, hint=hint, obj=cls, id="django_extras.W018")


def _storage_of(view: Any) -> Any:
    """Return the storage of the files that a view sends, None if nothing tells it."""
    field = getattr(model_of(view), view.file_field or "", None)
    return getattr(getattr(field, "field", None), "storage", None) if not is_overridden(view, "get_file") else None


def _directory_of(view: Any) -> Any:  # a path
    """Return the directory of the files that a view sends by their paths, None if nothing tells it."""
    if view.file_field is not None or is_overridden(view, "get_file") or is_overridden(view, "get_path"):
        return None
    return view.root if view.root is not None or view.path is None else Path(view.path).parent


def _check_settings() -> Iterator[CheckMessage]:
    try:
        delivery_of_the_project()
    except ImproperlyConfigured as error:
        yield Error(str(error), id="django_extras.E009")
    if apps.is_installed("corsheaders"):
        exposed = {name.lower() for name in getattr(settings, "CORS_EXPOSE_HEADERS", ())}
        if missing := [name for name in _EXPOSED if name not in exposed]:
            text = f"CORS_EXPOSE_HEADERS hides {', '.join(missing)} from scripts of other origins."
            yield Warning(text, hint="Add the names to CORS_EXPOSE_HEADERS.", id="django_extras.W010")
