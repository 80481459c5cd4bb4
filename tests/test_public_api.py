"""What the two public modules export: a name that appears or goes away shows here first."""

import subprocess
import sys

import django.http

from django_extras import http, views

VIEWS = [
    "FileDownloadMixin",
    "JsonResponseMixin",
    "NegotiatedResponseMixin",
    "StatusResponseMixin",
    "ZipDownloadMixin",
]

HTTP = [
    "FileResponse",
    "HttpError",
    "HttpResponseAccepted",
    "HttpResponseAlreadyReported",
    "HttpResponseBadGateway",
    "HttpResponseConflict",
    "HttpResponseContentTooLarge",
    "HttpResponseCreated",
    "HttpResponseExpectationFailed",
    "HttpResponseFailedDependency",
    "HttpResponseGatewayTimeout",
    "HttpResponseHTTPVersionNotSupported",
    "HttpResponseIMUsed",
    "HttpResponseInsufficientStorage",
    "HttpResponseLengthRequired",
    "HttpResponseLocked",
    "HttpResponseLoopDetected",
    "HttpResponseMisdirectedRequest",
    "HttpResponseMultiStatus",
    "HttpResponseMultipleChoices",
    "HttpResponseNetworkAuthenticationRequired",
    "HttpResponseNoContent",
    "HttpResponseNonAuthoritative",
    "HttpResponseNonAuthoritativeInformation",
    "HttpResponseNotAcceptable",
    "HttpResponseNotExtended",
    "HttpResponseNotImplemented",
    "HttpResponsePartialContent",
    "HttpResponsePayloadTooLarge",
    "HttpResponsePaymentRequired",
    "HttpResponsePermanentRedirectPreserveRequest",
    "HttpResponsePreconditionFailed",
    "HttpResponsePreconditionRequired",
    "HttpResponseProxyAuthenticationRequired",
    "HttpResponseRangeNotSatisfiable",
    "HttpResponseRequestEntityTooLarge",
    "HttpResponseRequestHeaderFieldsTooLarge",
    "HttpResponseRequestTimeout",
    "HttpResponseRequestURITooLong",
    "HttpResponseRequestedRangeNotSatisfiable",
    "HttpResponseResetContent",
    "HttpResponseSeeOther",
    "HttpResponseServiceUnavailable",
    "HttpResponseTemporaryRedirect",
    "HttpResponseTooEarly",
    "HttpResponseTooManyRequests",
    "HttpResponseURITooLong",
    "HttpResponseUnAuthorised",
    "HttpResponseUnauthorised",
    "HttpResponseUnauthorized",
    "HttpResponseUnavailableForLegalReasons",
    "HttpResponseUnprocessableContent",
    "HttpResponseUnprocessableEntity",
    "HttpResponseUnsupportedMediaType",
    "HttpResponseUpgradeRequired",
    "HttpResponseVariantAlsoNegotiates",
    "JsonResponse",
    "ProblemResponse",
    "response_class_for",
]
REPLACED = {"FileResponse", "JsonResponse"}


def test_the_names_of_http() -> None:
    assert sorted(set(http.__all__)) == sorted({*HTTP, *django.http.__all__})


def test_the_names_of_views() -> None:
    assert sorted(views.__all__) == VIEWS


def test_every_name_is_there() -> None:
    assert [name for name in http.__all__ if not hasattr(http, name)] == []
    assert [name for name in views.__all__ if not hasattr(views, name)] == []


def test_the_names_of_django_are_the_same_objects() -> None:
    public = [name for name in dir(django.http) if not name.startswith("_")]

    differing = {name for name in public if getattr(http, name, None) is not getattr(django.http, name)}

    assert differing == REPLACED


def test_the_replaced_names_are_subclasses() -> None:
    for name in REPLACED:
        assert issubclass(getattr(http, name), getattr(django.http, name))


def test_http_imports_without_settings() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", "import django_extras.http"], check=True, env={})


def test_views_import_with_the_apps_that_braces_needs() -> None:
    code = (
        "import django, sys; from django.conf import settings;"
        "settings.configure(INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes']);"
        "django.setup(); import django_extras.views; sys.exit('tests' in sys.modules or 'demo' in sys.modules)"
    )

    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env={})
