"""
Describe the project's URLs in OpenAPI 3.1: what its views take and send.

``routes`` finds the views of the URLconf, ``subjects`` what they show and what fills them in. ``operations`` describes
one method of one view, with ``answering`` if it answers with JSON, whose lists and filters are in ``lists`` and
``filters``, or else with ``downloads``. ``access`` says who may call it, ``answers`` has the responses. ``links`` lead
from one operation to others, and ``document`` puts all of it together. It reads classes and attributes, and changes
nothing.

``views`` serves the document. ``validation`` compares a response with it, for ``middleware`` and for tests.
"""
