"""Forecast of a bundle with dates: the model is fitted to every value, treated or not, as `remyelin fit` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from remyelin.base.plain import percent, ranged
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.check.answer import OWN, Line
from remyelin.check.forecast import SCHEDULE_SOURCE, Forecast
from remyelin.evidence import Ledger
from remyelin.person.course import DISCLAIMER
from remyelin.person.forecast_guard import headline
from remyelin.person.inference import answer, fit_person
from remyelin.person.inference import forecast as follow
from remyelin.person.inference.forecast import Forecast as Followed
from remyelin.person.inference.posterior import Posterior
from remyelin.person.inference.sentences import ends_of, left_out_of, sentences_of
from remyelin.person.record import Record


def dated_forecast(
    record: Record,
    ledger: Ledger,
    progress: Callable[[str], None] = lambda step: None,
    *,
    persons: int | None = None,
) -> Forecast:
    """Fit the model to a dated record and return its forecast, or the reason of a refusal.

    Parameters
    ----------
    record : Record
    ledger : Ledger
    progress : callable
        Called with the name of each step.
    persons : int, optional
        Simulated at the most; as many as `remyelin fit` when omitted.
    """

    def step(name: str, share: float) -> None:
        progress(f"{name}, {percent(share)}")

    posterior = fit_person(record, ledger, persons=persons, progress=step)
    found = follow(posterior, progress=step)
    if found.refused is not None:
        lines = (
            Line("forecast", headline(found.refused), (OWN,), "own"),
            Line("forecast", DISCLAIMER, (OWN,), "own"),
            *(_model(item.text) for item in left_out_of(answer(posterior, found))),
        )
        return Forecast(lines, found.refused)
    return Forecast(tuple(_lines(posterior, found)), None)


def _lines(posterior: Posterior, found: Followed) -> Iterator[Line]:
    data = answer(posterior, found)
    left_out = left_out_of(data)
    yield _model(DISCLAIMER)
    yield from (_model(item.text) for item in left_out if item.place == "head")
    causes = [f"{name} {percent(share)}" for name, share in data["causes"].items() if share >= 0.05]
    text = (
        f"Fitted to {len(data['entries'])} dated results: {data['persons']} persons were simulated, and count as "
        f"{data['effective_sample']:.0f} by how well they agree. "
    )
    if len(data["causes"]) > 1:
        text += f"Causes that agree: {', '.join(causes)}. "
    if data["rests_on"]["not_stated"]:
        text += f"Not known, and filled with a usual value or inferred: {', '.join(data['rests_on']['not_stated'])}. "
    text += "Every plan is run to compare, and none is a suggestion for anybody."
    yield Line("forecast", text, (SCHEDULE_SOURCE, OWN), "model")
    for item in data["disagrees"]:
        yield _model(f"{item['entry'].capitalize()} disagrees with the others: {item['reason']}.")
    for item in found.plans:
        now = int(np.searchsorted(item.days, 0.0))
        year = int(np.argmin(np.abs(item.days - DAYS_PER_YEAR)))
        places = [_band(item.scale[:, at]) for at in (now, year, len(item.days) - 1)]
        end = item.days[-1] / DAYS_PER_MONTH
        label = "no treatment" if item is found.plans[0] and item.start is None else item.plan.label
        text = (
            f"{label[0].upper()}{label[1:]}: disability {places[0]} on day 0, {places[1]} after a year, "
            f"{places[2]} after {end:.0f} months, on a scale from 0 (none) to 16; "
            "median, and in brackets 90 % of the persons who agree."
        )
        yield _model(text)
    for sentence in sentences_of(data, ends_of(found)):
        if sentence.place in ("forecast", "limits"):
            yield _model(sentence.text)
    yield from (_model(item.text) for item in left_out if item.place != "head")


def _band(values: NDArray[np.float64]) -> str:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return ranged(f"{middle:.0f}", f"{low:.0f}", f"{high:.0f}")


def _model(text: str) -> Line:
    return Line("forecast", text, (OWN,), "model")
