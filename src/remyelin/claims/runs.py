"""The runs of the model that bear on a claim. Conditions of a run stand here; what it needs of biology, in the ledger.

A run says which way it points from what came out, not from what was hoped: see ``bearing``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np

from remyelin import clinic, cobalamin
from remyelin.case import load_case
from remyelin.course import Course, run_course
from remyelin.evidence import Entry, Ledger, load_references, load_targets
from remyelin.fibre import conduct, lose_lamellae, mrg, sundt_c_fibre
from remyelin.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.validation import validate
from remyelin.validation.trials import trials

Progress = Callable[[str], None]
YEAR: Final = DAYS_PER_YEAR
CASE: Final = "pernicious-anaemia"
FORMS: Final = ("cyanocobalamin", "hydroxocobalamin", "methylcobalamin")
ORDER: Final = (
    "{form} 1 mg im every 7 d for 28 d, then every 60 d"  # the same for each form; nobody's prescription
)
FOLIC_ACID: Final = 5.0  # mg/day, in the run that masks
SHARES: Final = (1.0, 0.5, 0.1, 0.01)  # of the lamellae left
WARM: Final = 37.0  # C
LITTLE: Final = 0.02  # of the potential for methylation, below which forms do not differ


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a run, beside the published bounds where it has any."""

    what: str
    value: float | None
    unit: str
    published: str = ""
    holds: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What the model says of a claim.

    Attributes
    ----------
    what : str
        What was computed, in one sentence.
    rows : tuple of Row
    bearing : str
        ``agrees``, ``disagrees``, ``mixed``, ``built in`` or ``silent``.
    words : mapping of str to str
        Numbers of the run as text, for the sentence of the verdict.
    """

    what: str
    rows: tuple[Row, ...]
    bearing: str
    words: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the run as plain data."""
        return {
            "what": self.what,
            "bearing": self.bearing,
            "rows": [asdict(row) for row in self.rows],
            "words": dict(self.words),
        }


def targets(ledger: Ledger, *names: str, progress: Progress) -> tuple[Row, ...]:
    """Compute rows of the published targets, each with whether it holds."""
    quantity = {target.name: target.quantity for target in load_targets()}
    rows = []
    for name in names:
        progress(name)
        for found in validate(ledger, name):
            rows.append(
                Row(
                    f"{quantity[name]} ({found.role})",
                    found.simulated,
                    "" if found.unit in ("holds", "-") else found.unit,
                    "yes"
                    if found.unit == "holds"
                    else f"{found.published} ({found.lower:g} to {found.upper:g})",
                    found.holds,
                    found.note,
                )
            )
    return tuple(rows)


def _direction(rows: tuple[Row, ...]) -> str:
    """Whether all, none or some of the rows hold."""
    held = [bool(row.holds) for row in rows if row.holds is not None]
    return "agrees" if held and all(held) else "mixed" if any(held) else "disagrees"


def _held(rows: tuple[Row, ...]) -> dict[str, str]:
    return {"held": str(sum(row.holds is True for row in rows)), "rows": str(len(rows))}


def wires(ledger: Ledger, progress: Progress) -> Run:
    """A fibre with and one without myelin."""
    progress("two fibres")
    sheathed = float(conduct([mrg(10.0, 51, temperature=WARM, ledger=ledger)])["velocity"][0])
    bare = float(conduct([sundt_c_fibre(1.0, 10.0, temperature=WARM, ledger=ledger)])["velocity"][0])
    return Run(
        "A myelinated fibre of 10 um and an unmyelinated one of 1 um, both conducting at 37 C.",
        (
            Row("velocity with myelin", sheathed, "m/s"),
            Row("velocity of the fibre that never had any", bare, "m/s"),
        ),
        "built in",
        {"sheathed": f"{sheathed:.0f}", "bare": f"{bare:.1f}"},
    )


def signals(ledger: Ledger, progress: Progress) -> Run:
    """A fibre that loses its lamellae."""
    progress("thinning a fibre")
    whole = mrg(10.0, 51, temperature=WARM, grid="converged", ledger=ledger)
    fibres = [whole if share == 1 else lose_lamellae(whole, range(50), share) for share in SHARES]
    speeds = [float(speed) for speed in conduct(fibres)["velocity"].to_numpy()]
    rows = tuple(
        Row(
            f"velocity with {share:.0%} of the lamellae"
            + ("" if np.isfinite(speed) else ": no impulse arrives"),
            speed if np.isfinite(speed) else None,
            "m/s",
        )
        for share, speed in zip(SHARES, speeds, strict=True)
    )
    slower = all(b < a for a, b in pairwise(speeds) if np.isfinite(b))
    blocked = not np.isfinite(speeds[-1])
    return Run(
        "The double cable of a 10 um fibre at 37 C, all its sheaths thinned alike.",
        rows,
        "agrees" if slower and blocked else "mixed" if slower or blocked else "disagrees",
        {
            "whole": f"{speeds[0]:.0f}",
            "half": f"{speeds[1]:.0f}",
            "tenth": f"{speeds[2]:.0f}",
            "last": "it stops" if blocked else f"it falls to {speeds[-1]:.0f} m/s",
        },
    )


