"""The command line: thin, with stable words. Results to stdout, progress to stderr.

Exit status: 0 done, 2 bad input (one sentence on stderr), 1 our fault. Heavy imports happen inside
the commands that need them, so that ``--help`` stays fast.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from remyelin import __version__
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

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Override a number of the evidence ledger for this run."
    ),
]


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
            status = _fail(f"{error.format_message()} `remyelin --help` lists commands and options.", 2)
        elif os.environ.get("REMYELIN_DEBUG"):
            raise
        else:  # what we did not foresee is our fault, not the user's
            text = f"internal error, {type(error).__name__}: {error}; set REMYELIN_DEBUG=1 to see where."
            status = _fail(text, 1)
    sys.exit(status)


def _fail(sentence: str, status: int) -> int:
    print(f"remyelin: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _print_json(data: Any) -> None:
    print(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False))


def _ledger(settings: list[str] | None) -> Any:
    from remyelin.evidence import Ledger

    changes: dict[str, float | str] = {}
    for setting in settings or ():
        name, equals, value = setting.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError(f"--set {setting}: write NAME=VALUE, as --set nodal_sodium_conductance=1.5")
        changes[name.strip()] = value.strip()
    return Ledger.shipped().replace(changes)


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


@app.command()
def run(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="A shipped case's name, or a case file (*.toml).")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write report, data and resolved case here.")
    ] = None,
    settings: Set = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Conduct every fibre in the exact engine instead of tables.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute one person's course: biomarkers, myelin, nerve studies, symptoms, recovery."""
    from remyelin.case import load_case
    from remyelin.report.doctor import kernels_cached
    from remyelin.report.folder import claim, write_folder
    from remyelin.report.terminal import Progress, print_summary

    ledger = _ledger(settings)
    loaded = load_case(case)
    if out is not None:
        claim(out)
    with Progress() as progress:
        if not kernels_cached():
            progress.say("Compiling the kernels, once; this run takes about half a minute longer.")
        from remyelin.course import run_course

        course = run_course(loaded, ledger, exact=exact, progress=progress)
        if out is not None:
            progress("writing the report")
            write_folder(course, out)
    if as_json:
        from remyelin.report.summary import summarise

        _print_json(summarise(course))
    else:
        print_summary(course, out)


@app.command()
def cases(as_json: Json = False) -> None:
    """List the shipped cases and scenarios."""
    from remyelin.case import load_case, shipped_cases
    from remyelin.evidence import load_references

    references = load_references()
    rows = []
    for name in shipped_cases():
        case = load_case(name)
        citation = str(references[case.citation]) if case.citation else ""
        rows.append({"name": name, "title": case.title, "kind": case.kind, "citation": citation})
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        print(f"{row['name']:30} {row['kind']:9} {row['title']}")


@app.command()
def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the case.")]) -> None:
    """Write a commented case file, valid as it stands."""
    from remyelin.report.folder import write_new_case

    write_new_case(file)
    print(f"wrote {file}; compute it with: remyelin run {file} --out out")


@app.command()
def evidence(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Explain one entry.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORD", help="Entries with this word.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write the ledger as .json or .csv.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List, search, explain or export the numbers the model rests on."""
    from remyelin.report import sources

    if name is not None and search is not None:
        raise InputError("give either NAME or --search WORD, not both.")
    if export is not None:
        sources.export(export)
        print(f"wrote {export}")
        return
    found = sources.explain(name) if name else sources.find(search)
    if as_json:
        _print_json([entry.as_dict() for entry in found])
    else:
        print(sources.describe(found) if name else sources.listing(found))


@app.command()
def validate(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[LAYER|NAME]", help="fibre, nerve, cobalamin, myelin, clinic; or a row."),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Compute the published numbers and say which hold; misses are shown, not hidden."""
    from remyelin.report.terminal import Progress, print_verdicts
    from remyelin.validation import validate as verdicts

    rows = []
    with Progress() as progress:
        for row in verdicts(_ledger(settings), which):
            progress(row.name)
            rows.append(row)
    if as_json:
        _print_json([row.as_dict() for row in rows])
    else:
        print_verdicts(rows)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(metavar="NAME", help="fibre or cobalamin")],
    as_json: Json = False,
) -> None:
    """Time remyelin against its rivals in the same run, with the error of both."""
    from remyelin.bench import run_benchmark
    from remyelin.report.terminal import Progress, print_benchmark

    with Progress() as progress:
        rows = run_benchmark(name, progress)
    if as_json:
        _print_json(rows)
    else:
        print_benchmark(rows)


@app.command()
def export(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="A shipped case's name, or a case file (*.toml).")
    ],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="sbml or nmtran.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of to stdout.")
    ] = None,
    settings: Set = None,
) -> None:
    """Write a case's cobalamin model as SBML, or its doses as an NM-TRAN event table."""
    from remyelin.case import load_case
    from remyelin.report.export import export_case

    text = export_case(load_case(case), to, _ledger(settings))
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror}.") from None
    print(f"wrote {out}")


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(metavar="NAME", help="cobalamin")],
) -> None:
    """Make derived data again from the ledger, where the numbers it rests on have changed (minutes)."""
    from remyelin.report.terminal import Progress
    from remyelin.validation.derived import rebuild as make

    with Progress() as progress:
        path = make(name, progress)
    print(f"wrote {path}")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is installed and what works: versions, kernel cache, threads, extras."""
    from remyelin.report.doctor import examine

    facts = examine()
    if as_json:
        _print_json(facts)
    else:
        for key, value in facts.items():
            print(f"{key:22} {value}")


if __name__ == "__main__":
    main()
