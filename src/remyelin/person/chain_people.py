"""Many persons through the :class:`~remyelin.person.chain.Chain`, as arrays without labels.

:func:`simulate_people` does what is expensive and depends on slow traits only. :func:`blood_of` and
:func:`clinic_of` then apply the fast traits, so that these can be changed without simulating again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, nerve
from remyelin.base.errors import InputError
from remyelin.clinic import association
from remyelin.cobalamin import Exposure
from remyelin.cobalamin.blood import count
from remyelin.cobalamin.model import COMPARTMENTS
from remyelin.person.chain import Chain, conducted_by_sets
from remyelin.person.traits import Traits, columns, judged

Floats = NDArray[np.float64]
_Given = TypeVar("_Given")
_Found = TypeVar("_Found")
_NONE: Final = np.empty(0)
#: Markers whose level a fast trait multiplies, and that trait.
SCALED = {"mma": "mma", "homocysteine": "homocysteine"}


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Simulated persons at the days kept, before any fast trait.

    Attributes
    ----------
    days : (person, day) array
        Days kept of each person.
    blood : mapping of str to (person, day) array
        Markers of :func:`remyelin.cobalamin.course_of`, haptocorrin among them.
    methylation : (person, day, compartment) array
    pathways : mapping of str to (person, day, pathway) array
        ``conducted``, ``delay``, ``dispersion``, ``axons``, ``ectopic``, by the pathways asked for.
    states : mapping of str to (person, day, segment) array
        Myelin and axons, of which nerve studies are computed; healthy in segments that were not followed.
    exposure : mapping of str to (person, day) array
        Of the brain to deficiency, by clock of :mod:`remyelin.clinic.association`; empty where nobody asked for it.
    """

    days: Floats
    blood: Mapping[str, Floats]
    methylation: Floats
    pathways: Mapping[str, Floats]
    states: Mapping[str, Floats]
    exposure: Mapping[str, Floats] = field(default_factory=dict)