def maintenance(ledger: Ledger, progress: Progress) -> Run:
    """Methylation lost with and without cobalamin; homocysteine raised without either."""
    rows = targets(
        ledger,
        "neg_folate",
        "neg_renal",
        "neg_mutase",
        "pos_methylation",
        "vacuole_before_axon",
        progress=progress,
    )
    return Run(
        "Ten years of raised homocysteine or methylmalonic acid for other reasons (controls: the cord must stay "
        "whole), and a lack of the enzyme that needs B12 with B12 itself normal.",
        rows,
        # that homocysteine and methylmalonate do not reach myelin was decided, not found
        "built in" if _direction(rows) == "agrees" else _direction(rows),
        _held(rows),
    )


@lru_cache(maxsize=2)
def _course(ledger: Ledger) -> Course:
    return run_course(load_case(CASE), ledger)


def _scores(course: Course, plan: str) -> tuple[float, float, float]:
    """Disability today, after a year and at the end."""
    score = course.data["disability"].sel(plan=plan)
    return tuple(  # type: ignore[return-value]
        float(score.sel(time=day, method="nearest")) for day in (0.0, YEAR, float(score["time"][-1]))
    )


def gradual(ledger: Ledger, progress: Progress) -> Run:
    """Severity by duration, and what stays."""
    rows = targets(ledger, "severity_duration", "delay_monotone", progress=progress)
    progress("one course")
    course = _course(ledger)
    axons = course.data["pathway_axons"].sel(pathway="tibial_sep").isel(time=-1)
    kept = {name: float(axons.sel(plan=name)) for name in ("as given", "12 months later")}
    rows += tuple(
        Row(
            f"fibres of the leg's path in the cord left after three years, treated {label}",
            100 * kept[name],
            "%",
        )
        for name, label in (("as given", "when found"), ("12 months later", "a year later"))
    )
    lost = kept["12 months later"] < kept["as given"] < 1
    return Run(
        f"200 virtual patients with pernicious anaemia, and the case {CASE!r} treated when found or a year later.",
        rows,
        "agrees" if lost and _direction(rows) == "agrees" else "mixed",
        {"early": f"{100 * kept['as given']:.0f}", "late": f"{100 * kept['12 months later']:.0f}"},
    )


def _frequency(entry: Entry | None) -> str:
    """Write a published frequency with whom it comes from."""
    if entry is None:
        return "no frequency found"
    named = [load_references()[key].fields for key in entry.source]
    who = "; ".join(
        " ".join((get.get("author") or get.get("note", "").split(";")[0], get.get("year", ""))).strip()
        for get in named
    )
    memory = ", from memory" if entry.mark == "recall" else ""
    return f"{entry.value:g} % ({who}{memory})"


def symptoms(ledger: Ledger, progress: Progress) -> Run:
    """Which of the nineteen the model computes, and how often published series saw them."""
    listed = clinic.catalogue(ledger)
    rows = tuple(
        Row(
            f"{item.number}. {item.name} ({item.status})",
            None,
            "",
            _frequency(item.frequency),
            note=item.correction,
        )
        for item in listed
    )
    checked = targets(ledger, "first_symptom", "gait_scd", "babinski_scd", "lhermitte_n2o", progress=progress)
    computed = sum(item.status == "computed" for item in listed)
    outside = sum(item.status == "outside the model" for item in listed)
    return Run(
        "The symptoms of the article with their published frequency among patients with neurological disease, and "
        "four rows in which virtual patients are compared with series.",
        rows + checked,
        "mixed",
        {
            "count": str(len(listed)),
            "computed": str(computed),
            "outside": str(outside),
            "corrected": str(sum(bool(item.correction) for item in listed)),
            **_held(checked),
        },
    )


