"""Page of a trial: answer, figures, tables, a paragraph of methods."""

from __future__ import annotations

import json

from remyelin.analysis.trial import TrialResult
from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import load_references
from remyelin.output.figures.trial import figures_of
from remyelin.output.formatting import number
from remyelin.output.pages.plots import plot
from remyelin.output.pages.templates import page
from remyelin.output.symptoms import ASSUMED
from remyelin.output.trial_words import (
    answers,
    arm_in_words,
    beside,
    between,
    by_chance,
    difference,
    left_out,
    repeated,
)
from remyelin.person.course import DISCLAIMER


def files_of(found: TrialResult) -> dict[str, str]:
    """Return ``NAME.html``, ``NAME.json`` and ``NAME-example.csv``, one simulated trial as a long table."""
    data = json.dumps(found.as_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    name = found.design.name
    return {f"{name}.html": render_trial(found), f"{name}.json": data, f"{name}-example.csv": found.example}


def render_trial(found: TrialResult) -> str:
    """Return the page as HTML."""
    design = found.design
    references = load_references()
    keys = dict.fromkeys(
        key
        for key in (
            design.citation,
            *(arm.source for arm in design.arm),
            *(hypothesis.source for hypothesis in design.hypothesis),
            *(row.source for row in design.published),
        )
        if key and key != ASSUMED
    )
    of = {one.name: one for one in design.endpoint}
    hypotheses = {one.name: place for place, one in enumerate(design.hypothesis)}
    assured = {
        (row.hypothesis, row.endpoint, row.n): f"{percent(row.assurance, 1)} \u00b1 {percent(row.error, 1)}"
        for row in found.assurance
    }
    return page(
        "trial",
        design=design,
        arms=[{"name": arm.name, "words": arm_in_words(arm), "note": arm.note} for arm in design.arm],
        answers=answers(found),
        left_out=left_out(found),
        figures=[{"title": f.title, "caption": f.caption, "plot": plot(f)} for f in figures_of(found)],
        rows=[
            {
                "hypothesis": row.hypothesis,
                "endpoint": row.endpoint,
                "month": f"{row.visit / DAYS_PER_MONTH:.0f}",
                "n": row.n,
                "power": f"{percent(row.power, 1)} \u00b1 {percent(row.power_error, 1)}",
                "type_one": percent(row.type_one, 1),
                "assurance": assured.get((row.hypothesis, row.endpoint, row.n), ""),
                "estimate": difference(of[row.endpoint], row.estimate, row.low, row.high),
                "stopped": "" if row.stopped is None else percent(row.stopped),
            }
            for row in sorted(
                found.rows, key=lambda row: (hypotheses[row.hypothesis], list(of).index(row.endpoint))
            )
        ],
        by_chance=by_chance(found),
        assured=bool(assured),
        needed=[
            {
                "hypothesis": row.hypothesis,
                "endpoint": row.endpoint,
                "month": f"{row.visit / DAYS_PER_MONTH:.0f}",
                "effect": number(row.effect),
                "n": "more than 100,000" if row.n is None else row.n,
            }
            for row in found.needed
        ],
        paired=[
            {
                "hypothesis": row.hypothesis,
                "endpoint": row.endpoint,
                "month": f"{row.visit / DAYS_PER_MONTH:.0f}",
                "mean": difference(of[row.endpoint], row.mean),
                "error": between(of[row.endpoint], row.mean - row.error, row.mean + row.error),
                "range": between(of[row.endpoint], row.low, row.high),
                "persons": row.persons,
            }
            for row in found.paired
        ],
        repeated=repeated(found),
        published=[beside(found, row) for row in design.published],
        methods=methods(found),
        # a source outside the bibliography stands as the design words it
        sources=[references[key].printed if key in references else key for key in keys],
        disclaimer=DISCLAIMER,
    )


def methods(found: TrialResult) -> str:
    """Return a paragraph for a methods section, made from the design."""
    design = found.design
    arms = "; ".join(f"{arm.name}: {arm_in_words(arm)}" for arm in design.arm)
    who = (
        f"of the population {design.population!r}" if isinstance(design.population, str) else "of this design"
    )
    visits = ", ".join(f"{day / DAYS_PER_MONTH:.3g}" for day in design.visits)
    analyses = "; ".join(
        f"{one.name} ({one.column}) at {one.visit / DAYS_PER_MONTH:.3g} months by "
        + {
            "ancova": "analysis of covariance on the baseline" + (" and the strata" if design.strata else ""),
            "mixed": "a mixed model of all visits with a random intercept a person",
            "logistic": "logistic regression",
            "log-rank": "the log-rank test",
        }[one.method]
        + (" of the logarithm" if one.logarithm else "")
        for one in design.endpoint
    )
    parts = [
        f"{found.persons} persons {who} were simulated under every arm ({arms}) and seen at {visits} months.",
        f"Each of {design.replicates} replicates drew persons from this pool, without replacement while it was large "
        f"enough, allocated every person to one arm in blocks of {design.block}"
        + (f" within strata of {' and '.join(design.strata)}" if design.strata else "")
        + ", and used only the values of that arm.",
        "Measured values have the spread between healthy persons and between repetitions that the ledger holds for "
        "the column.",
        f"{percent(design.dropout)} of the persons were lost by the last visit, evenly over time."
        if design.dropout
        else "",
        f"Visits were up to {design.window:g} days off their dates." if design.window else "",
        f"First and last arm were compared: {analyses}; two-sided alpha {design.alpha:g}.",
        f"Interim looks at {', '.join(percent(share) for share in design.looks)} of the persons ended a replicate at "
        "p below 0.001 (Haybittle and Peto)."
        if design.looks
        else "",
        "Type I error is the share of replicates with p below alpha where every arm got the treatment of the last arm.",
        f"Assurance averages power over {len(found.assurance) and found.design.sets + 1} parameter sets."
        if found.assurance
        else "",
    ]
    return " ".join(part for part in parts if part)