def simulate_people(
    exposures: Sequence[Exposure],
    bodies: Sequence[nerve.Person],
    times: Sequence[Floats],
    keep: Sequence[Floats],
    traits: Sequence[Traits],
    numbers: Sequence[Chain],
    which: Sequence[int] | None = None,
    *,
    pathways: Sequence[str] = nerve.PATHWAYS,
    whole: bool = True,
    associated: bool = False,
    threads: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> People:
    """Simulate many persons, each under its own exposure, traits and parameter set.

    Parameters
    ----------
    exposures : sequence of Exposure
        One a person, with the store of the person in it and no fast trait.
    bodies : sequence of nerve.Person
        Persons of equal bodies are computed together, which is several times faster. Those who differ in exposure
        alone, as under the plans of one person, are followed once as long as their courses agree.
    times : sequence of (time,) arrays
        Days of each person at which the drive of myelin is taken, the first in health.
    keep : sequence of (day,) arrays
        Days of each person whose state is returned, all of one length and each among the times.
    traits : sequence of Traits
        The slow ones are used.
    numbers : sequence of Chain
        Parameter sets.
    which : sequence of int, optional
        Set of each person; the first for all when omitted.
    pathways : sequence of str
        Pathways that are conducted.
    whole : bool
        Whether segments are followed that none of these pathways crosses, as nerve studies read them.
    associated : bool
        Whether the exposure of the brain is wanted.
    threads : int
        Persons followed at once, and runs of nerve.
    progress : callable
        Called with the share that was followed.

    Returns
    -------
    People

    Raises
    ------
    InputError
        If the sequences differ in length, or the days kept in number.
    """
    count = len(exposures)
    chosen = [0] * count if which is None else list(which)
    if {len(bodies), len(times), len(keep), len(traits), len(chosen)} != {count} or not count:
        raise InputError("simulate_people: give one body, times, days, traits and set for every exposure.")
    if len({len(days) for days in keep}) != 1:
        raise InputError("simulate_people: the days kept must be equally many for every person.")
    blood: dict[str, list[Floats]] = {}
    exposure: dict[str, list[Floats]] = {}
    states = {name: [_NONE] * count for name in nerve.STATES}
    methylation = [_NONE] * count

    alike: dict[Hashable, list[int]] = {}
    for i in range(count):
        days = times[i].tobytes(), keep[i].tobytes()
        alike.setdefault((chosen[i], traits[i], bodies[i], exposures[i].age, *days), []).append(i)

    courses_of = _courses(exposures, times, chosen, numbers)

    def follow(rows: list[int]) -> Iterator[tuple[int, dict[str, Floats], dict[str, Floats]]]:
        own, i = numbers[chosen[rows[0]]], rows[0]
        courses = [courses_of(row) for row in rows]
        return zip(
            rows,
            courses,
            own.followed(
                courses,
                times[i],
                bodies[i],
                exposures[i].age,
                traits[i],
                keep[i],
                None if whole else pathways,
            ),
            strict=True,
        )

    done = 0
    for part in _each(follow, list(alike.values()), threads):
        for i, chemistry, found in part:
            at = np.searchsorted(times[i], keep[i])
            for name, values in chemistry.items():
                if values.ndim == 1:
                    blood.setdefault(name, [_NONE] * count)[i] = values[at]
            methylation[i] = chemistry["methylation"][at]
            if associated:
                centre = chemistry["methylation"][:, COMPARTMENTS.index("central")]
                clocks = numbers[chosen[i]].associations.clocks
                for name, values in association.exposed(times[i], centre, clocks).items():
                    exposure.setdefault(name, [_NONE] * count)[i] = values[at]
            for name in nerve.STATES:
                states[name][i] = found[name]
            done += 1
        progress(done / count)
    stacked = {name: np.stack(values) for name, values in states.items()}
    return People(
        days=np.stack([np.asarray(days, dtype=np.float64) for days in keep]),
        blood={name: np.stack(values) for name, values in blood.items()},
        methylation=np.stack(methylation),
        pathways=_conducted(stacked, bodies, chosen, numbers, pathways, threads),
        states=stacked,
        exposure={name: np.stack(values) for name, values in exposure.items()},
    )


def _courses(
    exposures: Sequence[Exposure], times: Sequence[Floats], which: Sequence[int], numbers: Sequence[Chain]
) -> Callable[[int], dict[str, Floats]]:
    """Return the course of cobalamin of each person; one that several share is computed once, beforehand."""

    def key(row: int) -> Hashable:
        return id(exposures[row]), which[row], times[row].tobytes()

    def made(row: int) -> dict[str, Floats]:
        return numbers[which[row]].course(exposures[row], times[row])

    often = Counter(map(key, range(len(exposures))))
    first = {key(row): row for row in reversed(range(len(exposures)))}
    kept = {name: made(first[name]) for name, count in often.items() if count > 1}
    return lambda row: kept[key(row)] if key(row) in kept else made(row)


def _each(function: Callable[[_Given], _Found], items: Sequence[_Given], threads: int) -> Iterator[_Found]:
    """Yield the results of a function of each item, in order."""
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(function, items)


def _conducted(
    states: Mapping[str, Floats],
    bodies: Sequence[nerve.Person],
    which: list[int],
    numbers: Sequence[Chain],
    pathways: Sequence[str],
    threads: int,
) -> dict[str, Floats]:
    """Conduct all persons of one build together."""
    groups: dict[tuple[float, float, nerve.Tables], list[int]] = {}
    for i, body in enumerate(bodies):
        groups.setdefault((body.height, body.temperature, numbers[which[i]].tables), []).append(i)
    out: dict[str, Floats] = {}
    for members in groups.values():
        part = {name: values[members] for name, values in states.items()}
        found = conducted_by_sets(
            part, bodies[members[0]], [numbers[which[i]] for i in members], pathways, threads=threads
        )
        for name, values in found.items():
            out.setdefault(name, np.empty((len(bodies), *values.shape[1:])))[members] = values
    return out


def blood_of(people: People, traits: Sequence[Traits], kinetics: cobalamin.Parameters) -> dict[str, Floats]:
    """Return the markers (person, day) with the fast traits of the persons in them."""
    scale = {name: values[:, None] for name, values in columns(traits).items()}
    found = dict(people.blood)
    found["b12"] = people.blood["b12"] + people.blood["haptocorrin"] * (scale["plasma"] - 1.0)
    for marker, trait in SCALED.items():
        found[marker] = people.blood[marker] * scale[trait]
    # The deficit of the circulating cells follows that of their making, which cannot be more than complete.
    found["red_cell_deficit"] = np.minimum(people.blood["red_cell_deficit"] * scale["marrow"], 1.0)
    found["haemoglobin"], found["mcv"] = count(found["red_cell_deficit"], kinetics)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Clinic:
    """Symptoms, signs and scales of persons, (person, day) arrays by name.

    Attributes
    ----------
    lost : mapping
        Losses of function, 0 to 1.
    severity : mapping
        Of symptoms, 0 to 1.
    noticed : mapping
        Whether a symptom is noticed.
    signs, scale : mapping
        Examination; items of the disability scale, ``total`` and ``rankin``.
    """

    lost: Mapping[str, Floats]
    severity: Mapping[str, Floats]
    noticed: Mapping[str, NDArray[np.bool_]]
    signs: Mapping[str, NDArray[np.generic]]
    scale: Mapping[str, NDArray[np.int64]]


def clinic_of(
    pathways: Mapping[str, Floats],
    traits: Sequence[Traits],
    parameters: clinic.Parameters,
    mental: NDArray[np.int64] | None = None,
    names: Sequence[str] = nerve.PATHWAYS,
) -> Clinic:
    """Return the clinical state of persons from the conduction of their pathways (person, day, pathway).

    Parameters
    ----------
    pathways : mapping of str to (person, day, pathway) array
    traits : sequence of Traits
        One a person; reserve and notice are used.
    parameters : clinic.Parameters
        Maps of the typical person.
    mental : (person, day) array of int, optional
        Points of the mental item on the same days; without them it is 0.
    names : sequence of str
        Pathways along the last axis.
    """
    scale = {name: values[:, None] for name, values in columns(traits).items()}
    own = judged(parameters, scale["reserve"], scale["notice"])
    lost = clinic.functions_of(pathways, names, own)
    severity = clinic.severities(lost, own)
    return Clinic(
        lost,
        severity,
        {name: value >= own.presence for name, value in severity.items()},
        clinic.signs_of(lost, own),
        clinic.scale_of(lost, own, mental),
    )


def severities_of(
    pathways: Mapping[str, Floats],
    reserve: float,
    parameters: clinic.Parameters,
    names: Sequence[str] = nerve.PATHWAYS,
) -> Mapping[str, Floats]:
    """Return the severities of symptoms alone, of persons of one reserve; parameters as for :func:`clinic_of`."""
    own = judged(parameters, reserve, 1.0)
    return clinic.severities(clinic.functions_of(pathways, names, own), own)
