"""Symptoms without a mechanism in a record: how probable they are as written, of deficiency or of other causes.

The probability of a symptom is that of :mod:`remyelin.clinic.association`: a background at an age, and an excess that
follows depth and duration of deficiency in the brain, or the disease of the cord. Whoever has it of other causes has it
on every day. Of the rest a person has it while the excess lies above a level of its own, between 0 and 1 and the same
on all days: many entries of a lasting symptom say little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remyelin.clinic import association
from remyelin.person.inference import findings
from remyelin.person.inference.people import Setting, Simulated
from remyelin.person.inference.settings import RECORD_LEVELS
from remyelin.person.record import Entry
from remyelin.person.record.terms import ASSOCIATED

Floats = NDArray[np.float64]
_MEDIAN = association.BOUNDS.index("median")


def is_associated(entry: Entry) -> bool:
    """Whether an entry is a symptom without a mechanism."""
    return entry.kind == "symptom" and entry.name in ASSOCIATED


def of_the_cord(entry: Entry) -> bool:
    """Whether an entry follows the disease of the cord, so that its day needs the clinical state."""
    return is_associated(entry) and entry.name in association.CORD


def background(name: str, shared: Setting) -> float:
    """Return the share of people of this age who have a symptom from other causes."""
    return float(shared.numbers[-1].associations.background[name].at(shared.age)[_MEDIAN])


def chance(
    name: str, day: float, people: Simulated, state: findings.Clinic | None, days: Floats, shared: Setting
) -> Floats:
    """Return the probability (person, draw or 1) of a symptom on a day, of deficiency or of other causes.

    Parameters are those of :func:`excess`.
    """
    added = excess(name, day, people, state, days, shared)
    return association.together(background(name, shared), added)


def excess(
    name: str, day: float, people: Simulated, state: findings.Clinic | None, days: Floats, shared: Setting
) -> Floats:
    """Return the probability (person, draw or 1) that deficiency gives a symptom on a day.

    Parameters
    ----------
    name : str
    day : float
        Among the days of the persons, of a symptom of the cord among `days`.
    people : Simulated
    state : findings.Clinic or None
        At `days`.
    days : (day,) array
    shared : Setting
    """
    maps = shared.numbers[-1].associations
    if name in association.CORD:
        assert state is not None
        pyramidal = state.lost["pyramidal_leg"][..., int(np.searchsorted(days, day))]
        return np.asarray(association.cord_excesses(pyramidal, maps)[name][_MEDIAN])
    if name not in association.CLOCKS:
        return np.zeros((len(people.began), 1))
    at = int(np.searchsorted(people.days, day))
    followed = {clock: people.blood[clock][:, at] for clock in maps.clocks}
    haemoglobin, healthy = people.blood["haemoglobin"][:, at], shared.ledger["blood.haemoglobin"]
    followed[association.ANAEMIA] = association.anaemia(haemoglobin, healthy)
    return np.asarray(association.excesses(followed, maps)[name][_MEDIAN][:, None])


def likelihood(
    entries: Sequence[Entry],
    people: Simulated,
    state: findings.Clinic | None,
    days: Floats,
    shared: Setting,
    reporting: findings.Reporting,
) -> tuple[Floats, list[Floats]]:
    """Return the log likelihood of the entries of one symptom, and of each the chance that it says nothing.

    Parameters
    ----------
    entries : sequence of Entry
        Of one name.
    people, state, days, shared
        As in :func:`excess`.
    reporting : findings.Reporting

    Returns
    -------
    (person, draw or 1) array, list of the same
    """
    share, name = reporting.outlier, entries[0].name
    common = background(name, shared)
    # levels of persons who have it of no other cause, evenly between 0 and 1
    level = (np.arange(RECORD_LEVELS) + 0.5) / RECORD_LEVELS
    other, own, matches = [], [], []
    for entry in entries:
        always, mine = np.ones(1), np.ones((1, 1, 1))
        for day, (low, _) in findings.parts_of(entry, reporting):
            there = excess(name, day, people, state, days, shared)[..., None] > level
            always = always * float(low > 0)
            mine = mine * (there if low > 0 else ~there)
        width = 0.5 ** len(findings.parts_of(entry, reporting))
        matches.append((always, mine, width))
        other.append((1.0 - share) * always + share * width)
        own.append((1.0 - share) * mine + share * width)
    together_other = common * np.prod(other)
    levels = np.prod(np.broadcast_arrays(*own), axis=0) if len(own) > 1 else own[0]
    total = together_other + (1.0 - common) * levels.mean(axis=-1)
    outliers = []
    for (_, _, width), of_other, of_own in zip(matches, other, own, strict=True):
        said = together_other * share * width / of_other
        said = said + (1.0 - common) * (levels * share * width / of_own).mean(axis=-1)
        outliers.append(np.asarray(said / total))
    return np.asarray(np.log(total)), outliers
