"""Run the full model for one person, from case to symptoms, for every treatment plan.

case -> person -> cobalamin -> myelin and axons (days) -> conduction at study dates (microseconds)
-> symptoms -> what treatment, and its delay, change.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from remyelin import clinic, nerve
from remyelin._version import __version__
from remyelin.base.files import write_whole
from remyelin.base.log import Task
from remyelin.base.units import SYSTEMS
from remyelin.cobalamin.blood import potassium_watch
from remyelin.cobalamin.readouts import combined_indicator, measure
from remyelin.evidence import Entry, Ledger
from remyelin.evidence.limits import MARKERS, Interpretation, interpret, limits
from remyelin.evidence.memo import remembered
from remyelin.person.case import Case
from remyelin.person.chain import Chain
from remyelin.person.examination import examine
from remyelin.person.inference.resembling import Resembling, resembling
from remyelin.person.netcdf import to_bytes, tree_of
from remyelin.person.outlook import Recovery, recover, recover_resembling
from remyelin.person.person import Person
from remyelin.person.plans import Plan, plans_of
from remyelin.person.plotting import CoursePlot
from remyelin.person.settings import MARKER_LEAST, RECOVERIES_KEPT, RESEMBLING_MEMBERS
from remyelin.person.subject import exposure_of, placed, refuse_too_long, subject_of

DISCLAIMER = "A research and teaching model, never medical advice."


@dataclass(frozen=True, slots=True)
class Provenance:
    """Provenance of a run: version, ledger entries used, overrides, seed."""

    version: str
    used: tuple[Entry, ...]
    overrides: Mapping[str, object]
    seed: int
    exact: bool


@dataclass(frozen=True, slots=True, repr=False)
class Course:
    """One person's course under each plan.

    Attributes
    ----------
    data : Dataset
        Over plan, time (days, 0 = presentation), compartment, segment, pathway and symptom: the
        variables of the layers, each with units. Plan 0 is the treatment as given.
    studies : mapping of float to nerve.Studies
        The nerve studies of the first plan at each study date (days).
    healthy : nerve.Studies
        The same person's studies before the cause began.
    limits : mapping of str to tuple of float
        Published limits of the biomarkers: (deficiency below, unlikely above), or (raised above,).
    readings : mapping of float to tuple of Interpretation
        What published limits say of the biomarkers of the first plan at each study date.
    samples : mapping of str to Dataset
        By system of units, what a laboratory would report of the first plan at the study dates: one noisy sample each.
    potassium_days : (float, float) or None
        Days of the first plan on which labels ask to watch potassium.
    recovery : Recovery
        Every plan with its band, time to improvement, and what remains.
    resembling : Resembling or None
        Persons who resemble the findings of the case; None where it reports none that the model computes, or where
        they were left out.

    Examples
    --------
    >>> from remyelin import Ledger, load_case, run_course
    >>> course = run_course(load_case('replete-control'), Ledger.shipped())
    >>> sorted(course.studies)
    [0.0, 91.3125, 365.25]
    >>> course.data['b12'].dims
    ('plan', 'time')
    >>> course.provenance.seed
    0
    """

    case: Case
    person: Person
    plans: tuple[Plan, ...]
    data: xr.Dataset
    studies: Mapping[float, nerve.Studies]
    healthy: nerve.Studies
    limits: Mapping[str, tuple[float, ...]]
    readings: Mapping[float, tuple[Interpretation, ...]]
    samples: Mapping[str, xr.Dataset]
    potassium_days: tuple[float, float] | None
    recovery: Recovery
    symptoms: tuple[clinic.Symptom, ...]
    provenance: Provenance
    resembling: Resembling | None = None

    def to_tree(self) -> xr.DataTree:
        """Return the course as a tree of datasets; :func:`remyelin.open_course` reads the same from a file."""
        return tree_of(self, DISCLAIMER)

    @property
    def plot(self) -> CoursePlot:
        """Figures on matplotlib axes: ``.recovery()``, ``.studies()``, ``.myelin()``, ``.waveforms()``."""
        return CoursePlot(self.to_tree())

    def to_netcdf(self, path: Path) -> None:
        """Save data, bands, studies, recordings and provenance as one netCDF file, whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written; nothing is left behind then.
        """
        write_whole(path, self.netcdf())

    def netcdf(self) -> bytes:
        """Return the course as the bytes of one netCDF file."""
        return to_bytes(self.to_tree())

    def __repr__(self) -> str:
        lines = [f"<Course of {self.case.name!r}: {self.case.title}>", f"  {DISCLAIMER}"]
        days = self.data["time"].to_numpy()
        lines.append(
            f"  days {days[0]:.0f} to {days[-1]:.0f} (0 = presentation), {len(self.plans)} plans, studies on days "
            f"{', '.join(f'{day:.0f}' for day in self.studies)}"
        )
        lines.append("  data: .data (xarray), .studies, .recovery; .to_tree() holds all of it")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        days = self.data["time"].to_numpy()
        rows = {
            "person": f"{self.case.person.age:g} years, {self.case.person.sex}; {self.case.cause.kind}",
            "days": f"{days[0]:.0f} to {days[-1]:.0f}; 0 is presentation",
            "plans": f"{len(self.plans)}, the first as given",
            "studies": "on days " + ", ".join(f"{day:.0f}" for day in self.studies),
            "contents": ".data (xarray), .studies, .recovery, .plot; .to_tree() holds all of it",
        }
        cells = "".join(
            f"<tr><th style='text-align:left'>{name}</th><td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in rows.items()
        )
        title = f"{self.case.name}: {self.case.title}"
        return f"<div><strong>{html.escape(title)}</strong><br>{DISCLAIMER}<table>{cells}</table></div>"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case, and how its progress is told, which does not tell cases apart."""

    case: Case
    progress: Callable[[str], None] = field(compare=False)


