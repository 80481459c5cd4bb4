"""Where something is in a JSON value: RFC 6901."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

#: The keys and indexes that lead from the whole to a part.
Path = tuple[str | int, ...]


def pointer(path: Iterable[str | int]) -> str:
    """Return the JSON pointer as a URI fragment (RFC 6901 6). ``#`` is the whole value."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="~!$&'()*+,;=:@", errors="backslashreplace") for step in escaped)


def parts(value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield a JSON value and all that is in it, each with its path: keys as text, at the path of what they lead to."""
    rest: list[tuple[Path, Any]] = [((), value)]
    while rest:
        path, part = rest.pop()
        yield path, part
        if isinstance(part, dict):
            for key, item in part.items():
                yield (*path, key), key
                rest.append(((*path, key), item))
        elif isinstance(part, list):
            rest += [((*path, index), item) for index, item in enumerate(part)]
