"""What each way should cost at most, and why one costs more."""

from typing import NamedTuple


class Goal(NamedTuple):
    """The multiple of the first way of a case that a way should cost at most, and why it costs more, if it does."""

    limit: float
    reason: str = ""


LIST = "List of 100 rows, each with its publisher"
MANY = "List of 100 rows, each with its publisher and three authors"
DETAIL = "One object with its publisher"
ONE_ROW, TEN_ROWS = "List of one row", "List of ten rows"
DEEP = "List of 100 rows, three relations deep"
FAR = "Page 990 by number, each row with its publisher"
README = "The first list of the README, 100 rows"

SQLITE, POSTGRESQL, VIEWS = "JSON on SQLite", "JSON on PostgreSQL", "Views"
FILES, FILE_CPU, FORMS = "Files", "Files without a server", "Forms"

OFFLOAD = "offload to nginx"

CODES, NO_CONTENT, TEMPLATE = "A status for the method", "204", "503 over a template"
ERROR_JSON, ERROR_PAGE = "An error, to a client that takes JSON", "An error, to a browser"
NEGOTIATED_PAGE, NEGOTIATED_JSON = "A page or JSON, to a browser", "A page or JSON, to a client that takes JSON"

ORJSON, STANDARD = "JsonResponseMixin, orjson", "JsonResponseMixin, standard library"
STATUS, ERROR, NEGOTIATED = "StatusResponseMixin", "HttpError and HttpErrorMiddleware", "NegotiatedResponseMixin"

_GOALS_OF_JSON: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    # On SQLite with orjson and with the standard library, then on PostgreSQL.
    LIST: ((0.40, 0.55), (0.55, 0.75)),
    MANY: ((0.22,), (0.27,)),
    DETAIL: ((0.92,), (0.92,)),
    ONE_ROW: ((0.90,), (0.90,)),
    TEN_ROWS: ((0.55,), (0.60,)),
    DEEP: ((0.60,), (0.65,)),
    FAR: ((0.50,), (0.50,)),
}

#: Why a goal is not met, by the case.
_REASONS: dict[str, str] = {
    LIST: "What is left is mostly the driver, which also parses dates on SQLite, and the conversion of the columns.",
    MANY: "What is left is mostly reading the rows of three tables, and keys of owners that become UUIDs.",
    DETAIL: (
        "The view may ask for the instance, so Django's filter(), get(), cursor and from_db() stay; the hash for ETag "
        "and the methods that are watched add the rest."
    ),
    ONE_ROW: "What is left is Django's request and cursor, and the view.",
    TEN_ROWS: "What is left is mostly the request, the view and its hash for ETag, which ten rows cost as one does.",
    DEEP: "A key is selected for each of the three relations, to tell which object is null.",
    FAR: "The time of the database server, which this saves, is not in the figure. With it, the page takes 0.90 x.",
    CODES: "What the view has done, and the fields of the status, are found for each request.",
    NO_CONTENT: "A response without content guards its fields, and the status is found for each request.",
    TEMPLATE: "The fields of the status come from a response of its class, beside the one of the template.",
    NEGOTIATED_PAGE: "The view stands ready to answer with JSON, and Vary and Cache-Control are set after the page.",
    FORMS: "What is sent is read from the database again, with a query for each relation to many.",
    FILE_CPU: "A bare function has no view, no hooks, no conditions to compare and no type to find by the name. It "
    "does not ask either whether the file may be read.",
    OFFLOAD: "A bare function has no view, no hooks, no type to find by the name and no directory to stay in.",
}

_Goals = dict[tuple[str, str], dict[str, Goal]]


def _goals_of_json() -> _Goals:
    return {
        (part, case): {
            way: Goal(limit, _REASONS.get(case, "")) for way, limit in zip((ORJSON, STANDARD), limits, strict=False)
        }
        for case, both in _GOALS_OF_JSON.items()
        for part, limits in zip((SQLITE, POSTGRESQL), both, strict=True)
    }


GOALS: _Goals = {
    **_goals_of_json(),
    **{
        (FILE_CPU, f"FileDownloadMixin{where}, {case}"): {"ours": Goal(1.30, _REASONS.get(FILE_CPU, ""))}
        for where in ("", " below a root")
        for case in ("HEAD", "304")
    },
    **{
        (FILE_CPU, f"{OFFLOAD}{where}"): {"ours": Goal(1.00, _REASONS.get(OFFLOAD, ""))}
        for where in ("", " below a root")
    },
    (FORMS, "Create"): {"CreateView with JsonResponseMixin": Goal(1.15, _REASONS.get(FORMS, ""))},
    (FORMS, "Update"): {"UpdateView with JsonResponseMixin, PUT": Goal(1.15, _REASONS.get(FORMS, ""))},
    (VIEWS, CODES): {STATUS: Goal(1.10, _REASONS.get(CODES, ""))},
    (VIEWS, NO_CONTENT): {STATUS: Goal(1.10, _REASONS.get(NO_CONTENT, ""))},
    (VIEWS, TEMPLATE): {STATUS: Goal(1.20, _REASONS.get(TEMPLATE, ""))},
    (VIEWS, ERROR_JSON): {ERROR: Goal(1.40, _REASONS.get(ERROR_JSON, ""))},
    (VIEWS, ERROR_PAGE): {ERROR: Goal(1.60, _REASONS.get(ERROR_PAGE, ""))},
    (VIEWS, NEGOTIATED_PAGE): {NEGOTIATED: Goal(1.20, _REASONS.get(NEGOTIATED_PAGE, ""))},
    (VIEWS, NEGOTIATED_JSON): {NEGOTIATED: Goal(1.20, _REASONS.get(NEGOTIATED_JSON, ""))},
}
