"""Virtual series of patients, sampled by cause and duration and seen before and after treatment.

A patient is followed untreated until the first symptom of limbs or cord is noticed, for the duration of symptoms drawn
for the series, and then treated. Persons differ in age, store, speed of the cause, duration and how
susceptible their nervous system is; nerves and tracts are the same in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.random import Generator
from numpy.typing import NDArray

from remyelin import clinic, cobalamin, myelin, nerve
from remyelin.analysis.cohort.distributions import Distribution
from remyelin.analysis.cohort.onset import first_deficit, first_symptom
from remyelin.base.errors import SimulationError
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.clinic import association
from remyelin.evidence import Ledger

FOLLOW_UP = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)  # months after the first dose
SEARCH_STEP = 21.0  # days between the dates at which a first symptom is looked for
HORIZON = 14.0 * DAYS_PER_YEAR
BEFORE = np.arange(0.0, HORIZON, SEARCH_STEP)
CANDIDATES = 20  # persons drawn for one patient, at most
SUSCEPTIBLE = (0.1, 10.0)  # ends of the spread of susceptibility, as in the populations of cohorts
TREATMENT = "hydroxocobalamin 1 mg im every 2 d for 60 d, then every 60 d"

Sampler = Callable[[Generator], tuple[cobalamin.Exposure, float]]


@dataclass(frozen=True, slots=True)
class Series:
    """Patients before and after treatment.

    Attributes
    ----------
    pathways : Dataset (patient, month, pathway)
        Conduction at :data:`FOLLOW_UP`.
    severity : Dataset (patient, month, symptom)
        Symptoms.
    scale : Dataset (patient, month)
        The disability scale.
    signs : Dataset (patient, month)
        The examination.
    duration : (patient,) array
        Of symptoms before treatment, months.
    first : (patient, symptom) array
        Severities on the day the first symptom is noticed.
    states : Dataset (patient, month, segment)
        Myelin and axons.
    exposure : Dataset (patient, month)
        Exposure of the brain to deficiency by clock, and anaemia (:func:`remyelin.clinic.association.exposures`).
    age : (patient,) array
        Years.
    """

    pathways: xr.Dataset
    severity: xr.DataArray
    scale: xr.Dataset
    signs: xr.Dataset
    duration: NDArray[np.float64]
    first: xr.DataArray
    states: xr.Dataset
    exposure: xr.Dataset
    age: NDArray[np.float64]

    def only(self, which: NDArray[np.int64]) -> Series:
        """Return some of the patients, each as often as named."""
        chosen = {"patient": which}
        return Series(
            self.pathways.isel(chosen),
            self.severity.isel(chosen),
            self.scale.isel(chosen),
            self.signs.isel(chosen),
            self.duration[which],
            self.first.isel(chosen),
            self.states.isel(chosen),
            self.exposure.isel(chosen),
            self.age[which],
        )


def pernicious_anaemia(median_months: float, spread: float = 0.9) -> Sampler:
    """Loss of intrinsic factor at ages about 62, symptoms for a lognormal time before treatment."""

    def draw(rng: Generator) -> tuple[cobalamin.Exposure, float]:
        loss = DAYS_PER_YEAR * rng.uniform(0.5, 4.0)
        person = cobalamin.Exposure(
            age=float(np.clip(rng.normal(62.0, 12.0), 35.0, 88.0)),
            food_intake=cobalamin.constant(float(rng.lognormal(np.log(4.5), 0.3))),
            meals_per_day=3.0,
            intrinsic_factor=cobalamin.ramp(1.0, 0.0, loss, 0.0),
            store_scale=float(rng.lognormal(0.0, 0.3)),
        )
        return person, DAYS_PER_MONTH * float(rng.lognormal(np.log(median_months), spread))

    return draw


def nitrous_oxide(median_months: float, spread: float = 0.8) -> Sampler:
    """Recreational nitrous oxide at ages about 22, gas continued until treatment."""

    def draw(rng: Generator) -> tuple[cobalamin.Exposure, float]:
        gas = cobalamin.NitrousOxide(
            start=30.0,
            stop=HORIZON,
            hours_per_day=float(np.clip(rng.lognormal(np.log(1.5), 0.5), 0.3, 6.0)),
            inspired_fraction=0.7,
        )
        person = cobalamin.Exposure(
            age=float(np.clip(rng.normal(22.0, 4.0), 16.0, 40.0)),
            food_intake=cobalamin.constant(float(rng.lognormal(np.log(4.5), 0.3))),
            meals_per_day=3.0,
            nitrous_oxide=(gas,),
            store_scale=float(rng.lognormal(0.0, 0.3)),
        )
        return person, DAYS_PER_MONTH * float(rng.lognormal(np.log(median_months), spread))

    return draw


def follow(ledger: Ledger, sample: Sampler, patients: int, seed: int) -> Series:
    """Sample a series and see each patient before and after treatment.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run.
    sample : callable
        Draws a person (cause from day 0 on) and a duration of symptoms in days.
    patients : int
        How many; who never notices a symptom is replaced by the next candidate.
    seed : int
        Of the draws.

    Returns
    -------
    Series
    """
    body = nerve.Person(age=55.0, sex="female", height=168.0, temperature=33.0)
    segments = nerve.segments(body, ledger)
    tables = nerve.build_tables(ledger)
    kinetics = cobalamin.Parameters.from_ledger(ledger)
    rates = myelin.Parameters.from_ledger(ledger)
    judge = clinic.Parameters.from_ledger(ledger)
    spread = Distribution("lognormal", (1.0, ledger["spread.central"]), *SUSCEPTIBLE)

    months = np.array(FOLLOW_UP) * DAYS_PER_MONTH
    seen: list[xr.Dataset] = []
    durations: list[float] = []
    firsts: list[xr.DataArray] = []
    exposed: list[xr.Dataset] = []
    ages: list[float] = []
    associations = clinic.Associations.from_ledger(ledger)
    candidate = 0
    while len(seen) < patients:
        if candidate == patients * CANDIDATES:
            raise SimulationError(
                f"of {candidate} persons only {len(seen)} notice a symptom and come to be treated within "
                f"{HORIZON / DAYS_PER_YEAR:g} years; {patients} are wanted."
            )
        # Each has a stream of its own: the same candidates come forward whatever the numbers of the run.
        rng = np.random.default_rng([seed, candidate])
        candidate += 1
        person, duration = sample(rng)
        own = rates.susceptible(spread.at(rng.random()))

        untreated = cobalamin.methylation_of(person, BEFORE, kinetics)
        gas = cobalamin.gas_level(person, BEFORE)
        onset = first_symptom(BEFORE, untreated, gas, person.age, body, own, judge, tables, ledger)
        if onset is None or (start := float(BEFORE[onset]) + duration) > HORIZON:
            continue
        treated = replace(
            person,
            doses=cobalamin.regimen(TREATMENT, start, start + months[-1] + 1.0, ledger),
            nitrous_oxide=tuple(replace(gas, stop=start) for gas in person.nitrous_oxide),
        )
        ill = BEFORE[first_deficit(untreated, gas) or 0 :]
        times = np.concatenate([[0.0], ill[(ill > 0.0) & (ill < start)], start + months])
        drive = cobalamin.simulate(treated, times, kinetics)
        felt = _exposure(drive, associations).sel(time=start + months)
        exposed.append(felt.assign_coords(time=np.array(FOLLOW_UP)).rename(time="month"))
        ages.append(person.age)
        drive = drive[list(myelin.DRIVES)].sel(time=slice(ill[0], None))
        whole = myelin.simulate(drive, segments, person.age, own)
        course = whole.sel(time=start + months)
        seen.append(course.assign_coords(time=np.array(FOLLOW_UP)).rename(time="month"))
        durations.append(duration / DAYS_PER_MONTH)
        # until treatment the course is that of the untreated
        noticed = whole.sel(time=BEFORE[onset], drop=True)
        firsts.append(clinic.symptoms(nerve.conduction(noticed, body, tables, ledger), judge)["severity"])
    series = xr.concat(seen, "patient")
    pathways = nerve.conduction(series, body, tables, ledger)
    return Series(
        pathways,
        clinic.symptoms(pathways, judge)["severity"],
        clinic.functional_disability(pathways, judge),
        clinic.signs(pathways, judge),
        np.array(durations),
        xr.concat(firsts, "patient"),
        series,
        xr.concat(exposed, "patient"),
        np.array(ages),
    )


def _exposure(drive: xr.Dataset, associations: clinic.Associations) -> xr.Dataset:
    """Exposure of the brain by clock, and anaemia, over time."""
    times = drive["time"].to_numpy().astype(np.float64)
    central = drive["methylation"].sel(compartment="central").to_numpy()
    followed = association.exposures(times, central, drive["haemoglobin"].to_numpy(), associations)
    found = {name: ("time", values) for name, values in followed.items()}
    return xr.Dataset(found, coords={"time": drive["time"]})
