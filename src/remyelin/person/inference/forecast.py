"""Course of one person under several plans, cost of waiting, and the result that would narrow the answer most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.forecast_guard import WORSE
from remyelin.person.inference import findings
from remyelin.person.inference.alternatives import FROM_NOW, UNTREATED, plans_of
from remyelin.person.inference.people import Simulated, simulated_under
from remyelin.person.inference.plan import Plan
from remyelin.person.inference.posterior import NEXT_LABS, NEXT_STUDIES, Picked, Posterior
from remyelin.person.inference.predictive import (
    BAND,
    Predicted,
    banded,
    compared,
    expected_width,
    grade_draws,
    path_at,
    signs_at,
    state_of,
    value_draws,
)
from remyelin.person.inference.settings import (
    RECORD_AFTER,
    RECORD_BEFORE,
    RECORD_BINS,
    RECORD_FORECAST_DRAWS,
    RECORD_MONTHS,
)
from remyelin.person.inference.steps import Step, steps
from remyelin.person.inference.studies import Asked
from remyelin.person.inference.verdict import unspoken, verdict, worsened
from remyelin.person.members import first_better
from remyelin.person.record import Entry
from remyelin.person.record.terms import SIGNS

Floats = NDArray[np.float64]
NEXT_SIGNS: Final = ("vibration", "ankle_jerk", "babinski")
DRAWN_FIRST: Final = "Any further blood is drawn on the day treatment starts, never instead of starting it."


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Persons of a posterior under one plan.

    Attributes
    ----------
    plan : Plan
    start : float or None
        Day of the first dose.
    days : (day,) array
    scale : (pick, day) array
        Points of the disability scale.
    symptoms, signs : mapping of str to (pick, day) array
    first_better : (pick,) array
        Days from the first dose until a symptom is noticeably better; infinite if none gets so, NaN where the first
        dose lies before the days of the forecast.
    """

    plan: Plan
    start: float | None
    days: Floats
    scale: Floats
    symptoms: dict[str, Floats]
    signs: dict[str, Floats]
    first_better: Floats


@dataclass(frozen=True, slots=True)
class Waited:
    """Cost of a later start against an earlier one, in points of the disability scale.

    Attributes
    ----------
    plan : str
    end : (float, float, float)
        Low, median and high of the points at the end of the course.
    average : (float, float, float)
        Of the mean of the points over these months.
    months : float
        From the earlier start, not before day 0, to the end of the forecast.
    """

    plan: str
    end: tuple[float, float, float]
    average: tuple[float, float, float]
    months: float

    @property
    def told_apart(self) -> bool:
        """Whether it is worse by a point of the scale, at the end or on average."""
        return max(self.average[1], self.end[1]) >= WORSE


