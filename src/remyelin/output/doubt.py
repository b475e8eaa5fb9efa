"""Doubt of the model's answer: grave disability with every nerve study within its limits."""

from __future__ import annotations

from typing import Final

import xarray as xr

from remyelin.base.plain import percent
from remyelin.catalogue.pathways import (
    CORTICOSPINAL_ARM,
    CORTICOSPINAL_LEG,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
)
from remyelin.catalogue.pathways import label_of as pathway_label
from remyelin.nerve import Studies
from remyelin.output.figures.course import label_of
from remyelin.output.records import Doubt
from remyelin.person.course import Course

POINTS: Final = 4
"""Points of the scale, of 16, from which studies that are all within their limits are doubted."""

LIMBS: Final = (
    SURAL,
    MEDIAN_SENSORY,
    TIBIAL_MOTOR,
    MEDIAN_MOTOR,
    TIBIAL_SEP,
    MEDIAN_SEP,
    CORTICOSPINAL_LEG,
    CORTICOSPINAL_ARM,
)
"""Pathways that a study follows and the scale reads; those of the head move neither."""


def doubt(disability: float, studies: Studies, pathways: xr.Dataset) -> str:
    """Say why a clinician would doubt this state, in one sentence; nothing where there is no reason to.

    Parameters
    ----------
    disability : float
        Points of the scale at the date of the studies.
    studies : Studies
        The whole battery.
    pathways : Dataset
        ``conducted``, ``axons`` and ``delay`` (ms) over pathway, at the date of the studies.

    Returns
    -------
    str
        Empty where disability is slight or a value is beyond its limit.
    """
    if disability < POINTS or any(row.abnormal for row in studies.rows):
        return ""
    limbs = pathways.isel(pathway=pathways["pathway"].isin(LIMBS).to_numpy())
    worst = limbs.isel(pathway=int(limbs["conducted"].argmin("pathway")))
    arriving, alive, delay = (float(worst[name]) for name in ("conducted", "axons", "delay"))
    name = str(worst["pathway"].item())
    where = pathway_label(name)
    late = f", those that arrive are {delay:.1f} ms late" if arriving > 0 else ""
    if alive - arriving > 1 - alive:
        why = (
            f"a bare internode here blocks an impulse instead of slowing it ({where}: "
            f"{percent(1 - arriving)} of the impulses are lost, most of them to block{late})"
        )
    else:
        why = f"whole axons are lost, and the rest conduct on time ({where}: {percent(1 - alive)} lost)"
    return (
        f"Disability of {disability:.0f} of 16 points with every value of the nerve studies within its normal limit "
        f"is implausible to a clinician; the model gives it because {why}, and because the normal limits of "
        "amplitudes are wide."
    )


def doubts(course: Course) -> list[Doubt]:
    """Return the doubts about a course as given, each with its date."""
    found: list[Doubt] = []
    for day, studies in course.studies.items():
        here = course.data.isel(plan=0).sel(time=day)
        pathways = here[["conducted", "delay"]].assign(axons=here["pathway_axons"])
        sentence = doubt(float(here["disability"]), studies, pathways)
        if sentence:
            found.append({"day": day, "label": label_of(day), "sentence": sentence})
    return found