def recovery(ledger: Ledger, progress: Progress) -> Run:
    """Complete recovery in series of patients."""
    rows = targets(
        ledger,
        "healton_complete",
        "respond_3_months",
        "vasconcelos_complete",
        "n2o_complete",
        "misra_complete_3m",
        "plateau",
        progress=progress,
    )
    found = {row.what: row for row in rows}
    values = [row.value or 0.0 for row in found.values()]
    tested = tuple(row for row in rows if "(validation)" in row.what)
    return Run(
        "Series of virtual patients treated for a year. Rows marked calibration were used to set the model and "
        "are no test of it; the others are predictions.",
        rows,
        _direction(tested),
        {
            "common": f"{values[0]:.0f}",
            "cord": f"{values[2]:.0f}",
            "gas": f"{values[3]:.0f}",
            "three": f"{values[4]:.0f}",
            "plateau": f"{values[5]:.0f}",
            **_held(tested),
        },
    )


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
        "built in" if _direction(rows) == "agrees" else _direction(rows),
        _held(rows),
    )


def fluid(ledger: Ledger, progress: Progress) -> Run:
    """The ratio of cerebrospinal to serum B12."""
    rows = targets(ledger, "csf_serum_normal", "csf_serum_falls", progress=progress)
    return Run(
        "A person of 80 given methylcobalamin by injection for eight weeks.",
        rows,
        _direction(rows),
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


def waiting(ledger: Ledger, progress: Progress) -> Run:
    """What treatment now, later or never does to one person."""
    progress("one course under several starts")
    course = _course(ledger)
    plans = {plan.name: plan.label for plan in course.plans}
    kept = ("as given", "3 months later", "12 months later", "none")
    rows = tuple(
        Row(f"disability a year from now (0 to 16), {plans[name]}", _scores(course, name)[1], "points")
        for name in kept
    )
    values = [row.value or 0.0 for row in rows]
    worse = values[0] < values[1] < values[2] <= values[3]
    return Run(
        f"The shipped case {CASE!r}, the same published schedule started when found, later, or never.",
        rows,
        "agrees" if worse else "mixed" if values[0] < values[3] else "disagrees",
        {
            "today": f"{_scores(course, 'as given')[0]:.0f}",
            "now": f"{values[0]:.0f}",
            "quarter": f"{values[1]:.0f}",
            "year": f"{values[2]:.0f}",
            "never": f"{values[3]:.0f}",
        },
    )


def _patient(ledger: Ledger, *, folic_acid: float = 0.0, order: str = "") -> Any:
    """Return the course of a deficient person over a year from day 0; days -1, 0, 7 and monthly."""
    person = cobalamin.Exposure(
        age=60.0,
        food_intake=cobalamin.constant(ledger["absorption.reference_intake"]),
        meals_per_day=ledger["absorption.meals_per_day"],
        intrinsic_factor=cobalamin.steps(1.0, [(-5 * YEAR, 0.0)]),
        folic_acid=cobalamin.steps(0.0, [(0.0, folic_acid)]),
        doses=cobalamin.regimen(order, 0.0, YEAR, ledger) if order else (),
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
            Row(f"what nerves can methylate after a week of {form}", 100 * float(after[2]), "% of replete")
        )
        rows.append(Row(f"the same after a year of {form}", 100 * float(after[-1]), "% of replete"))
    year = [row.value or 0.0 for row in rows[1::2]]
    best, rest = year[-1], max(year[:-1])
    return Run(
        "A person five years without intrinsic factor, the same order of injections in each form. In the model all "
        "forms become the same inside the cell; they differ in what is retained.",
        tuple(rows),
        "agrees" if best > rest + 100 * LITTLE else "disagrees",
        {
            "methyl": f"{best:.0f}",
            "cyano": f"{year[0]:.0f}",
            "hydroxo": f"{year[1]:.0f}",
            "week": f"{rows[2].value or 0:.0f}",
            "methylweek": f"{rows[4].value or 0:.0f}",
        },
    )


def risks(ledger: Ledger, progress: Progress) -> Run:
    """What the model can say of harm: the blood that recovers while nerves do not."""
    progress("folic acid alone")
    plain, masked = _patient(ledger), _patient(ledger, folic_acid=FOLIC_ACID)
    blood = [float(item["haemoglobin"][-1]) for item in (plain, masked)]
    nerve = [100 * float(item["methylation"].sel(compartment="peripheral")[-1]) for item in (plain, masked)]
    rows = (
        Row("haemoglobin after a year without treatment", blood[0], "g/L"),
        Row("the same with folic acid alone", blood[1], "g/L"),
        Row("what nerves can methylate, without treatment", nerve[0], "% of replete"),
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


RUNS: Final[Mapping[str, Callable[[Ledger, Progress], Run]]] = {
    run.__name__: run
    for run in (
        wires,
        signals,
        maintenance,
        gradual,
        symptoms,
        recovery,
        methylcobalamin,
        fluid,
        barrier,
        waiting,
        forms,
        risks,
    )
}
