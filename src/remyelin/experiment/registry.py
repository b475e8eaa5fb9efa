"""Which experiments there are, and the plain form in which each gives its result."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from remyelin.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.figures import Figure

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Experiment:
    """One protocol.

    Attributes
    ----------
    name : str
        As given on the command line.
    layer : str
        Layer of the model it tries.
    title : str
        What is done, in a few words.
    home : str
        ``module:function`` below :mod:`remyelin.experiment`; the function takes a ledger and a progress
        callable and returns a :class:`Result`.
    """

    name: str
    layer: str
    title: str
    home: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under column heads; None is an empty cell."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What an experiment found.

    Attributes
    ----------
    question : str
        What is asked, in one sentence.
    conditions : str
        What was held fixed, so that it can be done again: temperature, grid, channels, sizes, seeds.
    findings : sequence of str
        What came out, misses included, a sentence each.
    tables, figures : tuple
        The numbers and the pictures.
    sources : tuple of str
        Keys of the bibliography the experiment is compared with.
    """

    question: str
    conditions: str
    findings: Sequence[str]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON-ready data."""
        return asdict(self)


_ALL: Final = (
    Experiment(
        "thickness",
        "fibre",
        "velocity of a fibre whose sheaths are thinned throughout",
        "lesions:thickness",
    ),
    Experiment(
        "path-length",
        "nerve",
        "bare internodes by equal share, equal number, vulnerability, in clusters: who fails first",
        "path_length:path_length",
    ),
)
EXPERIMENTS: Final[Mapping[str, Experiment]] = {experiment.name: experiment for experiment in _ALL}


def run_experiment(name: str, ledger: Ledger, progress: Progress = lambda step: None) -> Result:
    """Run one experiment.

    Parameters
    ----------
    name : str
        A key of :data:`EXPERIMENTS`.
    ledger : Ledger
        The numbers to run it with.
    progress : callable
        Called with the name of each step as it begins.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        For an unknown name.
    """
    if name not in EXPERIMENTS:
        raise InputError(f"no experiment named {name!r}; {nearest(name, EXPERIMENTS)}")
    module, _, function = EXPERIMENTS[name].home.partition(":")
    run: Callable[[Ledger, Progress], Result] = getattr(
        importlib.import_module(f"remyelin.experiment.{module}"), function
    )
    return run(ledger, progress)
