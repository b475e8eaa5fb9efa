"""Records of synthetic persons: drawn from the same prior and observation model that a fit assumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.catalogue.plans import GIVEN
from remyelin.evidence import Ledger
from remyelin.person.inference import findings
from remyelin.person.inference.findings import Nested
from remyelin.person.inference.likelihood import Likelihood, Prepared
from remyelin.person.inference.people import Setting, Simulated, setting, simulated
from remyelin.person.inference.plan import Plan, gas_stop, given
from remyelin.person.inference.posterior import horizon_of
from remyelin.person.inference.sampler import Draws
from remyelin.person.inference.settings import RECORD_NESTED
from remyelin.person.inference.values import stream_of, values_at
from remyelin.person.record import Entry, Record, parse_csv
from remyelin.person.record.terms import SYMPTOMS

Floats = NDArray[np.float64]
_HEAD: Final = (
    "when,kind,name,value,unit,note\n,person,age,60,y\n,person,sex,female\n,cause,pernicious anaemia\n"
)
#: Records whose values are drawn; what stands here only says what is looked for, and when.
TEMPLATES: Final = {
    "sparse": _HEAD
    + "0 d,lab,b12,100,pmol/L\n0 d,symptom,paraesthesia,mild\n0 d,sign,vibration,reduced\n"
    + "0 d,treatment,us practice 1 mg,began\n",
    "rich": _HEAD
    + "".join(
        f"{when},lab,b12,300,pmol/L\n{when},lab,mma,500,nmol/L\n{when},symptom,paraesthesia,mild\n"
        f"{when},symptom,gait,mild\n{when},sign,vibration,reduced\n"
        for when in ("0 d", "3 mo", "9 mo")
    )
    + "0 d,lab,homocysteine,30,umol/L\n0 d,sign,ankle jerk,reduced\n0 d,sign,babinski,absent\n"
    + "0 d,study,sural amplitude,8,uV\n0 d,treatment,us practice 1 mg,began\n12 mo,treatment,us practice 1 mg,ended\n",
}
#: Days after presentation at which the truth is compared with its forecast.
TARGET: Final = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Persons drawn from the prior of a template, simulated at every day that matters.

    Attributes
    ----------
    record : Record
    setting : Setting
    likelihood : Likelihood
    draws : Draws
    people : Simulated
    ready : Prepared
        Hidden states of every person, of which the true one is drawn.
    """

    record: Record
    setting: Setting
    likelihood: Likelihood
    draws: Draws
    people: Simulated
    ready: Prepared


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A synthetic person: which one of a world, with which hidden states, and the record."""

    person: int
    hidden: Nested
    record: Record


def world(name: str, persons: int, ledger: Ledger, seed: int, workers: int | None = None) -> World:
    """Draw and simulate the persons of a template."""
    record = parse_csv(TEMPLATES[name], name, ledger)
    shared = setting(record, ledger)
    likelihood = Likelihood.of(record, shared)
    days = np.array(sorted({*likelihood.days(), TARGET, record.last_day}))
    plan = Plan(GIVEN, "", given(record, horizon_of(record), ledger), gas_stop(record))
    draws = shared.prior.draw(persons, np.random.default_rng([seed, 11]))
    people = simulated(draws, plan, days, likelihood.asked(), shared, workers=workers)
    ready = likelihood.prepare(people, range(persons), seed + 1, RECORD_NESTED)
    return World(record, shared, likelihood, draws, people, ready)


def drawn(here: World, rng: np.random.Generator) -> Truth:
    """Draw a person by the chance of being found on day 0, and a record of that person."""
    hidden, logs = here.ready.hidden, here.ready.presented
    flat = np.exp(logs - logs.max()).reshape(-1)
    place = int(np.searchsorted(np.cumsum(flat) / flat.sum(), rng.random()))
    person, draw = divmod(min(place, len(flat) - 1), hidden.reserve.shape[1])
    own = hidden.at(np.array([person]), np.array([draw]))
    entries = [
        *_values(here, person, int(own.size[0, 0]), rng),
        *_findings(here, person, own, rng),
    ]
    order = {id(entry): at for at, entry in enumerate(here.record.entries)}
    made = [entry for _, entry in sorted(entries, key=lambda item: order[id(item[0])])]
    made += _told(here, person, own, rng)
    return Truth(person, own, replace(here.record, entries=tuple(sorted(made, key=lambda entry: entry.day))))


def _values(here: World, person: int, size: int, rng: np.random.Generator) -> list[tuple[Entry, Entry]]:
    """Return the laboratory values and studies of the template with this person's values."""
    likelihood, streams = here.likelihood, here.likelihood.streams
    prior = streams.hidden(likelihood.reporting.scales[size])
    root = np.linalg.cholesky(prior.covariance + 1e-12 * np.eye(len(prior.time)))
    state = root @ rng.standard_normal(len(prior.time))
    before: float | None = None
    made = []
    people = here.people.at(np.array([person]))
    for entry in sorted(likelihood.values, key=lambda item: item.day):
        if before is not None and entry.day > before:
            kept = np.exp(-(entry.day - before) / prior.time)
            fresh = root @ rng.standard_normal(len(prior.time))
            state = kept * state + np.sqrt(1.0 - kept**2) * fresh
        before = entry.day
        name = stream_of(entry)
        expected, loadings = streams.expected(name, values_at(people, entry))
        value = float(expected[0] + loadings[0] @ state + streams.noise(name) * rng.standard_normal())
        if rng.random() < likelihood.reporting.outlier:
            middle, width = streams.outlier(name)
            value = middle + width * float(rng.standard_normal())
        shown = float(streams.written(name, np.array([value]))[0])
        made.append((entry, replace(entry, value=max(shown, 1e-6), text=f"{shown:.4g}")))
    return made


