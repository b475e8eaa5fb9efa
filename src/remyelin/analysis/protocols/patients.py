"""Virtual series of patients: drawn from the population, found by the event of presentation, and then treated.

Persons are those of :mod:`remyelin.analysis.protocols.pool`, each with its own traits. Everybody is followed
untreated. The chance to be found decides on which day, and by which road, a person comes. Treatment begins on that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import cobalamin, nerve
from remyelin.analysis.protocols.pool import (
    BODY,
    TREATMENT,
    Draw,
    Pool,
    candidate,
    exposed,
    seen,
    simulate_pool,
    traits_of,
)
from remyelin.base.errors import SimulationError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.clinic import association
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.chain_people import Clinic, People, blood_of, clinic_of, simulate_people
from remyelin.person.found import at_chance
from remyelin.person.presentation import FELT, ROADS
from remyelin.person.traits import Traits

FOLLOW_UP = (0.0, 1.0, 2.0, 3.0, 6.0, 9.0, 12.0, 24.0)  # months after the first dose
CANDIDATES = 30  # persons drawn for one patient, at most
BATCH: Final = 32  # persons followed together
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)  # no slots: what is worked out once is kept with it
class Series:
    """Patients before and after treatment, in arrays (patient, ...).

    Attributes
    ----------
    draws, traits : tuple
        Who they are.
    age : (patient,) array
    came : (patient,) array
        Days from the beginning of the cause to presentation.
    onset : (patient,) array
        Days from the beginning of the cause to the first symptom; infinite where none is noticed untreated.
    road : (patient,) array of str
        How the patient was found, of :data:`remyelin.person.presentation.ROADS`.
    state : Clinic
        Over (patient, month) of :data:`FOLLOW_UP`.
    first : Clinic
        Over (patient, 1), the day on which the first symptom is noticed.
    blood : mapping of str to (patient, month) array
    people : People
        Pathways and states at the months.
    notice : (patient, 1) array
        Severity from which each notices a symptom.
    exposures, times : tuple
        Treated course of each patient, and its days.
    numbers : Chain
        Of the parameter set.
    """

    draws: tuple[Draw, ...]
    traits: tuple[Traits, ...]
    age: Floats
    came: Floats
    onset: Floats
    road: NDArray[np.str_]
    state: Clinic
    first: Clinic
    blood: Mapping[str, Floats]
    people: People
    notice: Floats
    exposures: tuple[cobalamin.Exposure, ...]
    times: tuple[Floats, ...]
    numbers: Chain

    @property
    def severity(self) -> xr.DataArray:
        """Severities of symptoms over (patient, month, symptom)."""
        names = list(self.state.severity)
        values = np.stack([self.state.severity[name] for name in names], axis=-1)
        return xr.DataArray(
            values, dims=("patient", "month", "symptom"), coords={"month": list(FOLLOW_UP), "symptom": names}
        )

    @property
    def pathways(self) -> xr.Dataset:
        """Conduction over (patient, month, pathway)."""
        return xr.Dataset(
            {
                name: (("patient", "month", "pathway"), values)
                for name, values in self.people.pathways.items()
            },
            coords={"month": list(FOLLOW_UP), "pathway": list(nerve.PATHWAYS)},
        )

    @cached_property
    def exposure(self) -> xr.Dataset:
        """Exposure of the brain to deficiency by clock, and anaemia, over (patient, month)."""
        maps = self.numbers.associations
        found: dict[str, list[Floats]] = {}
        for i, (exposure, times) in enumerate(zip(self.exposures, self.times, strict=True)):
            course = self.numbers.course(exposure, times)
            clocks = association.exposures(times, course["methylation"][:, 1], course["haemoglobin"], maps)
            at = np.searchsorted(times, self.people.days[i])
            for name, values in clocks.items():
                found.setdefault(name, []).append(values[at])
        return xr.Dataset({name: (("patient", "month"), np.stack(values)) for name, values in found.items()})

    @property
    def duration(self) -> Floats:
        """Months of symptoms before treatment; 0 for those found before any."""
        months: Floats = np.maximum(self.came - self.onset, 0.0) / DAYS_PER_MONTH
        return months

    @property
    def states(self) -> xr.Dataset:
        """Myelin and axons over (patient, month, segment), for nerve studies."""
        names = [str(name) for name in nerve.segments(BODY, Ledger.shipped())["segment"].to_numpy()]
        return xr.Dataset(
            {name: (("patient", "month", "segment"), values) for name, values in self.people.states.items()},
            coords={"month": list(FOLLOW_UP), "segment": names},
        )

    def pathway(self, variable: str, name: str) -> Floats:
        """Return a variable of a pathway, (patient, month)."""
        found: Floats = self.people.pathways[variable][..., nerve.PATHWAYS.index(name)]
        return found

    def felt(self) -> Bools:
        """Return whether any symptom of limbs or cord is noticed, (patient, month)."""
        felt: Bools = np.any([self.state.noticed[name] for name in FELT], axis=0)
        return felt

    def cord(self) -> Bools:
        """Return who has a Babinski or Romberg sign at presentation, (patient,)."""
        romberg, babinski = (np.asarray(self.state.signs[name]) for name in ("romberg", "babinski"))
        return np.asarray((romberg | babinski)[:, 0], dtype=np.bool_)

    def complete(self, month: int) -> Bools:
        """Return who has no sign at all: no point of the scale, nothing noticed, vibration sense normal."""
        vibration = np.asarray(self.state.signs["vibration_loss"], dtype=np.float64) >= self.notice
        found: Bools = ((self.state.scale["total"] == 0) & ~self.felt() & ~vibration)[:, month]
        return found

    def unlimited(self, month: int) -> Bools:
        """Return in whom nothing limits daily life: at most grade 1 of the modified Rankin scale."""
        found: Bools = self.state.scale["rankin"][:, month] <= 1
        return found

    def burden(self) -> Floats:
        """Return the sum of the symptoms of limbs and cord and of the loss of vibration sense, (patient, month)."""
        total = np.sum([self.state.severity[name] for name in (*FELT, "reflexes")], axis=0)
        return np.asarray(total + np.asarray(self.state.signs["vibration_loss"]), dtype=np.float64)

    def improvement(self, month: int) -> Floats:
        """Return the share of the severity at presentation that is gone."""
        severity = self.burden()
        return np.asarray(1.0 - severity[:, month] / np.maximum(severity[:, 0], 1e-9))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person who became a patient of a series: day and road of presentation, day of the first symptom."""

    draw: Draw
    day: float
    onset: float
    road: str


