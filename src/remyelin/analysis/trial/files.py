"""Designs from files: shipped ones and one's own, each error one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from remyelin.analysis.cohort.columns import DRAWN
from remyelin.analysis.cohort.files import shipped_populations
from remyelin.analysis.cohort.population import BySex, Population, explain
from remyelin.analysis.trial.design import Design, Endpoint, Hypothesis, TrialArm, TrialPublished
from remyelin.base.errors import InputError, nearest
from remyelin.base.files import there
from remyelin.base.refusals import in_words, key_of
from remyelin.base.text_files import load_toml, read_text, shipped_or_path
from remyelin.catalogue.causes import CAUSES
from remyelin.evidence import Ledger


def shipped_trials() -> Mapping[str, Path]:
    """Return the trials that come with the package, and their files.

    Examples
    --------
    >>> from remyelin.analysis.trial import shipped_trials
    >>> 'positive-control' in shipped_trials()
    True
    """
    folder = Path(str(files("remyelin.analysis.trial"))) / "trials"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_design(name_or_path: str) -> Design:
    """Load a shipped trial by name, or a file by path.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        One sentence with the file, the key and what would be right.

    Examples
    --------
    >>> from remyelin.analysis.trial import load_design
    >>> [arm.name for arm in load_design("positive-control").arm]
    ['treated', 'untreated']
    """
    shipped = shipped_trials()
    path = shipped_or_path(name_or_path, shipped, "trial")
    source = name_or_path if name_or_path in shipped else str(path)
    return parse_design(read_text(path, "a trial file (*.toml)"), source)


def parse_design(text: str, source: str) -> Design:
    """Validate the text of a trial file; `source` names it in errors.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        Name of the source in errors.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        For an invalid design, an unknown population or ledger entry, or a regimen that cannot be read.

    Examples
    --------
    >>> from remyelin.analysis.trial import parse_design, shipped_trials
    >>> parse_design(shipped_trials()['open'].read_text(encoding='utf-8'), 'mine.toml').name
    'open'
    """
    raw = load_toml(text, source, "a trial file")
    if not raw:
        raise InputError(f"{source}: is empty; docs/trial.md shows a trial file.")
    try:
        design = Design.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{source}: {explain_design(error)}") from None
    named = design.population
    if isinstance(named, str) and named not in shipped_populations() and not there(Path(named)):
        raise InputError(
            f"{source}: population: no population {named!r}; {nearest(named, shipped_populations())}"
        )
    try:
        for hypothesis in design.hypothesis:
            for changes in (hypothesis.everybody, *hypothesis.arm.values()):
                try:
                    Ledger.shipped().replace(changes)
                except InputError as error:
                    raise InputError(f"hypothesis {hypothesis.name!r}: {error}") from None
        for arm in design.arm:
            _readable(design.of_arm(arm), arm)
        _divides(design)
    except ValidationError as error:
        raise InputError(f"{source}: population: {explain(error, Population)}") from None
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    return design


def _readable(population: Population, arm: TrialArm) -> None:
    from remyelin.cobalamin import read_order

    if arm.exposure is not None and not any(CAUSES[cause.kind].gas for cause in population.cause):
        raise InputError(
            f"arm {arm.name!r}: nobody in this population breathes nitrous oxide; remove exposure."
        )
    if arm.regimen is not None:
        try:
            read_order(arm.regimen, arm.delay or 0.0, population.horizon + 1.0, Ledger.shipped())
        except InputError as error:
            raise InputError(f"arm {arm.name!r}: {error}") from None


def _divides(design: Design) -> None:
    """Refuse strata that all persons of the population have in common."""
    spread = design.of_arm(design.arm[0]).covariate
    varies = [
        name
        for name in ("sex", *DRAWN)
        if getattr(spread.get(name), "distribution", "") not in ("", "constant")
    ]
    varies += [name for name in DRAWN if isinstance(spread.get(name), BySex)]
    for name in design.strata:
        if name not in varies:
            instead = f"give {' or '.join(sorted(varies))}" if varies else "remove strata"
            raise InputError(f"strata: {name!r} is the same in all persons of this population; {instead}.")


_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "arm": TrialArm,
    "endpoint": Endpoint,
    "hypothesis": Hypothesis,
    "published": TrialPublished,
}


def explain_design(error: ValidationError) -> str:
    """Turn the first of pydantic's errors about a design into one sentence."""
    errors = error.errors(include_url=False)
    first: Any = next((item for item in errors if item["type"] == "extra_forbidden"), errors[0])
    place, key = first["loc"], key_of(first)
    match first["type"]:
        case "extra_forbidden":
            table = Design if len(place) == 1 else _TABLES.get(place[0], Design)
            return f"unknown key {key!r}; {nearest(str(place[-1]), table.model_fields)}"
        case "missing":
            return f"key {key!r} is missing; docs/trial.md shows every key."
        case "value_error":
            said = str(first["msg"]).removeprefix("Value error, ")
            # a rule of a whole table names it; one of a single value does not
            whole = not place or (len(place) == 2 and place[0] in _TABLES)
            return said if whole else f"{key}: {said}"
        case _:
            return in_words(first)
