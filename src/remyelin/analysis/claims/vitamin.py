"""Runs of the vitamin itself: its forms, its way into the brain, and the limits of treatment."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from remyelin import cobalamin
from remyelin.analysis.claims.planned import planned, said, under
from remyelin.analysis.claims.run import Progress, Row, Run, direction, held, targets
from remyelin.analysis.protocols.trials import trials
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.evidence import Ledger

FORMS: Final = ("cyanocobalamin", "hydroxocobalamin", "methylcobalamin")
ORDER: Final = (
    "{form} 1 mg im every 7 d for 28 d, then every 60 d"  # the same for each form; nobody's prescription
)
FOLIC_ACID: Final = 5.0  # mg/day, in the run that masks
LITTLE: Final = 0.02  # of the potential for methylation, below which forms do not differ


def methylcobalamin(ledger: Ledger, progress: Progress) -> Run:
    """The three experiments of the article's main source."""
    rows = targets(
        ledger,
        "mecbl_erk_down",
        "mecbl_mbp_up",
        "mecbl_coculture",
        "mecbl_lpc_earlier",
        "mecbl_dose_order",
        progress=progress,
    )
    return Run(
        "Schwann cells in culture, with neurons, and the rat's nerve after a toxin, with and without the drug. The "
        "size of the drug's effect is an assumption, chosen to give the reported direction.",
        rows,
        "built in" if direction(rows) == "agrees" else direction(rows),
        held(rows),
    )


def fluid(ledger: Ledger, progress: Progress) -> Run:
    """The ratio of cerebrospinal to serum B12."""
    rows = targets(ledger, "csf_serum_normal", "csf_serum_falls", progress=progress)
    return Run(
        "A person of 80 given methylcobalamin by injection for eight weeks. That entry to the fluid saturates is built "
        "in, since without it the ratio would not fall.",
        rows,
        "built in" if direction(rows) == "agrees" else direction(rows),
        {"ratio": f"{rows[0].value or 0:.3f}", "falls": "falls" if rows[1].holds else "does not fall"},
    )


def barrier(ledger: Ledger, progress: Progress) -> Run:
    """The barrier, and thinking, when homocysteine is lowered."""
    rows = targets(ledger, "qalb_falls", progress=progress)
    progress("two trials")
    found = {trial.name: trial for trial in trials(ledger)}
    thinking, brain = found["clarke2014"], found["smith2010"]
    rows += (
        Row(
            "change of thinking in two years of B12, B6 and folate",
            thinking.model,
            "SD",
            f"{thinking.published:g} in 11 trials",
            thinking.verdict == "holds",
        ),
        Row(
            "change of the brain's shrinkage under the same",
            brain.model,
            "%/y",
            f"{brain.published:.2g} in one trial",
            brain.verdict == "holds",
        ),
    )
    return Run(
        "A person of 75 with raised homocysteine under B12 and folate; then the large trials of lowering homocysteine. "
        "That the barrier follows homocysteine is built in, as a hypothesis.",
        rows,
        "built in" if rows[0].holds else "disagrees",
        {"change": f"{thinking.homocysteine_change:.0f}", "thinking": f"{thinking.model:+.2f}"},
    )


def _patient(ledger: Ledger, *, folic_acid: float = 0.0, order: str = "") -> Any:
    """Return the course of a deficient person over a year from day 0; days -1, 0, 7 and monthly."""
    person = cobalamin.Exposure(
        age=60.0,
        food_intake=cobalamin.constant(ledger["absorption.reference_intake"]),
        meals_per_day=ledger["absorption.meals_per_day"],
        intrinsic_factor=cobalamin.steps(1.0, [(-5 * DAYS_PER_YEAR, 0.0)]),
        folic_acid=cobalamin.steps(0.0, [(0.0, folic_acid)]),
        doses=cobalamin.regimen(order, 0.0, DAYS_PER_YEAR, ledger) if order else (),
    )
    days = np.concatenate([[-1.0, 0.0, 7.0], np.arange(1, 13) * DAYS_PER_MONTH])
    return cobalamin.simulate(person, days, cobalamin.Parameters.from_ledger(ledger))


def forms(ledger: Ledger, progress: Progress) -> Run:
    """The same injections in three forms."""
    rows = []
    for form in FORMS:
        progress(form)
        after = _patient(ledger, order=ORDER.format(form=form))["methylation"].sel(compartment="peripheral")
        rows.append(
            Row(f"methylation of nerves after a week of {form}", 100 * float(after[2]), "% of replete")
        )
        rows.append(Row(f"the same after a year of {form}", 100 * float(after[-1]), "% of replete"))
    year = [row.value or 0.0 for row in rows[1::2]]
    best, rest = year[-1], max(year[:-1])
    week = [row.value or 0.0 for row in rows[0::2]]
    first = max(range(len(FORMS)), key=week.__getitem__)
    trial = planned("methylcobalamin", progress)
    return Run(
        "A person five years without intrinsic factor, the same order of injections in each form. In the model all "
        "forms become the same inside the cell; they differ in the share retained, and of methylcobalamin as much is "
        "taken to be retained as of cyanocobalamin.",
        (*rows, *trial),
        "agrees" if best > rest + 100 * LITTLE else "built in",
        {
            "methyl": f"{best:.0f}",
            "cyano": f"{year[0]:.0f}",
            "hydroxo": f"{year[1]:.0f}",
            "first": FORMS[first],
            "week": f"{week[first]:.0f}",
            "methylweek": f"{week[-1]:.0f}",
            "fastest": said(under("fastest repair", trial)),
            "rats": said(under("as in rats", trial)),
        },
    )


def risks(ledger: Ledger, progress: Progress) -> Run:
    """Return the harm within the model's reach: the blood that recovers while nerves do not."""
    progress("folic acid alone")
    plain, masked = _patient(ledger), _patient(ledger, folic_acid=FOLIC_ACID)
    blood = [float(item["haemoglobin"][-1]) for item in (plain, masked)]
    nerve = [100 * float(item["methylation"].sel(compartment="peripheral")[-1]) for item in (plain, masked)]
    rows = (
        Row("haemoglobin after a year without treatment", blood[0], "g/L"),
        Row("the same with folic acid alone", blood[1], "g/L"),
        Row("methylation of nerves, without treatment", nerve[0], "% of replete"),
        Row("the same with folic acid alone", nerve[1], "% of replete"),
    )
    return Run(
        "A person five years without intrinsic factor who takes only folic acid: the masking that labels warn of. "
        "Allergy, the heart's rhythm and the eye are outside the model.",
        rows,
        "silent",
        {
            "before": f"{blood[0]:.0f}",
            "after": f"{blood[1]:.0f}",
            "nerve": f"{nerve[1]:.0f}",
        },
    )