def follow(
    ledger: Ledger, stratum: str, patients: int, seed: int, *, ill: bool = True, cord: bool = False
) -> Series:
    """Sample a series and see each patient before and after treatment.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run.
    stratum : {"deficiency", "gas"}
        Population that the patients come from.
    patients : int
        How many.
    seed : int
        Of the draws.
    ill : bool
        Only those who notice a symptom at presentation.
    cord : bool
        Only those with a Babinski or Romberg sign at presentation.

    Returns
    -------
    Series

    Raises
    ------
    SimulationError
        If too few persons of the population become such patients.
    """
    numbers = Chain(ledger)
    chosen: list[Chosen] = []
    firsts: list[Mapping[str, Floats]] = []
    begin = 0
    while len(chosen) < patients:
        if begin >= patients * CANDIDATES:
            raise SimulationError(
                f"of {begin} persons only {len(chosen)} become patients of the series; {patients} are wanted."
            )
        draws = [candidate(stratum, seed, number, ledger) for number in range(begin, begin + BATCH)]
        # Each person comes on a day of its own stream, so that candidates do not depend on the company.
        chance = [
            float(np.random.default_rng([seed, number, 7]).random()) for number in range(begin, begin + BATCH)
        ]
        begin += BATCH
        for found in _found(draws, chance, numbers, ill=ill, cord=cord):
            if len(chosen) < patients:
                chosen.append(found[0])
                firsts.append(found[1])
    return _treated(chosen, firsts, numbers)


