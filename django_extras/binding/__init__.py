"""
Carry a JSON value into a form, and the form's errors back. The form stays the only judge of what is valid.

``parser`` reads the text. ``data`` makes of it what a browser would have sent, which a form may read while it is made.
``form`` then gives each field its value, or leaves it what it is; ``values`` says what each class of field takes, and
``postgres`` says so for the fields of PostgreSQL; ``schema`` says it in JSON Schema, with the ``limits`` of
validators. ``errors`` writes what the form refused, with pointers.
"""
