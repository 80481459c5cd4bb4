"""What is kept for later requests, when requests choose what there is to keep."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

#: Nobody but a client that makes things up has more of them.
_MOST = 100


class BoundedDict(dict[K, V]):
    """A dict that forgets all that it has before it holds more than memory should."""

    def __setitem__(self, key: K, value: V) -> None:
        """Keep a value."""
        if len(self) >= _MOST and key not in self:
            self.clear()
        super().__setitem__(key, value)
