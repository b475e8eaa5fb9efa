"""The command line: thin, with stable words. Results to stdout, progress to stderr.

Exit status: 0 done, 2 bad input (one sentence on stderr), 1 our fault. Each command is a function of
:mod:`remyelin.cli`, in the file of its name.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from remyelin._version import __version__
from remyelin.base.errors import InputError, RemyelinError, Renamed, UncachedKernels
from remyelin.base.printing import complain, say
from remyelin.cli.bench import bench
from remyelin.cli.cases import cases
from remyelin.cli.check import check
from remyelin.cli.claims import claims
from remyelin.cli.cohort import cohort
from remyelin.cli.common import COMMAND
from remyelin.cli.docs import docs
from remyelin.cli.doctor import doctor
from remyelin.cli.estimate import WithColumns, estimate
from remyelin.cli.evidence import evidence
from remyelin.cli.experiment import experiment
from remyelin.cli.export import export
from remyelin.cli.fit import fit
from remyelin.cli.new import new
from remyelin.cli.rebuild import rebuild
from remyelin.cli.run import run
from remyelin.cli.serve import serve
from remyelin.cli.symptoms import symptoms
from remyelin.cli.trial import trial
from remyelin.cli.validate import validate

STOPPED: Final = 130
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISCLAIMER = "A research and teaching model, never medical advice."

#: Commands in the order of tasks: function, description of at most 55 characters, example.
SECTIONS: Final[dict[str, tuple[tuple[Callable[..., None], str, str], ...]]] = {
    "One person": (
        (run, "Compute one course: blood, nerves, symptoms.", "remyelin run stabler-2013 --out out"),
        (cases, "List the shipped cases; compare them with reports.", "remyelin cases --compare"),
        (new, "Write a commented case file or record.", "remyelin new mine.toml"),
        (fit, "Fit one person's dated results.", "remyelin fit record.csv --out out"),
        (
            estimate,
            "Estimate kinetics from doses and concentrations.",
            "remyelin estimate mine.csv --covariate AGE=60 --covariate INTAKE=5",
        ),
        (serve, "Serve the web page with its sliders.", "remyelin serve"),
    ),
    "Evidence": (
        (check, "Show published guidance; no diagnosis.", "remyelin check --ask"),
        (claims, "Judge the claims of the source article.", "remyelin claims no-risk"),
        (symptoms, "List the nineteen symptoms and their basis.", "remyelin symptoms paraesthesia"),
        (evidence, "List, search or explain the model's numbers.", "remyelin evidence --search nitrous"),
        (validate, "Compare published numbers with simulated ones.", "remyelin validate cobalamin"),
    ),
    "Many persons": (
        (
            cohort,
            "Simulate a population beside a published series.",
            "remyelin cohort healton-1991 --out out",
        ),
        (trial, "Plan a virtual trial: power, persons needed.", "remyelin trial positive-control --out out"),
    ),
    "Nerves and fibres": (
        (experiment, "Run named protocols on fibres and nerves.", "remyelin experiment"),
        (bench, "Time the engine against its rivals.", "remyelin bench fibre"),
    ),
    "Files and housekeeping": (
        (export, "Write SBML, dosing tables or nerve studies.", "remyelin export stabler-2013 --to sbml"),
        (rebuild, "Make derived data again from the ledger.", "remyelin rebuild tables"),
        (docs, "Read the documentation, here or in the browser.", "remyelin docs index"),
        (doctor, "Check the installation.", "remyelin doctor"),
    ),
}


class InSections(TyperGroup):
    """Lists the commands in sections, in the order of tasks."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section of ``--help`` for each of :data:`SECTIONS`."""
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(command.__name__, short) for command, short, _ in section])


app = typer.Typer(
    name="remyelin",
    cls=InSections,
    help=f"From a dose of vitamin B12 to a neurological symptom and back.\n\n{DISCLAIMER}",
    epilog="`remyelin COMMAND --help` shows options and an example.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


LONGEST: Final = 800  # characters of a sentence; what a user gave may stand in it


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status."""
    _ready_streams()
    try:
        status = app(args=arguments, prog_name="remyelin", standalone_mode=False) or 0
        if status == STOPPED:  # by a Ctrl-C that the parser has caught
            raise KeyboardInterrupt
        sys.stdout.flush()  # a reader that has left shows here, not when Python shuts down
    except InputError as error:
        status = _fail(str(error), 2)
    except RemyelinError as error:
        status = _fail(str(error), 1)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail("stopped.", STOPPED)
    except BrokenPipeError:
        status = _reader_left()
    except SystemExit as left:  # click turns a broken pipe into status 1
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        status = _reader_left()
    except Exception as error:
        status = _explained(error)
    with suppress(ValueError):  # only the main thread may; a second Ctrl-C ends what is left without a word
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)


def _explained(error: Exception) -> int:
    """Print one sentence on an error that nothing else has caught, and return the exit status."""
    if isinstance(error, OSError) and error.errno in FULL:
        _reader_left()
        return _fail(f"cannot be written: {error.strerror}; make room and try again.", 1)
    if isinstance(error, FileNotFoundError) and not _has_working_folder():
        return _fail("the working folder no longer exists; change to another one.", 2)
    if hasattr(error, "format_message"):  # a usage error, whichever click it comes from
        wrong = error.format_message().rstrip(". ")
        return _fail(f"{wrong}; `remyelin --help` lists commands and options.", 2)
    if os.environ.get("REMYELIN_DEBUG"):
        raise error
    if isinstance(error, MemoryError):
        return _fail("this needs more memory than there is; ask for less.", 1)
    # what we did not foresee is our fault, not the user's
    text = f"internal error, {type(error).__name__}: {error}; set REMYELIN_DEBUG=1 to see where."
    return _fail(text, 1)


def _ready_streams() -> None:
    """Take whatever the caller has made of the standard streams: closed ones, narrow encodings, odd arguments."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def one_line(message: Warning | str, category: type[Warning], *rest: object) -> None:
        if issubclass(category, UncachedKernels | Renamed):
            _fail(str(message), 0)
        else:
            usual(message, category, *rest)  # type: ignore[arg-type]

    usual = warnings.showwarning
    warnings.showwarning = one_line  # type: ignore[assignment]


def _has_working_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _reader_left() -> int:
    """Say nothing more to an output that takes nothing, as in `remyelin evidence --json | head`."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    os.dup2(sys.stdout.fileno(), 1)
    return 0


def _fail(sentence: str, status: int) -> int:
    text = " ".join(sentence.split())
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
    complain(f"remyelin: {text}")
    return status


def _version(wanted: bool) -> None:
    if wanted:
        say(f"remyelin {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    log: Annotated[
        str | None,
        typer.Option("--log", metavar="LEVEL", help="Print the log on stderr: debug, info or warning."),
    ] = None,
) -> None:
    """Print the help where no command is given."""
    if log is not None:
        from remyelin.base.log import LEVELS, to_stderr

        if log.lower() not in LEVELS:
            raise InputError(f"--log {log}: give one of {', '.join(LEVELS)}.")
        to_stderr(log)
    if context.invoked_subcommand is None:
        say(context.get_help())
    else:
        COMMAND.set(context.invoked_subcommand)


for section in SECTIONS.values():
    for command, short, example in section:
        shown = WithColumns if command is estimate else None
        app.command(cls=shown, short_help=short, epilog=f"\b\nExample:\n  {example}")(command)


if __name__ == "__main__":
    main()
