"""Population files: the shipped ones by name, others by path."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from remyelin.analysis.cohort.population import Population, explain, to_data
from remyelin.base.errors import InputError
from remyelin.base.text_files import load_toml, read_text, shipped_or_path


def shipped_populations() -> Mapping[str, Path]:
    """Return the names of the populations that come with the package, and their files.

    Examples
    --------
    >>> from remyelin.analysis.cohort import shipped_populations
    >>> 'healton-1991' in shipped_populations()
    True
    """
    folder = Path(str(files("remyelin.analysis.cohort"))) / "populations"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_population(name_or_path: str) -> Population:
    """Load a shipped population by name, or a population file by path.

    Returns
    -------
    Population

    Raises
    ------
    InputError
        One sentence with the file, the key and what would be right.

    Examples
    --------
    >>> from remyelin.analysis.cohort import load_population
    >>> population = load_population('healton-1991')
    >>> len(population.cause) >= 1
    True
    """
    shipped = shipped_populations()
    path = shipped_or_path(name_or_path, shipped, "population")
    source = name_or_path if name_or_path in shipped else str(path)
    return parse_population(read_text(path, "a population file (*.toml)"), source)


def parse_population(text: str, source: str) -> Population:
    """Validate the text of a population file; `source` names it in errors.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        Name of the source in errors.

    Returns
    -------
    Population

    Examples
    --------
    >>> from remyelin.analysis.cohort import parse_population, shipped_populations
    >>> text = shipped_populations()['healton-1991'].read_text(encoding='utf-8')
    >>> parse_population(text, 'mine.toml').name
    'healton-1991'
    """
    raw = load_toml(text, source, "a population file")
    if not raw:
        raise InputError(f"{source}: is empty; docs/cohort.md shows a population file.")
    try:
        return Population.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{source}: {explain(error, Population)}") from None


def resized(population: Population, persons: int | None = None, draws: int | None = None) -> Population:
    """Return a population of another number of persons or parameter sets.

    Raises
    ------
    InputError
        For a size that cannot be.
    """
    data = to_data(population)
    if persons is not None:
        if any(arm.n is not None for arm in population.arm):
            raise InputError(
                f"{population.name}: its arms say how many persons they get; change n in the file instead."
            )
        data["persons"] = persons
    if draws is not None:
        data["parameters"] = {**data["parameters"], "draws": draws}
    try:
        return Population.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{population.name}: {explain(error, Population)}") from None
