"""What a handler writes is written as a whole or not at all."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

from django.db import connections, transaction


class Writes(ExitStack):
    """
    One transaction on each database that a handler writes to, as a context manager.

    Which databases these are shows as the handler goes on: that of the view's model, and those of its objects. What an
    access mixin looks up before the handler begins waits until then, as a handler that is refused ends no transaction.
    """

    #: Whether the handler runs.
    has_begun = False

    def __init__(self, *, is_exclusive: bool) -> None:
        """Write to databases; `is_exclusive` if nobody else may meanwhile, where the database cannot lock rows."""
        super().__init__()
        self._is_exclusive = is_exclusive
        self._early: list[str] = []
        self._aliases: list[str] = []

    def begin(self, alias: str) -> None:
        """Begin the transactions, first that on this database."""
        self.has_begun = True
        for each in (alias, *self._early):
            self.join(each)

    def join(self, alias: str) -> None:
        """Begin a transaction on a database, unless there is one. Before begin(), that waits."""
        if not self.has_begun:
            self._early.append(alias)
        # A project may have no database.
        elif alias not in self._aliases and connections[alias].settings_dict["ENGINE"] != "django.db.backends.dummy":
            with _locked(connections[alias]) if self._is_exclusive else nullcontext():
                self.enter_context(transaction.atomic(using=alias))
            self._aliases.append(alias)

    def are_in_the_past(self) -> bool:
        """Tell whether they were part of a transaction that sees nothing of what others have saved since it began."""
        return any(_is_in_the_past(connections[alias]) for alias in self._aliases)

    def are_saved(self) -> bool:
        """Tell whether a transaction has ended well, and a function of on_commit() has then failed."""
        ended = (connections[alias] for alias in self._aliases if not connections[alias].in_atomic_block)
        return any(connection.run_commit_hooks_on_set_autocommit_on for connection in ended)

    def roll_back(self) -> None:
        """Have all transactions end without effect, though no exception ends them."""
        for alias in self._aliases:
            transaction.set_rollback(True, using=alias)


def _is_in_the_past(connection: Any) -> bool:  # its isolation level is not in the stubs
    level = getattr(connection, "isolation_level", None)  # that of MySQL and MariaDB is text; SQLite has none
    name = str(getattr(level, "name", level)).upper().replace(" ", "_")
    return connection.in_atomic_block and name in ("REPEATABLE_READ", "SERIALIZABLE")


@contextmanager
def _locked(connection: Any) -> Iterator[None]:  # its mode is not in the stubs
    """Have SQLite lock the database when a transaction begins, not when it writes: that may be too late."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    mode = connection.transaction_mode
    connection.transaction_mode = "IMMEDIATE"
    try:
        yield
    finally:
        connection.transaction_mode = mode
