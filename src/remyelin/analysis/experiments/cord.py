"""Toxin lesions of the cord: young and old animals, and the cat's posterior columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from remyelin.analysis.experiments.bands import (
    MEMBERS,
    SPREAD,
    Floats,
    against,
    band,
    first_time,
    points,
    spread,
)
from remyelin.analysis.experiments.registry import Result, question
from remyelin.analysis.protocols.animals import YOUNG, conducting, toxin_lesion
from remyelin.base.figure import Figure, Panel
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_WEEK
from remyelin.evidence import Ledger
from remyelin.myelin import Parameters, members

TRACT: Final = "posterior_column"
OLD: Final = 32.0  # equivalent human age of a rat of 9 to 12 months, by assumption
COMPLETE: Final = 0.95
INTERNODES: Final = 3.0
CENTRAL_G: Final = 0.77  # axon over fibre diameter of central fibres (Chomiak and Hu 2009)
STABLE: Final = 0.9  # of the final velocity
LONGEST: Final = 500.0  # days
LATE: Final = 9  # of the ages: 65 years
AGES: Final = tuple(float(age) for age in range(20, 85, 5))


def young_and_old(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Strip white matter at different ages and wait until it is remyelinated."""
    sets = (Parameters.from_ledger(ledger), *members(ledger, MEMBERS))
    progress("a young and an old rat")
    sites = {
        name: toxin_lesion(sets, TRACT, days=150.0, age=age) for name, age in (("young", YOUNG), ("old", OLD))
    }
    days = sites["young"]["time"].to_numpy()
    share = {name: 1.0 - site["bare"].to_numpy() for name, site in sites.items()}
    done = {
        name: first_time(days, values >= COMPLETE, after=2.0) / DAYS_PER_WEEK
        for name, values in share.items()
    }
    at23 = 100.0 * share["young"][:, int(np.argmin(abs(days - 23.0)))]

    progress("every age")
    by_age = np.stack([_weeks(sets[: MEMBERS // 4], age) for age in AGES], axis=-1)
    low, high = ledger.entry("myelin.age.halving").range or (0.0, 0.0)
    scales = {
        halving: np.array([_weeks([replace(sets[0], age_halving=halving)], age)[0] for age in AGES])
        for halving in (low, high)
    }
    ratio = done["old"][1:] / done["young"][1:]
    panels = (
        Panel(
            "Sheathed axons after a lesion of white matter",
            "weeks",
            "%",
            (
                band("young rat", days / DAYS_PER_WEEK, share["young"], "#009E73", scale=100.0, every=5),
                band("old rat", days / DAYS_PER_WEEK, share["old"], "#8E6C8A", scale=100.0, every=5),
                points("complete, young and old (Shields 1999)", [4.0, 9.0], [95.0, 95.0]),
                points(
                    "mouse, day 23 (Jeffery 1995)",
                    [23.0 / DAYS_PER_WEEK],
                    [95.0],
                    "#D55E00",
                    low=[85.0],
                    high=[100.0],
                ),
            ),
            y_range=(0.0, 105.0),
            x_range=(0.0, 16.0),
        ),
        Panel(
            "Time to 95 %, by age",
            "years, human",
            "weeks",
            (
                band("repair halves in 40 years (shipped)", AGES, by_age, "#0072B2"),
                band(f"in {low:g} years", AGES, scales[low], "#D55E00", dashed=True),
                band(f"in {high:g} years", AGES, scales[high], "#56B4E9", dashed=True),
                points("old rat, put at 32 years", [OLD], [9.0], "#8E6C8A", low=[7.0], high=[12.0]),
            ),
            log=True,
        ),
    )
    return Result(
        question("young-and-old"),
        f"Posterior column stripped within day 0, replete. A rat of two months stands for {YOUNG:g} years, one of 9 "
        f"to 12 months for {OLD:g}: the scale is assumed, and so is the speed at which repair slows with it. "
        f"{MEMBERS} members of the ensemble; the scale of age is the shipped one in all of them.",
        [
            f"Young: complete in {spread(done['young'][1:])} weeks, published 4 (a calibration row). Old: "
            f"{spread(done['old'][1:])} weeks, published 9 (7 to 12): missed. The ratio is {spread(ratio)}, "
            "published 2.2.",
            f"With repair halved every {low:g} years, the steep end of the range, white matter takes "
            f"{_after(scales[low])} at {AGES[LATE]:g} years, with the shipped 40 years {_after(by_age[0])}. The rat "
            "speaks for the steeper; nothing read decides for people.",
            f"Mouse on day 23: {spread(at23[1:])} % sheathed, published almost all.",
        ],
        (
            against(
                "Weeks to 95 % with a sheath",
                "animal",
                (("young", 4.0, done["young"]), ("old", 9.0, done["old"])),
            ),
        ),
        (
            Figure(
                "young-and-old",
                "Remyelination and age",
                f"Lines: shipped numbers; bands: {SPREAD}; dots: published.",
                panels,
                panel_height=3.0,
            ),
        ),
        ("shields1999", "jeffery1995", "gilson1993"),
    )


def cat_columns(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Follow conduction through a lesion of the posterior columns until it is stable."""
    sets = (Parameters.from_ledger(ledger), *members(ledger, MEMBERS))
    progress("the lesion in every member")
    site = toxin_lesion(sets, TRACT, days=400.0)
    days = site["time"].to_numpy()
    through = conducting(site, INTERNODES)
    velocity = np.sqrt(np.log1p(site["thickness"].to_numpy() * (1.0 / CENTRAL_G - 1.0)) / -np.log(CENTRAL_G))
    onset = first_time(days, through >= 0.05, after=2.0)
    reached = velocity >= STABLE * velocity.max(axis=-1, keepdims=True)
    stable = first_time(days, reached, after=2.0) / DAYS_PER_MONTH
    thickness = site["thickness"].to_numpy()
    panels = (
        Panel(
            "Axons that conduct through the lesion",
            "days",
            "%",
            (
                band("no bare internode of three", days, through, "#0072B2", scale=100.0, every=3),
                points("first conduction (Smith 1981)", [13.0], [5.0]),
            ),
            y_range=(0.0, 105.0),
            x_range=(0.0, 60.0),
        ),
        Panel(
            "New sheaths",
            "months",
            "of normal",
            (
                band("thickness", days / DAYS_PER_MONTH, thickness, "#E69F00", every=15),
                band(
                    "velocity in the lesion, cable theory",
                    days / DAYS_PER_MONTH,
                    velocity,
                    "#444444",
                    every=15,
                ),
            ),
            y_range=(0.0, 1.05),
            marks=(3.0,),
        ),
    )
    return Result(
        question("cat-columns"),
        "Posterior column stripped within day 0; three internodes in series. Velocity in the lesion by cable "
        f"theory, the square root of -ln g with {CENTRAL_G:g} for a full sheath; stable within a tenth of its end. "
        f"{MEMBERS} members.",
        [
            f"First conduction on day {spread(onset[1:])}; published in the latter part of week 2. The row chose "
            "nothing.",
            f"Stable after {spread(stable[1:])} months; published within 3, marked by the dotted line, with sheaths "
            f"that stay thin. Here they end at {spread(thickness[1:, -1])} of normal, which is set by an assumed "
            "limit.",
            "The refractory period of transmission, first long and then normal in the cat, is not computed here.",
        ],
        (against("Cat", "event", (("first conduction, day", 13.0, onset), ("stable, months", 3.0, stable))),),
        (
            Figure(
                "cat-columns",
                "A lesion of the cat's posterior columns",
                f"Lines: shipped numbers; bands: {SPREAD}.",
                panels,
                panel_height=3.0,
            ),
        ),
        ("smith1981",),
    )


def _after(weeks: Floats) -> str:
    found = weeks[LATE]
    return f"{found:.0f} weeks" if np.isfinite(found) else f"more than {LONGEST / DAYS_PER_WEEK:.0f} weeks"


def _weeks(sets: Sequence[Parameters], age: float) -> Floats:
    """Return the weeks to 95 % with a sheath at an age, by member."""
    site = toxin_lesion(sets, TRACT, days=LONGEST, age=age)
    sheathed = 1.0 - site["bare"].to_numpy()
    weeks: Floats = first_time(site["time"].to_numpy(), sheathed >= COMPLETE, after=2.0) / DAYS_PER_WEEK
    return weeks
