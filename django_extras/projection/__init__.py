"""
Turn ``json_fields`` and objects into rows of plain data: what is asked for, in as few queries as it takes.

``tree`` reads the list, ``names`` finds what a name is on a model, ``plain`` reads instances and ``queries`` loads them.
"""
