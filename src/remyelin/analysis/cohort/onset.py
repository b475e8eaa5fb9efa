"""When untreated disease is first noticed: the first symptom of limbs or cord."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, myelin, nerve
from remyelin.analysis.cohort.settings import COHORT_SEARCH_BARE, COHORT_SEARCH_COARSE, COHORT_SEARCH_SPAN
from remyelin.evidence import Ledger

Floats = NDArray[np.float64]
_OF_THE_HEAD = ("visual", "auditory", "blink", "olfactory", "gustatory", *clinic.FURTHER)
_OF_THE_CORD = tuple(name for name in nerve.PATHWAYS if name not in _OF_THE_HEAD)


def first_symptom(
    times: Floats,
    methylation: Floats,
    gas: Floats,
    age: float,
    body: nerve.Person,
    rates: myelin.Parameters,
    judge: clinic.Parameters,
    tables: nerve.Tables,
    ledger: Ledger,
) -> int | None:
    """Return at which of the times a symptom of limbs or cord is first noticed, None if at none.

    Stretches of the course are looked through one after the other, in each every
    :data:`remyelin.COHORT_SEARCH_COARSE`-th time first and then those between: what is noticed in
    untreated disease stays.

    Parameters
    ----------
    times : (time,) array
        Days; the first in health.
    methylation : (time, compartment) array
        What drives myelin.
    gas : (time,) array
        Nitrous oxide, inspired fraction as the mean of the day.
    age : float
        Years.
    body : Person
    rates : Parameters of myelin
        Of this person.
    judge : Parameters of the clinic
    tables : Tables
    ledger : Ledger
    """
    first = first_deficit(methylation, gas)
    if first is None:
        return None
    # what lies in the head gives none of the symptoms looked for: it is not followed here
    places = nerve.places(body, ledger)
    needed = nerve.crossed(_OF_THE_CORD, body, ledger)
    below = [place for place, name in enumerate(places.names) if name in needed]
    followed = places.at(below)
    looked = first
    while looked < times.size - 1:
        last = int(np.searchsorted(times, times[looked] + COHORT_SEARCH_SPAN, side="right")) - 1
        last = min(max(last, looked + 1), times.size - 1)
        part = slice(first, last + 1)
        states = myelin.course_of(times[part], methylation[part], followed, age, rates, gas=gas[part])
        arrays = _beside_health(states, below, len(places.names))
        bare = arrays["bare"].max(axis=-1) > COHORT_SEARCH_BARE

        def noticed(which: Sequence[int], arrays: Mapping[str, Floats] = arrays) -> NDArray[np.bool_]:
            chosen = {name: array[which] for name, array in arrays.items()}
            return _noticed(chosen, body, judge, tables, ledger)

        end = last - first
        if bare[end]:
            late = max(int(np.argmax(bare)), looked - first, 1)
            found = _first(noticed, late, end)
            if found is not None:
                return first + found
        looked = last
    return None


def first_deficit(methylation: Floats, gas: Floats) -> int | None:
    """Return the last time before methylation falls short or gas is breathed; until then all rests in health."""
    short = (methylation < 1.0).any(axis=-1) | (gas > 0.0)
    return max(int(np.argmax(short)) - 1, 0) if short.any() else None


def _first(noticed: Callable[[Sequence[int]], NDArray[np.bool_]], low: int, high: int) -> int | None:
    """Return the first of the times `low` to `high` at which something is noticed."""
    far: list[int] = [*range(low, high, COHORT_SEARCH_COARSE), high]
    felt = noticed(far)
    if not felt.any():
        return None
    k = int(np.argmax(felt))
    near: list[int] = [*range(far[k - 1] + 1, far[k])] if k else []
    if near:
        felt = noticed(near)
        if felt.any():
            return near[int(np.argmax(felt))]
    return far[k]


def _beside_health(
    states: Mapping[str, Floats], places: Sequence[int], segments: int
) -> Mapping[str, Floats]:
    """States (time, segment) of the segments at `places` among all, the others in health."""
    arrays = {}
    for name in nerve.STATES:
        whole = np.full((len(states[name]), segments), 1.0 if name == "axons" else 0.0)
        whole[:, places] = states[name]
        arrays[name] = whole
    return arrays


def _noticed(
    states: Mapping[str, Floats],
    body: nerve.Person,
    judge: clinic.Parameters,
    tables: nerve.Tables,
    ledger: Ledger,
) -> NDArray[np.bool_]:
    """Whether a symptom of limbs or cord is noticed, by state."""
    found = nerve.conducted(states, body, tables, ledger, _OF_THE_CORD)
    # the tracts of the head give none of these symptoms: they stand as in health
    healthy = {"conducted": 1.0, "dispersion": 0.0, "axons": 1.0, "ectopic": 0.0}
    shape = (*found["conducted"].shape[:-1], len(_OF_THE_HEAD))
    whole = {
        name: np.concatenate([found[name], np.full(shape, value)], axis=-1) for name, value in healthy.items()
    }
    lost = clinic.functions_of(whole, (*_OF_THE_CORD, *_OF_THE_HEAD), judge)
    severity = clinic.severities(lost, judge)
    felt: NDArray[np.bool_] = np.any([severity[name] >= judge.presence for name in clinic.SPINAL], axis=0)
    return felt
