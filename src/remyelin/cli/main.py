"""The command line: thin, with stable words. Results to stdout, progress to stderr.

Exit status: 0 done, 2 bad input (one sentence on stderr), 1 our fault. Each command is a function of
:mod:`remyelin.cli`, in the file of its name.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated, NoReturn

import typer

from remyelin._version import __version__
from remyelin.base.errors import InputError, RemyelinError
from remyelin.cli.bench import bench
from remyelin.cli.cases import cases
from remyelin.cli.check import check
from remyelin.cli.claims import claims
from remyelin.cli.cohort import cohort
from remyelin.cli.doctor import doctor
from remyelin.cli.evidence import evidence
from remyelin.cli.experiment import experiment
from remyelin.cli.export import export
from remyelin.cli.new import new
from remyelin.cli.rebuild import rebuild
from remyelin.cli.run import run
from remyelin.cli.serve import serve
from remyelin.cli.validate import validate

DISCLAIMER = "A research and teaching model, never medical advice."

app = typer.Typer(
    name="remyelin",
    help=f"From a dose of vitamin B12 to a neurological symptom and back.\n\n{DISCLAIMER}",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status."""
    try:
        status = app(args=arguments, prog_name="remyelin", standalone_mode=False) or 0
        if sys.stdout is not None:  # closed by the caller
            sys.stdout.flush()  # a reader that has left shows here, not when Python shuts down
    except InputError as error:
        status = _fail(str(error), 2)
    except RemyelinError as error:
        status = _fail(str(error), 1)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail("stopped.", 130)
    except BrokenPipeError:
        status = _reader_left()
    except SystemExit as left:  # click turns a broken pipe into status 1
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        status = _reader_left()
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _reader_left()
            status = _fail(f"cannot be written: {error.strerror}; make room and try again.", 1)
        elif hasattr(error, "format_message"):  # a usage error, whichever click it comes from
            wrong = error.format_message().rstrip(". ")
            status = _fail(f"{wrong}; `remyelin --help` lists commands and options.", 2)
        elif os.environ.get("REMYELIN_DEBUG"):
            raise
        else:  # what we did not foresee is our fault, not the user's
            text = f"internal error, {type(error).__name__}: {error}; set REMYELIN_DEBUG=1 to see where."
            status = _fail(text, 1)
    sys.exit(status)


def _reader_left() -> int:
    """Say nothing more to an output that takes nothing, as in `remyelin evidence --json | head`."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    os.dup2(sys.stdout.fileno(), 1)
    return 0


def _fail(sentence: str, status: int) -> int:
    print(f"remyelin: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _version(wanted: bool) -> None:
    if wanted:
        print(f"remyelin {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Print the help where no command is given."""
    if context.invoked_subcommand is None:
        print(context.get_help())


# in the order of ``--help``
for command in (
    run,
    cases,
    new,
    check,
    claims,
    evidence,
    cohort,
    validate,
    experiment,
    serve,
    bench,
    export,
    rebuild,
    doctor,
):
    app.command()(command)


if __name__ == "__main__":
    main()
