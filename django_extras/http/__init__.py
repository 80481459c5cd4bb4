"""Everything in ``django.http``, and a response class for each status, file and JSON value that it lacks."""

# "X as X" tells type checkers that X is public. isort would give each of them a line of its own import.
# isort: off

from typing import TYPE_CHECKING

from django.http import (
    BadHeaderError as BadHeaderError,
    Http404 as Http404,
    HttpHeaders as HttpHeaders,
    HttpRequest as HttpRequest,
    HttpResponse as HttpResponse,
    HttpResponseBadRequest as HttpResponseBadRequest,
    HttpResponseBase as HttpResponseBase,
    HttpResponseForbidden as HttpResponseForbidden,
    HttpResponseGone as HttpResponseGone,
    HttpResponseNotAllowed as HttpResponseNotAllowed,
    HttpResponseNotFound as HttpResponseNotFound,
    HttpResponseNotModified as HttpResponseNotModified,
    HttpResponsePermanentRedirect as HttpResponsePermanentRedirect,
    HttpResponseRedirect as HttpResponseRedirect,
    HttpResponseServerError as HttpResponseServerError,
    QueryDict as QueryDict,
    RawPostDataException as RawPostDataException,
    SimpleCookie as SimpleCookie,
    StreamingHttpResponse as StreamingHttpResponse,
    UnreadablePostError as UnreadablePostError,
    cookie as cookie,
    multipartparser as multipartparser,
    parse_cookie as parse_cookie,
    request as request,
    response as response,
)

if not TYPE_CHECKING:
    # What later versions of Django add. Type checkers would go on to see Django's FileResponse and JsonResponse.
    from django.http import *  # noqa: F403

from .errors import HttpError as HttpError
from .file import FileResponse as FileResponse
from .json import JsonResponse as JsonResponse
from .problem import ProblemResponse as ProblemResponse
from .status import (
    HttpResponseAccepted as HttpResponseAccepted,
    HttpResponseAlreadyReported as HttpResponseAlreadyReported,
    HttpResponseBadGateway as HttpResponseBadGateway,
    HttpResponseConflict as HttpResponseConflict,
    HttpResponseContentTooLarge as HttpResponseContentTooLarge,
    HttpResponseCreated as HttpResponseCreated,
    HttpResponseExpectationFailed as HttpResponseExpectationFailed,
    HttpResponseFailedDependency as HttpResponseFailedDependency,
    HttpResponseGatewayTimeout as HttpResponseGatewayTimeout,
    HttpResponseHTTPVersionNotSupported as HttpResponseHTTPVersionNotSupported,
    HttpResponseIMUsed as HttpResponseIMUsed,
    HttpResponseInsufficientStorage as HttpResponseInsufficientStorage,
    HttpResponseLengthRequired as HttpResponseLengthRequired,
    HttpResponseLocked as HttpResponseLocked,
    HttpResponseLoopDetected as HttpResponseLoopDetected,
    HttpResponseMisdirectedRequest as HttpResponseMisdirectedRequest,
    HttpResponseMultipleChoices as HttpResponseMultipleChoices,
    HttpResponseMultiStatus as HttpResponseMultiStatus,
    HttpResponseNetworkAuthenticationRequired as HttpResponseNetworkAuthenticationRequired,
    HttpResponseNoContent as HttpResponseNoContent,
    HttpResponseNonAuthoritative as HttpResponseNonAuthoritative,
    HttpResponseNonAuthoritativeInformation as HttpResponseNonAuthoritativeInformation,
    HttpResponseNotAcceptable as HttpResponseNotAcceptable,
    HttpResponseNotExtended as HttpResponseNotExtended,
    HttpResponseNotImplemented as HttpResponseNotImplemented,
    HttpResponsePartialContent as HttpResponsePartialContent,
    HttpResponsePayloadTooLarge as HttpResponsePayloadTooLarge,
    HttpResponsePaymentRequired as HttpResponsePaymentRequired,
    HttpResponsePermanentRedirectPreserveRequest as HttpResponsePermanentRedirectPreserveRequest,
    HttpResponsePreconditionFailed as HttpResponsePreconditionFailed,
    HttpResponsePreconditionRequired as HttpResponsePreconditionRequired,
    HttpResponseProxyAuthenticationRequired as HttpResponseProxyAuthenticationRequired,
    HttpResponseRangeNotSatisfiable as HttpResponseRangeNotSatisfiable,
    HttpResponseRequestedRangeNotSatisfiable as HttpResponseRequestedRangeNotSatisfiable,
    HttpResponseRequestEntityTooLarge as HttpResponseRequestEntityTooLarge,
    HttpResponseRequestHeaderFieldsTooLarge as HttpResponseRequestHeaderFieldsTooLarge,
    HttpResponseRequestTimeout as HttpResponseRequestTimeout,
    HttpResponseRequestURITooLong as HttpResponseRequestURITooLong,
    HttpResponseResetContent as HttpResponseResetContent,
    HttpResponseSeeOther as HttpResponseSeeOther,
    HttpResponseServiceUnavailable as HttpResponseServiceUnavailable,
    HttpResponseTemporaryRedirect as HttpResponseTemporaryRedirect,
    HttpResponseTooEarly as HttpResponseTooEarly,
    HttpResponseTooManyRequests as HttpResponseTooManyRequests,
    HttpResponseUnAuthorised as HttpResponseUnAuthorised,
    HttpResponseUnauthorised as HttpResponseUnauthorised,
    HttpResponseUnauthorized as HttpResponseUnauthorized,
    HttpResponseUnavailableForLegalReasons as HttpResponseUnavailableForLegalReasons,
    HttpResponseUnprocessableContent as HttpResponseUnprocessableContent,
    HttpResponseUnprocessableEntity as HttpResponseUnprocessableEntity,
    HttpResponseUnsupportedMediaType as HttpResponseUnsupportedMediaType,
    HttpResponseUpgradeRequired as HttpResponseUpgradeRequired,
    HttpResponseURITooLong as HttpResponseURITooLong,
    HttpResponseVariantAlsoNegotiates as HttpResponseVariantAlsoNegotiates,
    response_class_for as response_class_for,
)

if not TYPE_CHECKING:
    # Classes and functions. All else are modules.
    __all__ = [name for name, value in globals().items() if callable(value)]