@remembered(maxsize=RECOVERIES_KEPT)
def _alike(asked: _Asked, ledger: Ledger) -> Resembling | None:
    return resembling(asked.case, ledger, RESEMBLING_MEMBERS, progress=asked.progress)


def run_course(
    case: Case,
    ledger: Ledger,
    *,
    exact: bool = False,
    seed: int = 0,
    findings: bool = True,
    progress: Callable[[str], None] = lambda step: None,
) -> Course:
    """Compute one person's course from cobalamin to symptoms, for every plan.

    Parameters
    ----------
    case : Case
        The person, the cause, the treatment, the plan of studies.
    ledger : Ledger
        The numbers to compute with; its use is recorded in the result.
    exact : bool
        Conduct every sampled fibre in the double-cable engine; by default from tables the engine fills.
    seed : int
        Seed of the sampled fibres and of the laboratory's noise; the same case, ledger and seed give the same
        result to the last bit.
    findings : bool
        Whether the symptoms and signs of the case are used; without them it is placed by laboratory values alone.
    progress : callable
        Called with the name of each step.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        If the case asks for something impossible, as an unknown regimen.

    Examples
    --------
    >>> from remyelin import Ledger, load_case, run_course
    >>> course = run_course(load_case('replete-control'), Ledger.shipped())
    >>> float(course.data['disability'].sel(plan='as given').max())
    0.0
    """
    ledger = ledger.recording()
    examine(case)  # one built by a program as well
    task = Task("person", "course of %s", case.name)
    progress = task.steps(progress)
    progress("placing the person")
    tables = nerve.build_tables(ledger)
    alike = _alike(_Asked(case, progress), ledger) if findings else None
    person = placed(case, ledger) if alike is None else alike.person
    refuse_too_long(case, person)
    plans = plans_of(case, person)
    who = subject_of(case, person)
    chain = Chain(ledger, tables)

    progress("cobalamin and one-carbon metabolism")
    exposures = [exposure_of(who, plan, ledger) for plan in plans]
    chemistry = xr.concat(
        [chain.with_chances(item, who.times) for item in exposures],
        dim=xr.DataArray([plan.name for plan in plans], dims="plan", name="plan"),
    )
    # somebody who eats none for long enough has none left, and the indicator takes logarithms
    b12, holotc, mma, homocysteine = (chemistry[name].clip(min=MARKER_LEAST) for name in MARKERS)
    chemistry["combined_indicator"] = (
        chemistry["b12"].dims,
        combined_indicator(b12, holotc, mma, homocysteine, person.age, ledger),
        {"units": "1", "long_name": "combined indicator of B12 status (4cB12)"},
    )
    readings = {
        date: tuple(
            interpret(name, float(chemistry[name].isel(plan=0).sel(time=date)), ledger)
            for name in (*MARKERS, "combined_indicator")
        )
        for date in case.plan.studies
    }
    dates = chemistry.isel(plan=0).sel(time=list(case.plan.studies))
    samples = {system: measure(dates, ledger, seed, system=system) for system in SYSTEMS}
    potassium = potassium_watch(chemistry.isel(plan=0), exposures[0].doses, chain.kinetics)

    progress("myelin and axons")
    states = chain.myelin(chemistry, who.body, chain.rates_of(person.traits), coexisting=case.coexisting)

    progress("conduction")
    pathways = chain.conduction(states, who.body, coexisting=case.coexisting)
    clinical = chain.clinical_state(pathways, chemistry["mental"], person.traits, person.age)

    progress("recovery under sets of rates that lesions and animals cannot tell apart")
    starts = [min((dose.time for dose in item.doses), default=None) for item in exposures]
    if alike is None:
        recovery = recover(chemistry, pathways, who, starts, ledger)
    else:
        recovery = recover_resembling(alike, plans, chemistry, pathways, who, starts, ledger)

    given = states.isel(plan=0)
    conduct = nerve.exact(who.body, chain.tables, ledger, seed=seed) if exact else None
    studies = {}
    for date in case.plan.studies:
        progress(f"nerve studies, day {date:.0f}")
        studies[date] = chain.studies(
            given.sel(time=date), who.body, conduct=conduct, coexisting=case.coexisting
        )
    healthy = chain.studies(given.isel(time=0), who.body, conduct=conduct, coexisting=case.coexisting)

    provenance = Provenance(__version__, ledger.used(), ledger.overrides(), seed, exact)
    task.done(
        "%d plans, %d dates of studies, %d persons who resemble; %d numbers of the ledger used, %d assumed",
        len(plans),
        len(studies),
        0 if alike is None else len(alike.people),
        len(provenance.used),
        sum(entry.kind == "assumed" for entry in provenance.used),
    )
    # both layers count axons: of a segment, and of a whole pathway
    pathways = pathways.rename(axons="pathway_axons")
    data = xr.merge([chemistry, states, pathways, clinical], combine_attrs="drop_conflicts")
    return Course(
        case=case,
        person=person,
        plans=plans,
        data=data,
        studies=studies,
        healthy=healthy,
        limits=limits(ledger),
        readings=readings,
        samples=samples,
        potassium_days=potassium,
        recovery=recovery,
        symptoms=clinic.catalogue(ledger),
        provenance=provenance,
        resembling=alike,
    )
