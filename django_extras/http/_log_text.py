"""Text of others in a log line: it cannot begin a line of its own, nor move the cursor of a terminal."""


def loggable(value: object) -> str:
    """Return the text of a value, with what does not print as Python's escape sequence: ``\\n`` for a line break."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in str(value)
    )
