"""
Turn ``json_fields`` and objects into rows of plain data: what is asked for, in as few queries as it takes.

``tree`` reads the list. ``steps`` walks its names over models: ``names`` finds what a name is, ``relations`` what a
relation shows, ``sensitive`` what looks like a secret. ``flat`` writes rows straight from the columns of a query, with
``columns``, and with SQL that ``kept`` and ``keyed`` keep. ``instances`` writes them from objects, which ``queries``
loads. ``projector`` chooses between the two. ``keyset`` pages by key, through the ``terms`` of an order. ``sqlite``
and ``mysql`` have what differs in these databases, and ``bounded`` limits what is kept. ``schema`` says in JSON Schema
what the rows hold.
"""
