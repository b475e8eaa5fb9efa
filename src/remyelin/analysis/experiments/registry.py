"""Registry of experiments, and the plain form in which each gives its result."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.figure import Figure
from remyelin.base.log import Task
from remyelin.evidence import Ledger

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
    question : str
        What is asked, in one sentence.
    home : str
        ``module:function`` below :mod:`remyelin.analysis.experiments`; the function takes a ledger and a progress
        callable and returns a :class:`Result`.

    Examples
    --------
    >>> from remyelin.analysis.experiments import EXPERIMENTS
    >>> experiment = next(iter(EXPERIMENTS.values()))
    >>> experiment.layer in ('fibre', 'nerve', 'myelin', 'cobalamin', 'clinic')
    True
    """

    name: str
    layer: str
    title: str
    question: str
    home: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under column heads; None is an empty cell.

    Examples
    --------
    >>> from remyelin.analysis.experiments import Table
    >>> Table('Velocity', ('um', 'm/s'), ((10.0, 57.0),)).rows[0]
    (10.0, 57.0)
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Result of an experiment.

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

    Examples
    --------
    >>> from remyelin.analysis.experiments import Result
    >>> Result('How fast?', '37 C', ['57 m/s']).findings
    ['57 m/s']
    """

    question: str
    conditions: str
    findings: Sequence[str]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON-ready data."""
        return asdict(self) | {"figures": [figure.as_dict() for figure in self.figures]}


