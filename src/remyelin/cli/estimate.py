"""``remyelin estimate``: kinetics from concentrations of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from remyelin.base.errors import InputError
from remyelin.base.plain import percent
from remyelin.base.printing import printable, say
from remyelin.cli.common import Json, Set, folder_named, ledger_with, print_json


class WithColumns(TyperCommand):
    """Lists the columns of a table and their codes behind the options."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the columns, then the example; they are read only when the help is asked for."""
        from remyelin.analysis.estimation.columns import CODES, REQUIRED

        with formatter.section(
            f"Columns of TABLE ({', '.join(REQUIRED)} are needed; AGE and INTAKE too, here or by --covariate)"
        ):
            formatter.write_dl(list(CODES.items()))
        formatter.write_paragraph()
        formatter.write_text(
            "Rows are processed in their order: an observation before a dose row of the same TIME sees the state "
            "before the dose. A dot is an empty cell."
        )
        super().format_epilog(ctx, formatter)


def estimate(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="An event table with DV, as NM-TRAN writes it (*.csv).")
    ],
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            "--covariate", metavar="NAME=VALUE", help="AGE, INTAKE, IF or GFR of everybody; may be repeated."
        ),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=10, metavar="N", help="Draws a person.")] = 400,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed of the draws.")] = 0,
    petab: Annotated[
        Path | None,
        typer.Option(
            "--petab",
            metavar="DIR",
            parser=folder_named,
            help="Write it here for pyPESTO instead of doing it.",
        ),
    ] = None,
    nonmem: Annotated[
        Path | None,
        typer.Option(
            "--nonmem",
            metavar="DIR",
            parser=folder_named,
            help="Write it here as a NONMEM control stream.",
        ),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Estimate each person's kinetics from doses and concentrations: mode, posterior, diagnostics."""
    from remyelin.analysis.estimation import estimate as estimated

    given: dict[str, float] = {}
    for item in covariate or ():
        name, equals, value = item.partition("=")
        try:
            given[name.strip().upper()] = float(value)
        except ValueError:
            raise InputError(f"--covariate {item}: write NAME=VALUE, as AGE=60.") from None
        if not equals:
            raise InputError(f"--covariate {item}: write NAME=VALUE, as AGE=60.")
    try:
        if petab is not None or nonmem is not None:
            _write(petab, nonmem, table, given, ledger_with(settings), as_json)
            return
        found = estimated(table, ledger=ledger_with(settings), covariates=given, draws=draws, seed=seed)
    except InputError as error:  # a caller of Python gives a table, a user of the command line a file
        raise InputError(re.sub(r"^table: ", lambda _: f"{printable(table)}: ", str(error))) from None
    if as_json:
        persons = found.persons.to_dataframe().reset_index().to_dict("records")
        observations = found.rows.to_dataframe().to_dict("records")
        print_json({"table": table, "persons": persons, "observations": observations})
        return
    for name in found.persons["id"].to_numpy():
        one = found.persons.sel(id=name)
        say(
            f"person {name:g}: {float(one['effective']):.0f} effective draws, Pareto k {float(one['pareto_k']):.2f}"
        )
        for parameter in one["parameter"].to_numpy():
            of = one.sel(parameter=parameter)
            say(
                f"  {parameter:<14} {float(of['map']):6.3g} of typical, SD of the log {float(of['sd']):.2g}; "
                f"{percent(1 - float(of['shrinkage']))} from the data"
            )
    for sentence in found.remarks():
        say(sentence)


def _write(
    petab: Path | None,
    nonmem: Path | None,
    table: str,
    covariates: dict[str, float],
    ledger: Any,
    as_json: bool,
) -> None:
    """Write the problem for pyPESTO (one a person) or for NONMEM (one of all persons)."""
    from remyelin.analysis.estimation import to_nonmem, to_petab
    from remyelin.base.files import claimed

    if petab is not None and nonmem is not None:
        raise InputError("--petab and --nonmem: give one of them.")
    folder, make, named = (petab, to_petab, ".yaml") if petab is not None else (nonmem, to_nonmem, ".ctl")
    assert folder is not None
    files = make(table, ledger=ledger, covariates=covariates)
    with claimed(folder, names=list(files)) as held:
        held.write(files)
    problems = [str(folder / name) for name in files if name.endswith(named)]
    if as_json:
        print_json({"table": table, "problems": problems}, "files")
    else:
        say(f"wrote {', '.join(problems)}")
