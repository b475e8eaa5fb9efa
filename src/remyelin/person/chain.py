"""The order of the layers, written once: cobalamin, myelin and axons, conduction, clinical state.

A :class:`Chain` holds the numbers of one parameter set and takes each step. Every course of the package, of one person
with labels or of many as arrays, is computed by its methods, so that no other module calls more than two layers.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin import clinic, cobalamin, myelin, nerve
from remyelin.catalogue.pathways import CALLOSAL
from remyelin.clinic import association
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.nerve import Tables
from remyelin.person.coexisting import at_the_wrist, beside, entrapment
from remyelin.person.traits import Traits, judged, susceptibility

Floats = NDArray[np.float64]
_THREADS: Final = os.cpu_count() or 1  # runs of nerve computed at once
#: The form whose pharmacological term a hypothesis may ask of people, and the entry that says how much of it.
DRUG: Final = "methylcobalamin"
SUPPOSED: Final = "people.methylcobalamin"
#: Ends of the interval of the mental points: which bound of the probability, and how probable so many must be.
MENTAL_BOUNDS: Final = ((0, 0.95), (1, 0.5), (2, 0.05))


@dataclass(frozen=True, eq=False)  # no slots: the numbers of a layer are read when they are first used
class Chain:
    """The chain from dose to symptom under the numbers of one ledger.

    Parameters
    ----------
    ledger : Ledger
        Its use is noted as each layer is first reached.
    filled : Tables, optional
        Tables of internodes; :func:`remyelin.nerve.build_tables` gives them when omitted.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin import cobalamin, nerve
    >>> from remyelin.evidence import Ledger
    >>> chain = Chain(Ledger.shipped())
    >>> body = nerve.Person(age=60.0, sex="female", height=165.0, temperature=33.0)
    >>> vegan = cobalamin.Exposure(age=60.0, food_intake=cobalamin.constant(0.3), meals_per_day=3.0)
    >>> chemistry = chain.chemistry(vegan, np.array([0.0, 3650.0]))
    >>> states = chain.myelin(chemistry, body)
    >>> pathways = chain.conduction(states, body, ["sural"])
    >>> dict(pathways["conducted"].sizes)
    {'time': 2, 'pathway': 1}
    """

    ledger: Ledger
    filled: Tables | None = None

    @cached_property
    def kinetics(self) -> cobalamin.Parameters:
        """Numbers of cobalamin and one-carbon metabolism."""
        return cobalamin.Parameters.from_ledger(self.ledger)

    @cached_property
    def rates(self) -> myelin.Parameters:
        """Rates of myelin and axons."""
        return myelin.Parameters.from_ledger(self.ledger)

    @cached_property
    def judge(self) -> clinic.Parameters:
        """Clinical maps of the typical person."""
        return clinic.Parameters.from_ledger(self.ledger)

    @cached_property
    def associations(self) -> clinic.Associations:
        """Numbers of the symptoms without a mechanism."""
        return clinic.Associations.from_ledger(self.ledger)

    @cached_property
    def tables(self) -> Tables:
        """Tables of internodes."""
        return self.filled or nerve.build_tables(self.ledger)

    def read(self) -> Chain:
        """Return the chain with every number read, so that a recording ledger names them all."""
        _ = self.kinetics, self.rates, self.judge, self.associations, self.tables
        return self

    def having(self, **changed: Any) -> Chain:
        """Return the chain with other numbers of a layer: ``rates``, ``judge``, ``kinetics`` or ``associations``."""
        other = copy.copy(self)
        other.__dict__.update(changed)
        return other

    def rates_of(self, traits: Traits) -> myelin.Parameters:
        """Return the rates of a person."""
        return self.rates.of_person(susceptibility(traits))

    def maps_of(self, traits: Traits) -> clinic.Parameters:
        """Return the clinical maps of a person."""
        return judged(self.judge, traits.reserve, traits.notice)

    # One person, with labels.

    def chemistry(self, exposure: Exposure, times: ArrayLike) -> xr.Dataset:
        """Return cobalamin and one-carbon metabolism over (time, compartment)."""
        found = cobalamin.simulate(exposure, times, self.kinetics)
        if self.as_rats_at:
            days = found["time"].to_numpy().astype(np.float64)
            found[DRUG] = ("time", self._drug(exposure, days), {"units": "mg/kg/day"})
        return found

    @cached_property
    def as_rats_at(self) -> float:
        """Dose (mg/kg/day) by which rats repair as people do on methylcobalamin; 0 unless a hypothesis says more."""
        return self.ledger[SUPPOSED] if SUPPOSED in self.ledger.overrides() else 0.0

    def _drug(self, exposure: Exposure, days: Floats) -> Floats:
        return np.where(cobalamin.taking(exposure, days, DRUG), self.as_rats_at, 0.0)

    def with_chances(self, exposure: Exposure, times: ArrayLike) -> xr.Dataset:
        """Return the chemistry of one course with the probabilities of :meth:`associated`."""
        chemistry = self.chemistry(exposure, times)
        return chemistry.merge(self.associated(chemistry, exposure.age))

    def associated(self, chemistry: xr.Dataset, age: float) -> xr.Dataset:
        """Return the probabilities of symptoms without a mechanism over (time,), from the chemistry of one course.

        Parameters
        ----------
        chemistry : Dataset (time, compartment)
        age : float
            Years.

        Returns
        -------
        Dataset
            ``chance`` over (time, association, bound), and the points of the mental item, ``mental``, with their
            ``mental_low`` and ``mental_high`` and the probability of at least so many, ``mental_chance`` over
            (time, point).
        """
        maps = self.associations
        times = chemistry["time"].to_numpy().astype(np.float64)
        methylation = chemistry["methylation"].sel(compartment="central").to_numpy()
        haemoglobin = chemistry["haemoglobin"].to_numpy()
        excess = association.excesses(association.exposures(times, methylation, haemoglobin, maps), maps)
        chance = association.chances({**excess, **association.unrelated(times.shape)}, age, maps)
        at_least = association.mental_chances(excess, maps)
        low, median, high = (association.mental_points(at_least[:, bound], p) for bound, p in MENTAL_BOUNDS)
        return xr.Dataset(
            {
                "chance": (
                    ("time", "association", "bound"),
                    np.stack(list(chance.values())).transpose(2, 0, 1),
                    {"units": "1", "long_name": "probability of a symptom without a mechanism"},
                ),
                "mental": ("time", median, {"units": "points"}),
                "mental_low": ("time", low, {"units": "points"}),
                "mental_high": ("time", high, {"units": "points"}),
                "mental_chance": (("time", "point"), at_least[:, 1].T, {"units": "1"}),
            },
            coords={
                "time": chemistry["time"],
                "association": list(chance),
                "bound": list(association.BOUNDS),
                "point": np.arange(1, len(at_least) + 1),
            },
        )

    def myelin(
        self,
        chemistry: xr.Dataset,
        body: nerve.Person,
        rates: myelin.Parameters | Sequence[myelin.Parameters] | None = None,
        *,
        keep: ArrayLike | None = None,
        coexisting: Sequence[str] = (),
    ) -> xr.Dataset:
        """Return myelin and axons over (..., time, segment), driven by the chemistry over (..., time, compartment).

        Parameters
        ----------
        chemistry : Dataset
        body : nerve.Person
        rates : Parameters or sequence of Parameters, optional
            Those of the typical person when omitted; several put a dimension ``member`` first.
        keep : (kept,) array, optional
            Days returned; all when omitted.
        coexisting : sequence of str
            Diseases beside deficiency, of :data:`remyelin.person.case.DISEASES`.
        """
        drives = chemistry[[*myelin.DRIVES, *((DRUG,) if self.as_rats_at else ())]]
        used = self.rates if rates is None else rates
        alone = myelin.simulate(drives, nerve.segments(body, self.ledger), body.age, used, keep=keep)
        return beside(alone, coexisting, self.ledger)

    def conduction(
        self,
        states: xr.Dataset,
        body: nerve.Person,
        pathways: Sequence[str] = nerve.PATHWAYS,
        *,
        coexisting: Sequence[str] = (),
    ) -> xr.Dataset:
        """Return conduction over (..., pathway), for every state given."""
        found = nerve.conduction(states, body, self.tables, self.ledger, pathways, threads=_THREADS)
        return at_the_wrist(found, coexisting, self.ledger)

    def clinical_state(
        self, pathways: xr.Dataset, mental: xr.DataArray, traits: Traits, age: float
    ) -> xr.Dataset:
        """Return symptoms, signs and the disability scale of pathways, at their dates; mental points over (time,).

        Among the signs stand the delay of the P300 (ms) and the probability of disturbed sphincters, ``sphincter``
        over (bound,) besides.
        """
        maps = self.maps_of(traits)
        scale = clinic.functional_disability(pathways, maps, mental.sel(time=pathways["time"]))
        items = scale.rename(
            {name: f"scale_{name}" for name in scale if name != "total"} | {"total": "disability"}
        )
        signs = clinic.signs(pathways, maps)
        callosal = pathways["delay"].sel(pathway=CALLOSAL, drop=True)
        late = clinic.p300_delay(callosal.to_numpy(), maps.further)
        cord = association.cord_excesses(signs["spasticity"].to_numpy(), self.associations)
        sphincter = association.chances(cord, age, self.associations)["sphincter"]
        signs["sphincter"] = (
            (*signs["spasticity"].dims, "bound"),
            np.moveaxis(sphincter, 0, -1),
            {"units": "1"},
        )
        signs["p300_delay"] = (
            callosal.dims,
            late,
            {"units": "ms", "long_name": "delay of the P300 over health"},
        )
        return xr.merge([clinic.symptoms(pathways, maps), signs, items])

    def studies(
        self,
        states: xr.Dataset,
        body: nerve.Person,
        names: Sequence[str] | None = None,
        conduct: Callable[..., Any] | None = None,
        *,
        coexisting: Sequence[str] = (),
    ) -> nerve.Studies:
        """Return the nerve studies of states over (segment,), all of the battery or those named.

        See :func:`remyelin.nerve.battery`.
        """
        trapped = entrapment(coexisting, self.ledger)
        return nerve.battery(states, body, self.tables, self.ledger, names, conduct, entrapment=trapped)

    # Many persons, as arrays.

    def course(self, exposure: Exposure, times: Floats) -> dict[str, Floats]:
        """Return the readouts of :meth:`chemistry` as arrays (time) or (time, compartment)."""
        found = cobalamin.course_of(exposure, times, self.kinetics)
        if self.as_rats_at:
            found[DRUG] = self._drug(exposure, times)
        return found

    def followed(
        self,
        courses: Sequence[Mapping[str, Floats]],
        times: Floats,
        body: nerve.Person,
        age: float,
        traits: Traits,
        keep: Floats,
        pathways: Sequence[str] | None = None,
    ) -> list[dict[str, Floats]]:
        """Return myelin and axons over (day, segment) under each of several courses of one person.

        They are followed from the last day of full methylation without gas, and once as long as they agree.

        Parameters
        ----------
        courses : sequence of mapping of str to array
            Each of :meth:`course` at `times`.
        times : (time,) array
        body : nerve.Person
        age : float
            Years.
        traits : Traits
            The slow ones are used.
        keep : (day,) array
            Days returned, among the times.
        pathways : sequence of str, optional
            Only the segments that these cross are followed, the others stay in health; all are when omitted.
        """
        whole = nerve.places(body, self.ledger)
        crossed = whole.names if pathways is None else nerve.crossed(pathways, body, self.ledger)
        read = [place for place, name in enumerate(whole.names) if name in crossed]
        places = whole.at(read)
        before = max(int(np.searchsorted(times, keep[0])) - 1, 0)
        alike: dict[int, list[int]] = {}
        for number, course in enumerate(courses):
            ill = np.flatnonzero((course["methylation"] < 1.0).any(axis=-1) | (course["gas"] > 0.0))
            # In health throughout there is nothing to follow but the days kept.
            first = min(max(int(ill[0]) - 1, 0) if ill.size else before, before)
            alike.setdefault(first, []).append(number)
        found: list[dict[str, Floats]] = [{} for _ in courses]
        for first, numbers in alike.items():
            states = myelin.course_of(
                times[first:],
                np.stack([courses[number]["methylation"][first:] for number in numbers]),
                places,
                age,
                self.rates_of(traits),
                keep=keep,
                gas=np.stack([courses[number]["gas"][first:] for number in numbers]),
                methylcobalamin=np.stack([courses[number][DRUG][first:] for number in numbers])
                if self.as_rats_at
                else None,
                threads=1,  # callers follow many persons side by side
            )
            for row, number in enumerate(numbers):
                # Within rounding the shares already lie there.
                followed = {name: np.clip(states[name][row], 0.0, 1.0) for name in nerve.STATES}
                found[number] = _among_healthy(followed, read, len(whole.names))
        return found

    def conducted(self, states: Mapping[str, Floats], body: nerve.Person) -> dict[str, Floats]:
        """Return conduction as arrays (..., pathway) by variable, of states (..., segment)."""
        return nerve.conducted(states, body, self.tables, self.ledger)

    def batteries(self, states: Mapping[str, Floats], body: nerve.Person) -> tuple[nerve.Studies, ...]:
        """Return the whole battery at every date of states (date, segment)."""
        return nerve.batteries_of(states, body, self.tables, self.ledger)


def _among_healthy(states: dict[str, Floats], read: Sequence[int], count: int) -> dict[str, Floats]:
    """Return states (..., segment) of some segments as those of all, the others in health."""
    if len(read) == count:
        return states
    found = {}
    for name, values in states.items():
        found[name] = np.full((*values.shape[:-1], count), 1.0 if name == "axons" else 0.0)
        found[name][..., read] = values
    return found


def conducted_by_sets(
    states: Mapping[str, Floats],
    body: nerve.Person,
    numbers: Sequence[Chain],
    pathways: Sequence[str] = nerve.PATHWAYS,
    *,
    threads: int = 1,
) -> dict[str, Floats]:
    """Return conduction as arrays (set, ..., pathway) of states (set, ..., segment), each by its own parameter set.

    Parameters
    ----------
    states : mapping of str to (set, ..., segment) array
    body : nerve.Person
    numbers : sequence of Chain
        One for each of the first dimension; they share the tables of the first.
    pathways : sequence of str
    threads : int
        Runs of nerve computed at once.
    """
    ledgers = [own.ledger for own in numbers]
    return nerve.conducted(states, body, numbers[0].tables, ledgers, pathways, threads=threads)


def conduction_by_sets(
    states: xr.Dataset,
    body: nerve.Person,
    numbers: Sequence[Chain],
    pathways: Sequence[str] = nerve.PATHWAYS,
    *,
    coexisting: Sequence[str] = (),
) -> xr.Dataset:
    """Return conduction (set, ..., pathway) of states (set, ..., segment), as :meth:`Chain.conduction` by each set.

    Parameters
    ----------
    states : Dataset (set, ..., segment)
        The dimension of the sets comes first, whatever its name.
    body : nerve.Person
    numbers : sequence of Chain
    pathways : sequence of str
    coexisting : sequence of str
    """
    ledgers = [own.ledger for own in numbers]
    found = nerve.conduction(states, body, numbers[0].tables, ledgers, pathways, threads=_THREADS)
    return at_the_wrist(found, coexisting, numbers[0].ledger)