def _findings(here: World, person: int, own: Nested, rng: np.random.Generator) -> list[tuple[Entry, Entry]]:
    """Return the findings of the template, each with the entry that an examiner of this person writes."""
    likelihood, shared = here.likelihood, here.setting
    people = here.people.at(np.array([person]))
    state = likelihood.state(people, own, likelihood.finding_days, own.path)
    made = []
    other: dict[str, int | None] = {}
    for entry in likelihood.clinical:
        item = findings.finding_of(entry)
        if item.name not in other:
            common = findings.background(item, entry.kind, shared.age, here.record.conditions, shared.ledger)
            grades, shares = zip(*findings.others(item, likelihood.reporting), strict=True)
            there = rng.random() < common
            other[item.name] = int(rng.choice(grades, p=np.array(shares) / sum(shares))) if there else None
        at = int(np.searchsorted(likelihood.finding_days, entry.day))
        below = findings.cumulative(item, state, at, own.examiner[..., at], likelihood.reporting)
        grade = int((rng.random() > below[:, 0, 0]).sum())
        worse = other[item.name]
        if worse is not None:
            grade = min(grade, worse) if item.type == "jerk" else max(grade, worse)
        if rng.random() < likelihood.reporting.outlier:
            grade = int(rng.integers(findings.grades(item)))
        made.append((entry, replace(entry, levels=(grade, grade), text=str(grade))))
    return made


def _told(here: World, person: int, own: Nested, rng: np.random.Generator) -> list[Entry]:
    """Return the complaints this person names at presentation besides those that the template states."""
    likelihood, shared = here.likelihood, here.setting
    reporting = likelihood.reporting
    state = likelihood.state(here.people.at(np.array([person])), own, likelihood.finding_days, own.path)
    at = likelihood.today
    made = []
    for name in likelihood.unmentioned:
        item = SYMPTOMS[name]
        common = findings.background(item, "symptom", shared.age, here.record.conditions, shared.ledger)
        chances = findings.written(item, state, at, own.examiner[..., at], common, reporting)[:, 0, 0]
        grade = int(rng.choice(len(chances), p=chances / chances.sum()))
        if rng.random() < reporting.told[grade]:
            made.append(Entry(0, 0.0, "symptom", name, levels=(grade, grade), text=str(grade)))
    return made


def severity_at(
    here: World, rows: Sequence[int], hidden: Nested, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return the scale and severities of persons with hidden states a year on, (person,) by name."""
    from remyelin.person.inference.predictive import continued

    likelihood = here.likelihood
    days = np.array([TARGET])
    people = here.people.at(np.asarray(rows))
    seed = (int(rng.integers(1 << 30)),)
    path = continued(hidden.path[:, 0], likelihood.finding_days, days, likelihood.reporting.time, seed)
    state = likelihood.state(people, hidden, days, path)
    return {
        "disability": state.scale["total"][:, 0, 0].astype(np.float64),
        "gait": state.severities["gait"][:, 0, 0],
        "paraesthesia": state.severities["paraesthesia"][:, 0, 0],
    }