@dataclass(frozen=True, slots=True)
class NextTest:
    """Value of one further result: how much narrower the band of the scale a year on would be on average."""

    kind: str
    name: str
    narrower: float


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Forecast from a posterior.

    Attributes
    ----------
    refused : str or None
        Why no course is given.
    fits : bool
    compared : tuple of Predicted
    plans : tuple of Followed
    waiting : tuple of Waited
    next_test : tuple of NextTest
    steps : tuple of Step
        The scale a year after the last entry, as entry after entry is used.

    Examples
    --------
    >>> from remyelin.person.inference import forecast
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> found = forecast(posterior, workers=1)
    >>> len(found.compared) == len(posterior.record.entries)
    True
    """

    refused: str | None
    fits: bool
    compared: tuple[Predicted, ...]
    plans: tuple[Followed, ...]
    waiting: tuple[Waited, ...]
    next_test: tuple[NextTest, ...]
    steps: tuple[Step, ...] = ()


def forecast(
    posterior: Posterior,
    *,
    others: bool = True,
    workers: int | None = None,
    progress: Callable[[str, float], None] = lambda step, share: None,
) -> Forecast:
    """Return the forecast of a posterior, or why it is refused.

    Parameters
    ----------
    posterior : Posterior
    others : bool
        Also follow other plans, and weigh further tests; a rough posterior never does.
    workers : int, optional
    progress : callable
        Called with the name of a step and the share done.

    Examples
    --------
    >>> from remyelin.person.inference import forecast
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> found = forecast(posterior, workers=1)
    >>> found.fits or bool(found.refused)
    True
    """
    # in order of date, as they are numbered for a reader; of one day as they were written
    entries = tuple(sorted(compared(posterior), key=lambda item: item.entry.day))
    fits, refused = verdict(posterior.record, entries, posterior.sample.effective)
    if refused is not None:
        return Forecast(refused, fits, entries, (), (), ())
    days = _days(posterior)
    others = others and not posterior.rough
    asked = [] if not others else [Asked(name, posterior.record.last_day) for name in NEXT_STUDIES]
    draws = posterior.sample.draws
    # the same hidden course under every plan, so that plans differ by treatment alone
    path = path_at(posterior, posterior.picked, days)
    chosen = chosen_picks(len(path), RECORD_FORECAST_DRAWS)
    few = _fewer(posterior.picked, chosen)
    wanted = plans_of(posterior) if others else ()

    def run(plans: Sequence[Plan], picked: Picked, asked: Sequence[Asked], begin: int) -> list[Simulated]:
        persons, back = np.unique(picked.person, return_inverse=True)

        def report(share: float) -> None:
            progress("plans", (begin + share * len(plans)) / (1 + len(wanted)))

        own = draws.at(persons)
        found = simulated_under(own, plans, days, asked, posterior.setting, report, workers)
        return [people.at(back) for people in found]

    picked, own_path = (few, path[chosen]) if posterior.rough else (posterior.picked, path)
    own = run((posterior.plan,), picked, asked, 0)[0]
    plans = [_followed(posterior, posterior.plan, own, picked, days, own_path)]
    now = int(np.searchsorted(days, 0.0))
    likelihood = posterior.likelihood
    today = {name: values[:, now] for name, values in plans[0].symptoms.items()}
    why = unspoken(likelihood.unmentioned, today, likelihood.reporting.grades[-1]) or worsened(
        posterior.plan, days, plans[0].scale
    )
    if why is not None:
        return Forecast(why, False, entries, (), (), ())
    if wanted:
        for plan, people in zip(wanted, run(wanted, few, (), 1), strict=True):
            plans.append(_followed(posterior, plan, people, few, days, path[chosen]))
    tests = () if not others else _next_tests(posterior, plans[0], own)
    return Forecast(None, fits, entries, tuple(plans), _waiting(plans), tests, steps(posterior))


def _days(posterior: Posterior) -> Floats:
    """Return the days of a forecast: a year before day 0, the months after it and after the last entry."""
    last, end = posterior.record.last_day, posterior.horizon
    days = {month * DAYS_PER_MONTH for month in (*RECORD_BEFORE, *RECORD_MONTHS)} | {end}
    days |= {last + month * DAYS_PER_MONTH for month in RECORD_AFTER}
    start = _start(posterior.plan)
    if start is not None and start > min(days):
        days.add(start)
    return np.array(sorted(day for day in days if day <= end))


def _start(plan: Plan) -> float | None:
    first = min((dose.time for order in plan.orders for dose in order.doses), default=None)
    return first if plan.begin is None else plan.begin


def chosen_picks(picks: int, count: int) -> NDArray[np.int64]:
    """Return the places of fewer picks, spread evenly over all."""
    return np.linspace(0, picks - 1, min(count, picks)).round().astype(np.int64)


def _fewer(picked: Picked, chosen: NDArray[np.int64]) -> Picked:
    hidden = picked.hidden
    return Picked(
        picked.person[chosen],
        picked.draw[chosen],
        findings.Nested(
            hidden.reserve[chosen],
            hidden.notice[chosen],
            hidden.size[chosen],
            hidden.path[chosen],
            hidden.examiner[chosen],
        ),
    )


def _followed(
    posterior: Posterior, plan: Plan, people: Simulated, picked: Picked, days: Floats, path: Floats
) -> Followed:
    state = state_of(posterior, people, picked, days, path)
    severities = {name: state.severities[name][:, 0] for name in clinic.COMPUTED}
    start = _start(plan)
    presence = np.broadcast_to(state.judge.presence, state.shape)[:, 0, 0]
    better = first_better(np.stack(list(severities.values()), axis=-1), days, start, presence)
    known = start is None or start >= days[0]  # of a first dose before the forecast begins nothing is known
    return Followed(
        plan,
        start,
        days,
        state.scale["total"][:, 0].astype(np.float64),
        severities,
        {name: values[:, 0] for name, values in signs_at(state).items()},
        np.nan_to_num(better, nan=np.inf, posinf=np.inf) if known else np.full(len(better), np.nan),
    )


def _waiting(plans: list[Followed]) -> tuple[Waited, ...]:
    """Compare later starts with the recorded one, or with one now where none is recorded, pick by pick."""
    named = {item.plan.name: item for item in plans}
    base = named.get(FROM_NOW) or plans[0]
    count = min(len(item.scale) for item in plans)
    picks = chosen_picks(len(base.scale), count)
    found = []
    for item in plans:
        later = item.plan.name.endswith("later") or (item.plan.name == UNTREATED and base is not item)
        if not later:
            continue
        # what is past differs by nothing and would thin the average
        ahead = item.days >= max(0.0, base.start or 0.0)
        difference = (item.scale - base.scale[picks])[:, ahead]
        months = np.diff(item.days[ahead]) / DAYS_PER_MONTH
        area = (0.5 * (difference[:, 1:] + difference[:, :-1]) * months).sum(axis=1)
        whole = float(months.sum())
        found.append(Waited(item.plan.name, _quantiles(difference[:, -1]), _quantiles(area / whole), whole))
    return tuple(found)


def _quantiles(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, BAND)
    return float(low), float(middle), float(high)


def _next_tests(posterior: Posterior, own: Followed, people: Simulated) -> tuple[NextTest, ...]:
    """Return how much each single further result would narrow the scale a year on, the best first."""
    now = posterior.record.last_day
    at = int(np.searchsorted(own.days, now + 12 * DAYS_PER_MONTH).clip(0, len(own.days) - 1))
    target = own.scale[:, at]
    # points are whole; a small known jitter makes widths of bins comparable
    rng = np.random.default_rng([posterior.seed, 6])
    target = target + rng.random(len(target)) - 0.5
    known = {(entry.kind, entry.name) for entry in posterior.record.entries if entry.day >= now - 1.0}
    results: list[tuple[str, str, Floats]] = []
    for number, name in enumerate(NEXT_LABS):
        if ("lab", name) not in known:
            entry = Entry(0, now, "lab", name, 1.0)
            results.append(("lab", name, value_draws(posterior, people, entry, 100 + number)))
    for number, name in enumerate(NEXT_STUDIES):
        if ("study", name) not in known:
            entry = Entry(0, now, "study", name, 1.0)
            results.append(("study", name, value_draws(posterior, people, entry, 200 + number)))
    days = np.array([now])
    # of the hidden courses that the scale a year on has, so that a sign tells what they share
    state = state_of(posterior, people, posterior.picked, days, path_at(posterior, posterior.picked, days))
    for number, name in enumerate(NEXT_SIGNS):
        if ("sign", name) not in known:
            examiner = rng.standard_normal((len(target), 1))
            below = findings.cumulative(SIGNS[name], state, 0, examiner, posterior.likelihood.reporting)
            grades = grade_draws(posterior, SIGNS[name], "sign", below, 300 + number)
            results.append(("sign", name, grades + 0.01 * rng.random(len(target))))
    bins = RECORD_BINS
    found = []
    for kind, name, result in results:
        # bins of the same sizes without information: what few draws alone would narrow
        nothing = np.mean([expected_width(target, rng.permutation(result), bins) for _ in range(8)])
        gain = 1.0 - expected_width(target, result, bins) / nothing if nothing > 0 else 0.0
        found.append(NextTest(kind, name, max(float(gain), 0.0)))
    return tuple(sorted(found, key=lambda item: -item.narrower))


def plan_data(item: Followed) -> dict[str, object]:
    """Return one plan as plain data of the answer."""
    months = [round(float(day) / DAYS_PER_MONTH, 2) for day in item.days]
    finite = np.quantile(item.first_better, (0.05, 0.5, 0.95), method="nearest") / DAYS_PER_MONTH
    low, median, high = (round(float(value), 2) if np.isfinite(value) else None for value in finite)
    return {
        "name": item.plan.name,
        "label": item.plan.label,
        "start": None if item.start is None else round(item.start / DAYS_PER_MONTH, 2),
        "scale": {"months": months, **banded(item.scale)},
        "symptoms": {name: {"months": months, **banded(values)} for name, values in item.symptoms.items()},
        "signs": {name: {"months": months, **banded(values)} for name, values in item.signs.items()},
        "first_better": {"median": median, "low": low, "high": high},
    }