_ALL: Final = (
    Experiment(
        "thickness",
        "fibre",
        "velocity and block of a fibre whose sheaths are thinned",
        "How slow does a fibre get when its sheaths are thin, and when does it stop?",
        "lesions:thickness",
    ),
    Experiment(
        "crossing",
        "fibre",
        "an impulse meets a lesion, in space and time",
        "What does an impulse do where it meets a lesion?",
        "crossing:crossing",
    ),
    Experiment(
        "block-maps",
        "fibre",
        "where impulses stop: lamellae, seal, length and thickness of a lesion",
        "Where in the plane of two lesions does an impulse stop, and how much of that is the grid?",
        "maps:block_maps",
    ),
    Experiment(
        "lesion-length",
        "fibre",
        "conduction through a lesion of growing length",
        "How long may a lesion be before the impulse stops?",
        "growing:lesion_length",
    ),
    Experiment(
        "paranodes",
        "fibre",
        "myelin drawn back from nodes, with and without potassium channels",
        "How does acute paranodal damage slow and block?",
        "paranodes:paranodes",
    ),
    Experiment(
        "warming",
        "fibre",
        "warming that blocks, against internodal time, over unselected lesions",
        "How much warmth blocks a lesioned internode that delays the impulse by a given time?",
        "timing:warming",
    ),
    Experiment(
        "refractory",
        "fibre",
        "refractory period of transmission and trains through a lesion",
        "How soon after one impulse does a lesion pass another?",
        "timing:refractory",
    ),
    Experiment(
        "recovery",
        "fibre",
        "conduction as lamellae return",
        "How many lamellae bring conduction back, and what lags behind?",
        "recovering:recovery",
    ),
    Experiment(
        "excitability",
        "fibre",
        "four regimes of one bare internode, by sodium and leak",
        "Which of Coggan's four regimes does one bare internode show?",
        "excitable:excitability",
    ),
    Experiment(
        "bare-axolemma",
        "fibre",
        "which channels let bare axolemma rest and conduct",
        "Which channels let bare axolemma rest, and conduct, as demyelinated roots do after days to weeks?",
        "excitable:bare_axolemma",
    ),
    Experiment(
        "when-injury-stops",
        "myelin",
        "does treatment stop it: injury after the first dose, by hypothesis, depot and gas",
        "When does injury halt after treatment starts, and what decides that?",
        "halting:when_injury_stops",
    ),
    Experiment(
        "controls",
        "myelin",
        "conditions that spare and that injure the cord at high homocysteine",
        "Does the drive injure the cord where it should, and spare it where homocysteine is as high?",
        "controls:controls",
    ),
    Experiment(
        "point-of-no-return",
        "myelin",
        "losses two years after treatment, by its delay",
        "Is recovery possible, how far, and from when on is something lost for good?",
        "no_return:point_of_no_return",
    ),
    Experiment(
        "schwann-culture",
        "myelin",
        "Erk1/2 and myelin protein of cultured Schwann cells under methylcobalamin",
        "Does the model put the signs of methylcobalamin in cultured Schwann cells together, "
        "and what sizes would it allow?",
        "cultures:schwann_culture",
    ),
    Experiment(
        "coculture",
        "myelin",
        "ganglion neurons and Schwann cells in a dish, with and without methylcobalamin",
        "Does methylcobalamin raise myelination in the dish, as published, and by how much could it?",
        "cultures:coculture",
    ),
    Experiment(
        "focal-lesion",
        "myelin",
        "untreated lesion of a nerve: sheaths, cells and conduction over two months",
        "What does a stripped stretch of nerve go through, and when does it work again?",
        "focal:focal_lesion",
    ),
    Experiment(
        "rat-sciatic",
        "myelin",
        "rat sciatic nerve after lysophosphatidylcholine, with and without methylcobalamin",
        "What does methylcobalamin do to a nerve stripped by lysophosphatidylcholine, and how much of that is known?",
        "focal:rat_sciatic",
    ),
    Experiment(
        "young-and-old",
        "myelin",
        "remyelination of white matter in young and old animals",
        "How much longer does an old animal take to remyelinate?",
        "cord:young_and_old",
    ),
    Experiment(
        "cat-columns",
        "myelin",
        "conduction through a lesion of the cat's posterior columns",
        "When does a tract conduct again after a lesion, and when does it stay as it is?",
        "cord:cat_columns",
    ),
    Experiment(
        "deficient-animals",
        "myelin",
        "monkeys without B12, bats under nitrous oxide, rats without a stomach",
        "Do animals deprived of cobalamin fall ill when these equations say so?",
        "deficiency:deficient_animals",
    ),
    Experiment(
        "which-tract-first",
        "myelin",
        "tracts, calibres and distances under one deficit",
        "Which tract does a deficiency take first, and does the model know or assume it?",
        "deficiency:which_tract_first",
    ),
    Experiment(
        "sensitivity",
        "clinic",
        "which unmeasured numbers disability rests on, by Morris and Sobol",
        "On which numbers that nobody has measured do the answers rest?",
        "unmeasured:unmeasured",
    ),
    Experiment(
        "path-length",
        "nerve",
        "bare internodes by equal share, equal number, vulnerability, in clusters: order of failure",
        "Do legs fail before arms, and somatosensory potentials before nerves, because their paths are longer "
        "or because their tracts are more vulnerable?",
        "path_length:path_length",
    ),
    Experiment(
        "ectopic-firing",
        "nerve",
        "impulses that bare internodes send by themselves, and when stretched",
        "How many impulses does a bare internode send to the brain, left alone and when the neck is bent?",
        "ectopic:ectopic_firing",
    ),
    Experiment(
        "nerve-series",
        "nerve",
        "abnormal rates of virtual series of patients beside those of published ones",
        "How often are the nerve studies of people with neurological deficiency abnormal, and in which order?",
        "nerve_series:nerve_series",
    ),
)
EXPERIMENTS: Final[Mapping[str, Experiment]] = {experiment.name: experiment for experiment in _ALL}
"""Experiments by name; :func:`run_experiment` runs one."""


def question(name: str) -> str:
    """Return the question of an experiment, for its result."""
    return EXPERIMENTS[name].question


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

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.analysis.experiments import run_experiment
    >>> result = run_experiment("thickness", Ledger.shipped())
    >>> len(result.findings) > 0
    True
    """
    if name not in EXPERIMENTS:
        raise InputError(f"no experiment named {name!r}; {nearest(name, EXPERIMENTS)}")
    module, _, function = EXPERIMENTS[name].home.partition(":")
    run: Callable[[Ledger, Progress], Result] = getattr(
        importlib.import_module(f"remyelin.analysis.experiments.{module}"), function
    )
    task = Task("experiments", "experiment %s", name)
    result: Result = run(ledger, task.steps(progress))
    task.done()
    return result
