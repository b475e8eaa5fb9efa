"""The chain, for one person: days meet microseconds here and nowhere else.

case -> person -> cobalamin -> myelin and axons (days) -> conduction at study dates (microseconds)
-> symptoms -> what treatment, and its delay, change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import remyelin
from remyelin import clinic, cobalamin, myelin, nerve, numerics
from remyelin.case import Case, to_toml_data
from remyelin.evidence import Entry, Ledger
from remyelin.person import Person, resolve
from remyelin.placing import place
from remyelin.plans import Plan, exposure, plans_of

DISCLAIMER = "A research and teaching model, never medical advice."


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a run rests on: version, ledger entries used, overrides, seed."""

    version: str
    used: tuple[Entry, ...]
    overrides: Mapping[str, object]
    seed: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Course:
    """One person's course under each plan.

    Attributes
    ----------
    data : Dataset
        Over plan, time (days, 0 = presentation), compartment, segment, pathway and symptom: the
        variables of the layers, each with units. Plan 0 is the treatment as given.
    studies : mapping of float to nerve.Studies
        The nerve studies of the first plan at each study date (days).
    """

    case: Case
    person: Person
    plans: tuple[Plan, ...]
    data: xr.Dataset
    studies: Mapping[float, nerve.Studies]
    healthy: nerve.Studies
    provenance: Provenance

    def to_netcdf(self, path: Path) -> None:
        """Save data, studies and provenance as one netCDF file."""
        data = self.data.assign_attrs(
            title=self.case.title,
            disclaimer=DISCLAIMER,
            remyelin_version=self.provenance.version,
            case=json.dumps(to_toml_data(self.case), ensure_ascii=False),
            person=json.dumps([asdict(fact) for fact in self.person.facts], ensure_ascii=False),
            ledger_used=json.dumps([entry.as_dict() for entry in self.provenance.used], ensure_ascii=False),
            overrides=json.dumps(dict(self.provenance.overrides)),
            seed=self.provenance.seed,
            exact=int(self.provenance.exact),
        )
        data.to_netcdf(path, engine="h5netcdf")
        for date, studies in self.studies.items():
            studies.to_dataset().to_netcdf(path, engine="h5netcdf", mode="a", group=f"studies/day_{date:g}")


def run_course(
    case: Case,
    ledger: Ledger,
    *,
    exact: bool = False,
    seed: int = 0,
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
        Seed of the sampled fibres; the same case, ledger and seed give the same result to the last bit.
    progress : callable
        Called with the name of each step.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        If the case asks for something impossible, as an unknown regimen.
    """
    ledger = ledger.recording()
    progress("placing the person")
    person = place(case, resolve(case, ledger), ledger)
    plans = plans_of(case, person)
    times = time_axis(case, person)

    progress("cobalamin and one-carbon metabolism")
    kinetics = cobalamin.Parameters.from_ledger(ledger)
    chemistry = _over_plans(
        plans, [cobalamin.simulate(exposure(case, person, plan), times, kinetics) for plan in plans]
    )

    progress("myelin and axons")
    body = nerve.Person(age=person.age, sex=person.sex, height=person.height, temperature=person.temperature)
    anatomy = nerve.Anatomy.from_ledger(ledger)
    states = myelin.simulate(
        chemistry[["methylation"]],
        nerve.segments(body, anatomy),
        person.age,
        myelin.Parameters.from_ledger(ledger),
    )

    progress("conduction: the engine fills its tables (the first run compiles, about half a minute)")
    tables = nerve.conduction_tables(body, anatomy, ledger)
    pathways = nerve.conduction(states, body, anatomy, tables)
    complaints = clinic.symptoms(pathways, clinic.Parameters.from_ledger(ledger))

    studies = {}
    for date in case.plan.studies:
        progress(f"nerve studies at {date / numerics.COURSE_HISTORY_STEP:.0f} months")
        at_date = states.isel(plan=0).sel(time=date)
        studies[date] = nerve.battery(at_date, body, anatomy, tables, exact=exact, seed=seed)
    healthy = nerve.battery(
        states.isel(plan=0, time=0), body, anatomy, tables, exact=exact, seed=seed
    )
    provenance = Provenance(remyelin.__version__, ledger.used(), ledger.overrides(), seed, exact)
    data = xr.merge([chemistry, states, pathways, complaints], combine_attrs="drop")
    return Course(case, person, plans, data, studies, healthy, provenance)


def time_axis(case: Case, person: Person) -> NDArray[np.float64]:
    """Return the days at which the state of the body is kept: monthly, denser after presentation."""
    horizon = case.plan.horizon
    begin = min(person.began, 0.0) - numerics.COURSE_LEAD
    history = np.arange(begin, 0.0, numerics.COURSE_HISTORY_STEP)
    weeks = np.arange(0.0, numerics.COURSE_WEEKLY_UNTIL + 1, numerics.COURSE_WEEK)
    months = np.arange(numerics.COURSE_WEEKLY_UNTIL, horizon, numerics.COURSE_HISTORY_STEP)
    after = np.concatenate([numerics.COURSE_FIRST_DAYS, weeks, months, case.plan.studies, [horizon]])
    return np.unique(np.concatenate([history, after[after <= horizon]]))


def _over_plans(plans: tuple[Plan, ...], results: list[xr.Dataset]) -> xr.Dataset:
    names = xr.DataArray([plan.name for plan in plans], dims="plan", name="plan")
    return xr.concat(results, dim=names)
