"""The command line: thin, with stable words. Results to stdout, progress to stderr.

Exit status: 0 done, 2 bad input (one sentence on stderr), 1 our fault. Each command is a function of
:mod:`remyelin.commands`, in the file of its name.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from remyelin import __version__
from remyelin.commands.bench import bench
from remyelin.commands.cases import cases
from remyelin.commands.check import check
from remyelin.commands.claims import claims
from remyelin.commands.cohort import cohort
from remyelin.commands.doctor import doctor
from remyelin.commands.evidence import evidence
from remyelin.commands.experiment import experiment
from remyelin.commands.export import export
from remyelin.commands.new import new
from remyelin.commands.rebuild import rebuild
from remyelin.commands.run import run
from remyelin.commands.serve import serve
from remyelin.commands.validate import validate
from remyelin.errors import InputError, RemyelinError

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
    except InputError as error:
        status = _fail(str(error), 2)
    except RemyelinError as error:
        status = _fail(str(error), 1)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail("stopped.", 130)
    except BrokenPipeError:
        # The reader of a pipe has left; nothing remains to be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error, whichever click it comes from
            wrong = error.format_message().rstrip(". ")
            status = _fail(f"{wrong}; `remyelin --help` lists commands and options.", 2)
        elif os.environ.get("REMYELIN_DEBUG"):
            raise
        else:  # what we did not foresee is our fault, not the user's
            text = f"internal error, {type(error).__name__}: {error}; set REMYELIN_DEBUG=1 to see where."
            status = _fail(text, 1)
    sys.exit(status)


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
