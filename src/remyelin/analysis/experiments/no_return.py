"""The point of no return: the loss two years after treatment, by the delay of treatment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import xarray as xr

from remyelin import clinic, cobalamin, nerve
from remyelin.analysis.experiments.bands import SPREAD, band, spread
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.errors import InputError
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers, percent
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.segments import CORTICOSPINAL_THORACIC, GRACILE, LEG_SENSORY_DISTAL
from remyelin.clinic.scores import ITEMS
from remyelin.evidence import Ledger
from remyelin.myelin import AXONAL, Parameters, members
from remyelin.person.case import load_case
from remyelin.person.chain import Chain
from remyelin.person.person import resolve
from remyelin.person.placement import UNTREATED
from remyelin.person.plans import exposure

CASE: Final = "pernicious-anaemia"
DELAYS: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0)  # months after the first point
LATER: Final = 24.0  # months after treatment
MEMBERS: Final = 60
SHOWN: Final = (
    (GRACILE, "gracile tract", "#0072B2"),
    (CORTICOSPINAL_THORACIC, "corticospinal tract", "#CC79A7"),
    (LEG_SENSORY_DISTAL, "sensory nerve, lower leg", "#009E73"),
)


def point_of_no_return(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Delay treatment by months and compute the functions still lost two years after it."""
    case = load_case(CASE)
    person = resolve(case, ledger)
    untreated = exposure(case, person, UNTREATED, ledger)
    body = nerve.Person.of(ledger, age=person.age, sex=person.sex, height=person.height)
    chain = Chain(ledger)
    progress("the untreated course")
    onset, items = _first_point(untreated, body, chain)
    progress("every delay in every member")
    sets = (chain.rates, *members(ledger, MEMBERS, also=AXONAL))
    before, after = _courses(untreated, onset, body, sets, chain)
    progress("conduction and disability")
    most = clinic.most_points(chain.judge)
    then, later = (
        clinic.functional_disability(chain.conduction(states, body), chain.judge)["total"]
        .transpose("member", "delay")
        .to_numpy()
        .astype(np.float64)
        for states in (before, after)
    )
    axons = {
        name: 100.0 * after["axons"].sel(segment=name).transpose("member", "delay").to_numpy()
        for name, *_ in SHOWN
    }
    thin = 100.0 * after["remyelinated"].sel(segment=GRACILE).transpose("member", "delay").to_numpy()
    bare = 100.0 * after["bare"].sel(segment=GRACILE).transpose("member", "delay").to_numpy()
    panels = (
        Panel(
            "Disability",
            "months treatment waited",
            f"points, 0 to {most}",
            (
                band("on the day of treatment", DELAYS, then, "#D55E00"),
                band("two years later", DELAYS, later, "#0072B2"),
            ),
            y_range=(0.0, most + 0.5),
        ),
        Panel(
            "Axons left two years after treatment",
            "months treatment waited",
            "%",
            tuple(band(label, DELAYS, axons[name], colour) for name, label, colour in SHOWN),
            y_range=(0.0, 105.0),
        ),
        Panel(
            "Sheaths of the gracile tract two years later",
            "months treatment waited",
            "% of internodes",
            (
                band("thin and short", DELAYS, thin, "#56B4E9"),
                band("bare", DELAYS, bare, "#9E2A2B"),
            ),
            y_range=(0.0, None),
        ),
        Panel(
            "Members without disability two years later",
            "months treatment waited",
            "%",
            (
                Series(
                    "no point on the scale",
                    list(DELAYS),
                    numbers(100.0 * (later[1:] == 0).mean(axis=0), 5),
                    "#444444",
                ),
            ),
            y_range=(0.0, 105.0),
        ),
    )
    rows = tuple(
        (
            delay,
            spread(then[1:, i], 2),
            spread(later[1:, i], 2),
            spread(axons[GRACILE][1:, i]),
            spread(axons[LEG_SENSORY_DISTAL][1:, i]),
            percent((later[1:, i] == 0).mean()),
        )
        for i, delay in enumerate(DELAYS)
    )
    year = DELAYS.index(12.0)
    return Result(
        question("point-of-no-return"),
        f"Scenario {CASE}, followed untreated to the first point of disability with the shipped numbers "
        f"(scored for {' and '.join(items)}), then treated after each delay by the UK neurological regimen and "
        f"seen {LATER:g} months later. The mental item is not computed, so that {most} points are the most. "
        f"{MEMBERS} members; the hazards of axons and the share that regrows, which no row of the layer fixes and "
        "only the recovery of one series of patients speaks of, are drawn from their ranges too.",
        [
            f"Treated at the first point, {percent((later[1:, 0] == 0).mean())} of the members have no disability two "
            f"years later; after a wait of a year {percent((later[1:, year] == 0).mean())}, with "
            f"{spread(later[1:, year], 2)} points left of {spread(then[1:, year], 2)}.",
            f"After half a year untreated the members have {spread(then[1:, DELAYS.index(6.0)], 2)} of the "
            f"{most} points. Where the scale is full longer waiting no longer shows on it, and still costs "
            "axons.",
            f"Sheaths come back: after a year's wait no member has more than {bare[1:, year].max():.1g} % of the "
            "gracile internodes bare two years after treatment. Axons do not come back: "
            f"{spread(axons[GRACILE][1:, year])} % are left in the gracile tract, "
            f"{spread(axons[LEG_SENSORY_DISTAL][1:, year])} % in the lower leg, where some regrow.",
            "There is no day of no return in the model but a rate: each month of waiting costs axons, in the "
            "centre for good. How many is the least known thing here, as the width of the bands shows. Treatment "
            "should not be delayed: a score of 0 two years later holds neither the axons lost nor the disability "
            "until then.",
        ],
        (
            Table(
                "Median of the members (5 to 95 %)",
                (
                    "months waited",
                    "points at treatment",
                    "points two years later",
                    "gracile axons, %",
                    "sensory axons of the lower leg, %",
                    "without disability",
                ),
                rows,
            ),
        ),
        (
            Figure(
                "point-of-no-return",
                "Cost of waiting",
                f"Lines: shipped numbers; bands: {SPREAD}, with the axonal numbers drawn from their ranges.",
                panels,
                panel_height=2.5,
            ),
        ),
        ("healton1991", "agamanolis1978", "trapp1998", "kornek2000"),
    )


