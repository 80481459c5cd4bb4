"""The pages of the demo, in the order in which a visitor reads them."""

from django.core.signing import Signer

from demo.examples import Example, Request, Topic
from demo.tokens import TokenBackend
from demo.views import errors, files, json, notices, statuses

JSON = {"Accept": "application/json"}
TOKEN = {**JSON, "Authorization": "Bearer demo-token"}
ANY = {"Accept": "*/*"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

FLIGHT = {
    "number": "{number}",
    "origin": "EDDF",
    "destination": "LSZH",
    "departure": "2027-05-01T08:30:00+02:00",
    "fare": "129.90",
}
FAULTY_FLIGHT = {
    "number": "one",
    "origin": "EDDF",
    "destination": "MOON",
    "departure": "01/05/2027",
    "fare": "cheap",
    "seats": 0,
    "meal": "vegan",
}
NOTICE = {"headline": "EDDF: fog", "text": "Until noon."}

AIRPORT = Example(
    "One airport",
    [json.AirportDetail],
    [
        Request("Frankfurt", "/airports/EDDF/"),
        Request("Tokyo", "/airports/RJTT/"),
        Request("The same again, if changed", "/airports/EDDF/", fields={**JSON, "If-None-Match": "{ETag}"}),
        Request("One that is not there", "/airports/MOON/"),
    ],
    is_sent_at_once=True,
)

READ = Topic(
    "read",
    "Read",
    "Read JSON",
    "JsonResponseMixin on the left of a generic view, and it answers with JSON. The view names the fields; nothing "
    "else leaves. Links in an answer work: follow them.",
    [
        AIRPORT,
        Example(
            "A list in pages",
            [json.AirportList],
            [
                Request("The second page", "/airports/?page=2"),
                Request("The last page", "/airports/?page=last"),
                Request("A page too far", "/airports/?page=999"),
            ],
        ),
        Example(
            "Pages by key",
            [json.AirportCursorList],
            [
                Request("The highest five", "/airports/by-cursor/?ordering=-elevation&paginate_by=5"),
                Request("By name", "/airports/by-cursor/?ordering=name&paginate_by=5"),
                Request("An order that nobody has named", "/airports/by-cursor/?ordering=latitude"),
            ],
        ),
        Example("A query of your own", [json.CountryList], [Request("All countries", "/countries/")]),
        Example("A view without a model", [json.Totals], [Request("Count", "/totals/")]),
        Example("An async view", [json.AsyncTotals], [Request("Count", "/totals/async/")]),
    ],
)

WRITE = Topic(
    "write",
    "Write",
    "Write JSON",
    "Django's own CreateView, UpdateView and DeleteView, with one mixin on the left. The form that Django makes of "
    "the model judges what arrives; there is no serializer.",
    [
        Example(
            "Any request you like",
            [f"FLIGHT = {json.FLIGHT}".replace("'", '"'), json.FlightCreate, json.FlightUpdate, json.FlightDelete],
            [
                Request("Create", "/flights/new/", "POST", body=FLIGHT),
                Request("Create with faults", "/flights/new/", "POST", body=FAULTY_FLIGHT),
                Request("Read", "{Location}"),
                Request("Change the fare", "{Location}", "PATCH", body={"fare": "99.00"}),
                Request("Replace by too little", "{Location}", "PUT", body={"number": "XA1", "fare": "99.00"}),
                Request("Delete", "{Location}delete/", "DELETE"),
                Request("Send no JSON", "/flights/new/", "POST", body='{"number": "XA1", }'),
                Request("List all", "/flights/"),
            ],
            "Each button fills in a request and sends it. Change what you like, and send it again.",
        ),
    ],
)

ACCESS = Topic(
    "access",
    "Log in",
    "Logins and tokens",
    "LoginRequiredMixin stays what it is. A page sends its visitor to log in; a program gets a 401 instead. A token "
    "of a project's own backend logs in for one request, and then needs no CSRF token.",
    [
        Example(
            "Who may write a notice?",
            [notices.NoticeCreate, TokenBackend],
            [
                Request("As this browser", "/notices/", "POST", body=NOTICE),
                Request("With the token", "/notices/", "POST", TOKEN, NOTICE, has_cookies=False),
                Request(
                    *("With a wrong token", "/notices/", "POST", {**JSON, "Authorization": "Bearer guessed"}, NOTICE),
                    has_cookies=False,
                ),
                Request("Without cookies", "/notices/", "POST", body=NOTICE, has_cookies=False),
            ],
        ),
    ],
)

NEGOTIATION = Topic(
    "negotiation",
    "One URL",
    "A page and JSON from one URL",
    "NegotiatedResponseMixin answers with the template or with JSON, as the field Accept likes best; by_method() puts "
    "several views behind one URL.",
    [
        Example(
            "Notices to crews",
            [notices.NoticeList],
            [
                Request("A program", "/notices/"),
                Request("A browser", "/notices/", fields=BROWSER),
                Request("Rather JSON", "/notices/", fields={"Accept": "text/html;q=0.5, application/json"}),
                Request("Whatever there is", "/notices/", fields=ANY),
                Request("A picture", "/notices/", fields={"Accept": "image/png"}),
            ],
            is_sent_at_once=True,
        ),
        Example(
            "What does not fit a browser's form",
            [
                "path(\n"
                '    "notices/",\n'
                "    by_method(get=NoticeList, post=NoticeCreate),\n"
                '    name="notices",\n'
                ")\n"
                "path(\n"
                '    "notices/<int:pk>/",\n'
                "    by_method(\n"
                "        get=NoticeDetail,\n"
                "        put=NoticeUpdate,\n"
                "        patch=NoticeUpdate,\n"
                "        delete=NoticeDelete,\n"
                "    ),\n"
                '    name="notice",\n'
                ")"
            ],
            [
                Request("Read one", "/notices/1/"),
                Request("What may I do here?", "/notices/1/", "OPTIONS"),
                Request("Write", "/notices/", "POST", TOKEN, NOTICE, has_cookies=False),
                Request("Write too little", "/notices/", "POST", TOKEN, {"headline": ""}, has_cookies=False),
            ],
            "Each method has a view of its own, and one URL has them all.",
        ),
    ],
)

LOCKING = Topic(
    "locking",
    "Lock",
    "Two people, one notice",
    "The ETag of a notice has the version of its row. Whoever saves sends it back in If-Match: if somebody else was "
    "faster, the answer is 412, and nothing is lost.",
    [
        Example(
            "The same, request by request",
            [notices.NoticeDetail, notices.NoticeUpdate],
            [
                Request("Read it", "/notices/1/"),
                Request(
                    "Save it, unless it has changed",
                    "/notices/1/",
                    "PATCH",
                    {**TOKEN, "If-Match": "{ETag}"},
                    {"text": "Open again."},
                    has_cookies=False,
                ),
                Request(
                    "Save over a version that is gone",
                    "/notices/1/",
                    "PATCH",
                    {**TOKEN, "If-Match": '"an-old-one"'},
                    {"text": "Closed for ever."},
                    has_cookies=False,
                ),
                Request("Save without looking", "/notices/1/", "PATCH", TOKEN, {"text": "Mine!"}, has_cookies=False),
            ],
        ),
    ],
)

DOWNLOADS = Topic(
    "downloads",
    "Download",
    "Downloads that stop and go on",
    "FileDownloadMixin sends a file: streamed, under its own name, with its size, date and ranges. So a film plays "
    "from any second at once, and a download goes on where it stopped.",
    [
        Example(
            "The file of a model",
            [files.DocumentDownload],
            [
                Request("Its fields", "/documents/numbers/", "HEAD", ANY),
                Request("Three lines of it", "/documents/numbers/", fields={**ANY, "Range": "bytes=1600-1647"}),
                Request("The last line", "/documents/numbers/", fields={**ANY, "Range": "bytes=-16"}),
                Request("Beyond its end", "/documents/numbers/", fields={**ANY, "Range": "bytes=100000000-"}),
                Request("If it has changed", "/documents/numbers/", "HEAD", fields={**ANY, "If-None-Match": "{ETag}"}),
            ],
        ),
        Example(
            "All files of a directory",
            [files.MediaTree],
            [
                Request("A guide", "/media/documents/guide.pdf", "HEAD", ANY),
                Request("A file of a level above", "/media/../db.sqlite3", fields=ANY),
                Request("One that is not there", "/media/documents/absent.pdf", fields=ANY),
            ],
        ),
        Example(
            "A name of your choice",
            [files.Sources],
            [Request("Fetch", "/sources/", fields=ANY)],
        ),
        Example("A file that the view makes", [files.CountryTable], [Request("Fetch", "/countries.csv", fields=ANY)]),
        Example(
            "An async view sends a file",
            [files.AsyncDownload],
            [Request("Its fields", "/documents/clock/async/", "HEAD", ANY)],
        ),
        Example(
            "An invoice for its owner alone",
            [files.Invoice],
            [
                Request("With the key", f"/invoices/7/?key={Signer().signature('7')}", fields=ANY),
                Request("With a guessed key", "/invoices/7/?key=guessed", fields=JSON),
            ],
        ),
        Example(
            "The same film by each way of delivery",
            [files.Film],
            [
                Request("This process", "/film/here/", "HEAD", ANY),
                Request("nginx", "/film/nginx/", "HEAD", ANY),
                Request("Apache", "/film/apache/", "HEAD", ANY),
                Request("lighttpd", "/film/lighttpd/", "HEAD", ANY),
            ],
        ),
    ],
)

ARCHIVE = Topic(
    "archive",
    "Archive",
    "Many files as one",
    "The archive is made while it is sent, and no file of it is held in memory. Its length is known before, so a "
    "browser shows how far the download is.",
    [
        Example(
            "An archive of what was chosen",
            [files.DocumentsZip],
            [
                Request("Two documents", "/documents.zip?slug=guide&slug=map", fields=ANY),
                Request("The length of all", "/documents.zip", "HEAD", ANY),
                Request("The length of one", "/documents.zip?slug=sources", "HEAD", ANY),
            ],
        ),
    ],
)

STATUSES = Topic(
    "statuses",
    "Statuses",
    "A response class for every status",
    "StatusResponseMixin states the status that a view means, and django_extras.http has a class for each final "
    "status in the IANA registry, with the fields that belong to it.",
    [
        Example(
            "204: done, and nothing to say",
            [statuses.Ping],
            [Request("Send", "/ping/", fields=ANY)],
            "No Content-Type, no Content-Length and no content, whatever the view or a middleware would add. A link "
            "to it leaves a browser where it is. Send it, and see that nothing is missing.",
        ),
        Example(
            "410: gone, and without a page",
            [statuses.Farewell],
            [Request("Send", "/farewell/", fields=ANY)],
            "A view without a template answers with the response class of its status. The content is empty because "
            "the view gives none: Content-Length is 0, and the browser shows a blank page or one of its own.",
        ),
        Example("503: a page with a status", [statuses.Maintenance], [Request("Send", "/maintenance/", fields=ANY)]),
        Example(
            "422 and 303: a form for htmx, Turbo and no JavaScript",
            [statuses.Guestbook],
            [Request("The page with the form", "/guestbook/", fields=BROWSER)],
        ),
    ],
)

PROBLEMS = Topic(
    "problems",
    "Problems",
    "Errors that programs understand",
    "HttpError, raised in a view, becomes the response: a page for people, or the problem of RFC 9457 that JSON "
    "clients understand. Django's own errors take the same form.",
    [
        Example(
            "An error from deep inside",
            [errors.Landing],
            [
                Request("A program", "/landing/"),
                Request("A browser", "/landing/", fields=BROWSER),
                Request("A terminal", "/landing/", fields={"Accept": "text/plain"}),
            ],
            is_sent_at_once=True,
        ),
        Example(
            "An error with a field",
            [errors.Queue],
            [Request("A program", "/queue/"), Request("curl", "/queue/", fields=ANY)],
        ),
        Example(
            "Errors that nobody raises",
            [
                "# urls.py\n"
                "from django_extras.handlers import (\n"
                "    handler400, handler403, handler404, handler500\n"
                ")\n\n"
                "# settings.py\n"
                'MIDDLEWARE += ["django_extras.middleware.HttpErrorMiddleware"]\n'
                'CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"'
            ],
            [
                Request("400", "/airports/by-cursor/?cursor=none"),
                Request("401", "/notices/", "POST", {**JSON, "Authorization": "Bearer guessed"}, NOTICE),
                Request("403", "/notices/", "POST", body=NOTICE, has_cookies=False),
                Request("404", "/airports/MOON/"),
                Request("405", "/flights/new/"),
                Request("406", "/notices/", fields={"Accept": "image/png"}),
                Request(
                    "412", "/notices/1/", "PATCH", {**TOKEN, "If-Match": '"old"'}, {"text": "Mine!"}, has_cookies=False
                ),
                Request("415", "/flights/new/", "POST", {**JSON, "Content-Type": "application/xml"}, "<flight/>"),
                Request("422", "/flights/new/", "POST", body={"number": "one"}),
            ],
            "Whatever a client does wrong is answered in its own form, with the reason and where it is.",
        ),
    ],
)

TOPICS = [READ, WRITE, ACCESS, NEGOTIATION, LOCKING, DOWNLOADS, ARCHIVE, STATUSES, PROBLEMS]
