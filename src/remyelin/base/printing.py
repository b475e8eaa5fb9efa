"""Text from outside on a terminal: titles, paths and messages may hold escape sequences and reversed writing.

Every command prints with :func:`say` and :func:`complain`; consoles of rich come from :func:`console`.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

#: Controls but line breaks and tabs; marks that turn the direction of writing; breaks of lines that are no line feed;
#: halves of characters.
_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
PIPE_WIDTH: Final = 140  # columns where the output is no terminal


def printable(text: object) -> str:
    """Return a text with everything that a terminal would obey written as an escape, as ``\\x1b``.

    Examples
    --------
    >>> print(printable("red \\x1b[31m"))
    red \\x1b[31m
    """
    return _OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), str(text))


def json_printable(text: str) -> str:
    """Return a JSON text of the same meaning in which control characters of a terminal are escaped."""
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def say(text: object, end: str = "\n") -> None:
    """Print a text on stdout, harmless."""
    print(printable(text), end=end)


def complain(text: object) -> None:
    """Print a text on stderr, harmless, in one line."""
    if sys.stderr is not None:  # closed by the caller
        print(printable(" ".join(str(text).split())), file=sys.stderr)


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes nothing in a text for markup, emoji or a number to be coloured.

    A pipe gets full lines, a terminal its own width.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream is not None and stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=wide, highlight=False, markup=False, emoji=False)
