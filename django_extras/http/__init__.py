"""Everything in ``django.http``, and a response class for each status, file and JSON value that it lacks."""
