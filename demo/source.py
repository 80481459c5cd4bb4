"""Show the code of a view, coloured, without the docstring that the page prints beside it."""

import ast
import inspect
import io
import keyword
import textwrap
import tokenize

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def source_of(view: type) -> SafeString:
    """Return the view's source as HTML."""
    source = textwrap.dedent(inspect.getsource(view))
    lines = source.splitlines(keepends=True)
    [definition] = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    first, second = definition.body[:2]
    if ast.get_docstring(definition) is not None:
        del lines[first.lineno - 1 : second.lineno - 1]
    return highlighted("".join(lines))


def highlighted(source: str) -> SafeString:
    """Return Python code as HTML, with a class for each keyword, string, number and comment."""
    lines = io.StringIO(source)
    parts, row, column = [], 1, 0
    texts = source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(lines.readline):
        (start_row, start_column), (end_row, end_column) = token.start, token.end
        while row < start_row:
            parts.append(format_html("{}", texts[row - 1][column:]))
            row, column = row + 1, 0
        if token.type in (tokenize.ENDMARKER, tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            continue
        parts.append(format_html("{}", texts[row - 1][column:start_column]))
        kind = kind_of(token)
        text = texts[row - 1][start_column:end_column] if row == end_row else token.string
        parts.append(format_html('<span class="{}">{}</span>' if kind else "{1}", kind, text))
        row, column = end_row, end_column
    return mark_safe("".join(parts).rstrip())


def kind_of(token: tokenize.TokenInfo) -> str:
    """Return the CSS class of a token, or nothing."""
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "k"
    if token.type == tokenize.STRING:
        return "s"
    if token.type == tokenize.NUMBER:
        return "n"
    return "c" if token.type == tokenize.COMMENT else ""
