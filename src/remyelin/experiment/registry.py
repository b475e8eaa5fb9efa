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
        "thickness", "fibre", "velocity and block of a fibre whose sheaths are thinned", "lesions:thickness"
    ),
    Experiment("crossing", "fibre", "an impulse meets a lesion, in space and time", "crossing:crossing"),
    Experiment(
        "block-maps",
        "fibre",
        "where impulses stop: lamellae, seal, length and thickness of a lesion",
        "maps:block_maps",
    ),
    Experiment(
        "lesion-length", "fibre", "conduction through a lesion of growing length", "growing:lesion_length"
    ),
    Experiment(
        "paranodes",
        "fibre",
        "myelin drawn back from nodes, with and without potassium channels",
        "paranodes:paranodes",
    ),
    Experiment(
        "warming",
        "fibre",
        "warming that blocks, against internodal time, over unselected lesions",
        "timing:warming",
    ),
    Experiment(
        "refractory",
        "fibre",
        "refractory period of transmission and trains through a lesion",
        "timing:refractory",
    ),
    Experiment("recovery", "fibre", "conduction as lamellae return", "recovering:recovery"),
    Experiment(
        "excitability",
        "fibre",
        "four regimes of one bare internode, by sodium and leak",
        "excitable:excitability",
    ),
    Experiment(
        "bare-axolemma",
        "fibre",
        "which channels let bare axolemma rest and conduct",
        "excitable:bare_axolemma",
    ),
    Experiment(
        "when-injury-stops",
        "myelin",
        "does treatment stop it: injury after the first dose, by hypothesis, depot and gas",
        "halting:when_injury_stops",
    ),
    Experiment(
        "controls",
        "myelin",
        "conditions that spare and that injure the cord at high homocysteine",
        "controls:controls",
    ),
    Experiment(
        "point-of-no-return",
        "myelin",
        "what is still lost two years after treatment, by how long it waited",
        "no_return:point_of_no_return",
    ),
    Experiment(
        "schwann-culture",
        "myelin",
        "Erk1/2 and myelin protein of cultured Schwann cells under methylcobalamin",
        "cultures:schwann_culture",
    ),
    Experiment(
        "coculture",
        "myelin",
        "ganglion neurons and Schwann cells in a dish, with and without methylcobalamin",
        "cultures:coculture",
    ),
    Experiment(
        "focal-lesion",
        "myelin",
        "untreated lesion of a nerve: sheaths, cells and conduction over two months",
        "focal:focal_lesion",
    ),
    Experiment(
        "rat-sciatic",
        "myelin",
        "rat sciatic nerve after lysophosphatidylcholine, with and without methylcobalamin",
        "focal:rat_sciatic",
    ),
    Experiment(
        "young-and-old",
        "myelin",
        "remyelination of white matter in young and old animals",
        "cord:young_and_old",
    ),
    Experiment(
        "cat-columns",
        "myelin",
        "conduction through a lesion of the cat's posterior columns",
        "cord:cat_columns",
    ),
    Experiment(
        "deficient-animals",
        "myelin",
        "monkeys without B12, bats under nitrous oxide, rats without a stomach",
        "deficiency:deficient_animals",
    ),
    Experiment(
        "which-tract-first",
        "myelin",
        "tracts, calibres and distances under one deficit",
        "deficiency:which_tract_first",
    ),
    Experiment(
        "sensitivity",
        "clinic",
        "which unmeasured numbers disability rests on, by Morris and Sobol",
        "unmeasured:unmeasured",
    ),
    Experiment(
        "path-length",
        "nerve",
        "bare internodes by equal share, equal number, vulnerability, in clusters: who fails first",
        "path_length:path_length",
    ),
    Experiment(
        "ectopic-firing",
        "nerve",
        "impulses that bare internodes send by themselves, and when stretched",
        "ectopic:ectopic_firing",
    ),
    Experiment(
        "nerve-series",
        "nerve",
        "abnormal rates of virtual series of patients beside those of published ones",
        "nerve_series:nerve_series",
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
