"""Conditions that should and should not injure the cord, at homocysteine of the same height."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from remyelin import cobalamin
from remyelin.analysis.experiments.bands import MEMBERS, SPREAD, band, spread
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.animals import course
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.evidence import Ledger
from remyelin.myelin import Parameters, members

YEARS: Final = 10.0
AGE: Final = 45.0
START: Final = 365.0
MMA: Final = 50_000.0  # nmol/L, isolated mutase defect
FLOOR: Final = 0.01  # %, so that nothing can be drawn on a logarithmic axis
HEALTHY: Final = 1.0  # % of internodes that a negative control may injure
CONTROLS: Final = (
    # label, how it is made, expected to injure, why it does not, colour
    (
        "folate deficiency",
        "folate 0.07 of sufficient",
        False,
        "folate acts on plasma homocysteine alone",
        "#0072B2",
    ),
    ("renal failure", "filtration 6 mL/min", False, "clearance of plasma alone", "#56B4E9"),
    ("CBS deficiency", "homocysteine tenfold", False, "plasma homocysteine alone", "#009E73"),
    ("mutase defect", "methylmalonate 50 umol/L", False, "methylmalonate has no weight", "#8E6C8A"),
    ("B12 deficiency", "intrinsic factor lost in year 1", True, "", "#D55E00"),
    ("synthase defect (cblE, cblG)", "synthase at a tenth from birth", True, "", "#9E2A2B"),
    ("nitrous oxide", "2 h a day of 50 %, from year 1", True, "", "#E69F00"),
)


def controls(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Follow each condition for ten years."""
    days = np.arange(0.0, YEARS * DAYS_PER_YEAR, 30.0)
    sets = (Parameters.from_ledger(ledger), *members(ledger, MEMBERS))
    kinetics = cobalamin.Parameters.from_ledger(ledger)
    levels: list[Series] = []
    lesions: list[Series] = []
    rows: list[tuple[str | float | None, ...]] = []
    agree = 0
    for label, made, injures, why, colour in CONTROLS:
        progress(label)
        body = cobalamin.simulate(_person(label), days, kinetics)
        potential = body["methylation"].sel(compartment="central").to_numpy()
        extra: dict[str, Any] = {"mma": np.full(days.size, MMA)} if label == "mutase defect" else {}
        site = course(sets, "posterior_column", days, potential, age=AGE, **extra)
        lesion = 100.0 * (1.0 - site["intact"].to_numpy())
        homocysteine = body["homocysteine"].to_numpy()
        levels.append(band(label, days / DAYS_PER_YEAR, homocysteine, colour))
        lesions.append(band(label, days / DAYS_PER_YEAR, np.maximum(lesion, FLOOR), colour))
        worst = lesion.max(axis=-1)
        holds = ((worst[1:] > HEALTHY) == injures).mean()
        agree += int(holds == 1.0)
        rows.append(
            (
                label,
                made,
                float(homocysteine.max()),
                float(potential.min()),
                float(worst[0]),
                spread(worst[1:]),
                "injures" if injures else "spares",
                why,
            )
        )
    return Result(
        question("controls"),
        f"A person of {AGE:g}, {YEARS:g} years; share of posterior column internodes not intact. {MEMBERS} members.",
        [
            f"{agree} of the {len(CONTROLS)} conditions come out in every member as they do in people.",
            "That plasma homocysteine does not matter is built in: it is read off, never fed back. The table names "
            "for each control what spares it, so that none is mistaken for a test of something learnt from data.",
            "Severe deficiency of methylenetetrahydrofolate reductase injures myelin too; the model has no supply "
            "of methyl groups to the synthase inside the tissue, so it stands with the synthase defects.",
        ],
        (
            Table(
                "Ten years",
                (
                    "condition",
                    "made by",
                    "highest homocysteine, umol/L",
                    "lowest methylation",
                    "not intact, %",
                    "members",
                    "in people",
                    "spared because",
                ),
                tuple(rows),
            ),
        ),
        (
            Figure(
                "controls",
                "Negative and positive controls",
                f"Lines: shipped numbers; bands: {SPREAD}. In the picture of the posterior column the shaded "
                "range is what a spared cord may show. What lies at the bottom is nothing at all.",
                (
                    Panel(
                        "Plasma homocysteine", "years", "umol/L", tuple(levels), log=True, normal=(None, 15.0)
                    ),
                    Panel(
                        "Posterior column, not intact",
                        "years",
                        "% of internodes",
                        tuple(lesions),
                        log=True,
                        y_range=(0.5 * FLOOR, 100.0),
                        normal=(None, HEALTHY),
                    ),
                ),
                panel_height=3.2,
            ),
        ),
        ("shorvon1980", "surtees1993"),
    )


def _person(label: str) -> cobalamin.Exposure:
    """Return the person with a condition."""
    changes: dict[str, dict[str, Any]] = {
        "folate deficiency": {"folate_status": cobalamin.constant(0.07)},
        "renal failure": {"filtration": cobalamin.constant(6.0)},
        "CBS deficiency": {"metabolite_scale_hcy": 10.0},
        "B12 deficiency": {"intrinsic_factor": cobalamin.ramp(1.0, START, 2.0 * START, 0.0)},
        "synthase defect (cblE, cblG)": {"synthase_capacity": 0.1},
        "nitrous oxide": {"nitrous_oxide": (cobalamin.NitrousOxide(START, YEARS * DAYS_PER_YEAR, 2.0, 0.5),)},
    }
    return cobalamin.Exposure(
        age=AGE,
        food_intake=cobalamin.constant(5.0),
        meals_per_day=3.0,
        **changes.get(label, {}),
    )