def _first_point(untreated: cobalamin.Exposure, body: nerve.Person, chain: Chain) -> tuple[float, list[str]]:
    """Return the day of the first point of disability, untreated, and which items of the scale have it."""
    days = np.arange(-6.0 * 365.25, 4.0 * 365.25, 15.0)
    states = chain.myelin(chain.chemistry(untreated, days), body)
    scale = clinic.functional_disability(chain.conduction(states, body), chain.judge)
    total = scale["total"].to_numpy()
    if not (total > 0).any():
        raise InputError(
            f"with these numbers {CASE} never comes to a point of disability, so that no treatment can be late; change "
            "the values of --set."
        )
    first = int((total > 0).argmax())
    return float(days[first]), [name for name in ITEMS if int(scale[name][first]) > 0]


def _courses(
    untreated: cobalamin.Exposure,
    onset: float,
    body: nerve.Person,
    sets: Sequence[Parameters],
    chain: Chain,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the states on the day of treatment and two years later, over member and delay."""
    begins = onset + DAYS_PER_MONTH * np.array(DELAYS)
    ends = begins + LATER * DAYS_PER_MONTH
    history = np.arange(onset - 8.0 * 365.25, ends[-1], 30.4375)
    close = np.concatenate([begin + np.array([1.0, 2.0, 4.0, 7.0, 14.0, 28.0]) for begin in begins])
    times = np.unique(np.concatenate([history, begins, close, ends]))
    drives = [
        chain.chemistry(
            cobalamin.treated(
                untreated,
                cobalamin.read_order("uk neurological", begin, float(ends[-1]) + 1.0, chain.ledger),
            ),
            times,
        )
        for begin in begins
    ]
    chemistry = xr.concat(drives, "delay")
    states = chain.myelin(chemistry, body, sets, keep=np.concatenate([begins, ends]))
    pick = xr.DataArray(np.arange(len(begins)), dims="delay")
    return tuple(  # type: ignore[return-value]
        states.sel(time=xr.DataArray(dates, dims="delay")).isel(delay=pick).drop_vars("time")
        for dates in (begins, ends)
    )
