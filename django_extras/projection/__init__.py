"""
Turn ``json_fields`` and objects into rows of plain data: what is asked for, in as few queries as it takes.

``tree`` reads the list and ``names`` finds what a name is on a model. ``flat`` writes rows straight from the columns
of a query, with ``columns``; ``plain`` reads instances, which ``queries`` loads. ``projector`` chooses between the
two, and ``keyset`` pages by key.
"""
