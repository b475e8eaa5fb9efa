"""``remyelin check``: published guidance for a person's symptoms, risks and values."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.base.printing import printable, say
from remyelin.cli.common import Json, print_json

if TYPE_CHECKING:
    from remyelin.check import Line
    from remyelin.evidence import Ledger
    from remyelin.person.record import Record


def check(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A check or case file (*.toml), a FHIR bundle (*.json), or a shipped case."
        ),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the questions on the terminal instead.")] = False,
    forecast: Annotated[
        bool,
        typer.Option("--forecast", help="Also compute the course that the model expects; takes a minute."),
    ] = False,
    confirmed: Annotated[
        list[str] | None,
        typer.Option("--confirmed", metavar="NAME", help="Take this value as written: b12, mma, ..."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show published guidance: red flags, tests, how to read values, look-alikes, risks; no diagnosis, no dose."""
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
            record = _dated(str(file), ledger) if file is not None else None
            if record is None:
                expected = expect(known, ledger, progress)
            else:
                from remyelin.check.dated_forecast import dated_forecast

                expected = dated_forecast(record, ledger, progress)
        lines, refused = expected.lines, expected.refused
    found = answer(known, ledger, lines)
    if as_json:
        print_json(found.as_dict() | ({"forecast": {"refused": refused}} if forecast else {}))
    else:
        from remyelin.output.terminal.check import describe

        say(describe(found))


def _dated(file: str, ledger: Ledger) -> Record | None:
    """Return the dated record of a bundle whose every treatment has a dose; None for anything else."""
    if not file.endswith(".json"):
        return None
    from remyelin.check.bundle_record import load

    try:
        record = load(file, ledger)
    except InputError:  # the check reads more shapes of files, and says what is wrong with the values
        return None
    known_doses = all(item.order is not None for item in record.treatments)
    return record if record.entries and known_doses else None


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
