"""``remyelin check``: what published guidance says of a person's symptoms, risks and values."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.base.printing import printable, say
from remyelin.cli.common import Json, print_json

if TYPE_CHECKING:
    from remyelin.check import Line


def check(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A check or case file (*.toml), a FHIR bundle (*.json), or a shipped case."
        ),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the questions on the terminal instead.")] = False,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Also compute what the model expects; takes a minute.")
    ] = False,
    confirmed: Annotated[
        list[str] | None,
        typer.Option("--confirmed", metavar="NAME", help="Take this value as written: b12, mma, ..."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what guidance says: red flags, tests, how to read values, look-alikes, risks; no diagnosis, no dose."""
    from remyelin.check import answer, read
    from remyelin.evidence import Ledger

    if ask == (file is not None):
        raise InputError("give either a FILE or --ask; `remyelin new FILE` writes a file to start from.")
    ledger = Ledger.shipped()
    names = tuple(confirmed or ())
    if ask:
        from remyelin.check.ask import ask as questions

        known = questions(_line, lambda text: print(printable(text), file=sys.stderr), ledger, names)
    else:
        known = read(str(file), ledger, names)
    lines: tuple[Line, ...] = ()
    refused: str | None = None
    if forecast:
        from remyelin.check.forecast import forecast as expect
        from remyelin.output.terminal.course import Progress

        with Progress() as progress:
            expected = expect(known, ledger, progress)
        lines, refused = expected.lines, expected.refused
    found = answer(known, ledger, lines)
    if as_json:
        print_json(found.as_dict() | ({"forecast": {"refused": refused}} if forecast else {}))
    else:
        from remyelin.output.terminal.check import describe

        say(describe(found))


def _line() -> str:
    """Return the next answer; a closed stdin gives none."""
    if sys.stdin is None:
        raise EOFError
    try:
        return input()
    except UnicodeDecodeError:
        raise InputError("the answers are not text in UTF-8.") from None
    except OSError as error:
        raise EOFError from error