def _found(
    draws: Sequence[Draw], chance: Sequence[float], numbers: Chain, *, ill: bool, cord: bool
) -> list[tuple[Chosen, Mapping[str, Floats]]]:
    """Return those of the candidates who come and meet the criteria: day, onset, road, conduction at the onset."""
    traits = traits_of(draws, numbers.ledger)
    pool = simulate_pool(draws, numbers, 0)
    view = seen(pool, traits, numbers)
    out: list[tuple[Chosen, Mapping[str, Floats]]] = []
    for i, draw in enumerate(draws):
        came = at_chance(view.found, pool.days, i, chance[i])
        if came is None:
            continue
        there = _at(pool, i, came.day)
        state = clinic_of(there, [traits[i]], numbers.judge)
        signs = bool(state.signs["romberg"][0, 0]) or bool(state.signs["babinski"][0, 0])
        # Whoever comes for a symptom has noticed it, between the days of the pool as well.
        felt = came.road == ROADS[0] or any(bool(state.noticed[name][0, 0]) for name in FELT)
        if (ill and not felt) or (cord and not signs):
            continue
        onset = came.onset
        at = int(np.searchsorted(pool.days[i], min(onset, pool.days[i, -1])))
        first = {name: values[i, at : at + 1] for name, values in pool.pathways.items()}
        day = max(came.day, onset) if ill else came.day
        out.append((Chosen(draw, day, onset, came.road), first))
    return out


def _at(pool: Pool, person: int, day: float) -> dict[str, Floats]:
    """Return the conduction of one person at a day between those of the pool, arrays (1, 1, pathway)."""
    days = pool.days[person]
    j = min(max(int(np.searchsorted(days, day)), 1), days.size - 1)
    part = (day - days[j - 1]) / (days[j] - days[j - 1])
    return {
        name: ((1.0 - part) * values[person, j - 1] + part * values[person, j])[None, None]
        for name, values in pool.pathways.items()
    }


def _treated(
    chosen: Sequence[Chosen],
    firsts: Sequence[Mapping[str, Floats]],
    numbers: Chain,
) -> Series:
    """Follow the patients under treatment from the day they come."""
    draws = [found.draw for found in chosen]
    traits = traits_of(draws, numbers.ledger)
    came = np.array([found.day for found in chosen])
    months = np.array(FOLLOW_UP) * DAYS_PER_MONTH
    exposures, times, keep = [], [], []
    for draw, own, start in zip(draws, traits, came, strict=True):
        untreated = exposed(draw.person, own, numbers.ledger)
        order = cobalamin.read_order(TREATMENT, start, start + months[-1] + 1.0, numbers.ledger)
        gas = tuple(replace(item, stop=start) for item in untreated.nitrous_oxide if item.start < start)
        exposures.append(replace(cobalamin.treated(untreated, order), nitrous_oxide=gas))
        step = 7.0 if gas else DAYS_PER_MONTH
        before = np.concatenate([[-30.0], np.arange(0.0, start, step)])
        after = start + np.concatenate([np.arange(0.0, 92.0, 7.0), np.arange(92.0, months[-1], 30.0), months])
        times.append(np.unique(np.concatenate([before[before < start], after])))
        keep.append(start + months)
    people = simulate_people(exposures, [BODY] * len(draws), times, keep, traits, [numbers])
    needed = {name: np.stack([first[name] for first in firsts]) for name in firsts[0]}
    return Series(
        draws=tuple(draws),
        traits=tuple(traits),
        age=np.array([draw.person.age for draw in draws]),
        came=came,
        onset=np.array([found.onset for found in chosen]),
        road=np.array([found.road for found in chosen]),
        state=clinic_of(people.pathways, traits, numbers.judge),
        first=clinic_of(needed, traits, numbers.judge),
        blood=blood_of(people, traits, numbers.kinetics),
        people=people,
        notice=np.asarray(numbers.judge.presence * np.array([own.notice for own in traits])[:, None]),
        exposures=tuple(exposures),
        times=tuple(times),
        numbers=numbers,
    )
