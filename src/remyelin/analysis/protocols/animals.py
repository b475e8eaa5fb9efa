"""The animal experiments on myelin as protocols: toxin lesions, deficient colonies, nitrous oxide.

Each returns the course of one site. Conditions of an experiment (doses, dates, lengths) stand here as
numbers; what a paper does not report is an assumption, said where it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.base.units import BODY_TEMPERATURE, DAYS_PER_MONTH, DAYS_PER_WEEK
from remyelin.evidence import Ledger
from remyelin.myelin import Parameters, simulate
from remyelin.nerve.conduction.tables import Internodes

THICK_UM = 10.0  # fibres of the posterior columns
YOUNG = 20.0  # age at which repair has its full speed
OPTIC_INTERNODES = 240.0  # of a fibre of the optic nerve
COLUMN_INTERNODES = 300.0  # of a fibre of the posterior columns
MONKEY_FAILS = 16.0  # months on the diet until methylmalonate is abnormal

Floats = NDArray[np.float64]
Rates = Ledger | Parameters | Sequence[Parameters]
"""Numbers of a run, or the rates of one member or of several; several give a dimension ``member``."""


def course(
    rates: Rates,
    tract: str,
    times: Floats,
    methylation: Floats,
    *,
    age: float = YOUNG,
    distance: float = 150.0,
    **inputs: Floats,
) -> xr.Dataset:
    """Follow one site of one tract.

    Parameters
    ----------
    rates : Ledger, Parameters or sequence of Parameters
        The numbers of the run, or the rates.
    tract : str
        Tract of the site; peripheral when its name says so, central otherwise.
    times, methylation : (time,) arrays
        Days; methylation potential, 1 = replete.
    age : float
        Equivalent human age, years.
    distance : float
        From the cell body, mm.
    **inputs : (time,) arrays
        ``toxin``, ``methylcobalamin``, ``mma`` as in :func:`remyelin.myelin.simulate`.

    Returns
    -------
    Dataset
        Over (..., time).
    """
    compartment = "peripheral" if tract.startswith("peripheral") else "central"
    segments = xr.Dataset(
        {
            "compartment": ("segment", [compartment]),
            "tract": ("segment", [tract]),
            "distance": ("segment", [distance]),
        },
        coords={"segment": ["site"]},
    )
    drive = xr.Dataset(
        {
            "methylation": (("time", "compartment"), methylation[:, None]),
            **{name: ("time", values) for name, values in inputs.items()},
        },
        coords={"time": times, "compartment": [compartment]},
    )
    chosen = Parameters.from_ledger(rates) if isinstance(rates, Ledger) else rates
    return simulate(drive, segments, age, chosen).isel(segment=0)


def toxin_lesion(
    rates: Rates,
    tract: str,
    *,
    days: float = 70.0,
    age: float = YOUNG,
    methylcobalamin: float = 0.0,
    methylcobalamin_from: float = 0.0,
    methylation: float = 1.0,
) -> xr.Dataset:
    """Strip one site within a day, as lysophosphatidylcholine or antiserum does, and watch it heal.

    Parameters
    ----------
    rates, tract, age
        As in :func:`course`.
    days : float
        Length of the experiment.
    methylcobalamin : float
        Dose from day `methylcobalamin_from` on, mg/kg/day.
    methylcobalamin_from : float
        Day of the first dose.
    methylation : float
        Methylation potential of the animal throughout, 1 = replete.

    Returns
    -------
    Dataset
        Over time, every tenth of a day, the toxin acting on day 0 to 1.
    """
    times = np.concatenate([[0.0, 0.999], np.arange(1.0, days + 0.05, 0.1)])
    return course(
        rates,
        tract,
        times,
        np.full(times.size, methylation),
        age=age,
        toxin=np.where(times < 1.0, 1.0, 0.0),
        methylcobalamin=np.where(times >= methylcobalamin_from, methylcobalamin, 0.0),
    )


def conducting(site: xr.Dataset, internodes: float) -> Floats:
    """Return the share of fibres without a bare internode among so many, lesioned independently, in series."""
    return np.asarray((1.0 - site["bare"].to_numpy()) ** internodes, dtype=np.float64)


def blocked(site: xr.Dataset, internodes: float, ledger: Ledger) -> Floats:
    """Return the share of central fibres, so many internodes long, that hold a bare stretch.

    Lesions of animals are taken to span as many internodes as those of the human cord
    (``nerve.lesion_length.central``).
    """
    return 1.0 - conducting(site, max(internodes / _run(ledger), 1.0))


def lost_volley(site: xr.Dataset, internodes: float, ledger: Ledger) -> Floats:
    """Return the share of a volley in the posterior columns that is of no use to position sense.

    It is blocked in bare stretches, or spread in time by vacuolated ones, as in people
    (``clinic.position.dispersion``).
    """
    one = _inside(ledger).vacuolated[0]
    vacuolated = site["vacuolated"].to_numpy()
    run = _run(ledger)
    spread = float(one[-1]) * np.sqrt(max(internodes, run) * run * vacuolated * (1.0 - vacuolated))
    kept = 1.0 - blocked(site, internodes, ledger)
    return np.asarray(1.0 - kept / (1.0 + (spread / ledger["clinic.position.dispersion"]) ** 2))


def _run(ledger: Ledger) -> float:
    """Return how many internodes of a thick central fibre are lesioned together."""
    return max(ledger["nerve.lesion_length.central"] / float(_inside(ledger).length[0]), 1.0)


def _inside(ledger: Ledger) -> Internodes:
    """Return the tables of an internode of 10 um at the temperature of the body."""
    return nerve.build_tables(ledger).at(np.array([THICK_UM]), np.array([BODY_TEMPERATURE]))


def first(times: Floats, holds: NDArray[np.bool_], after: float = -np.inf) -> float:
    """Return the first time a condition holds after a date, infinity if it never does."""
    found = times[holds & (times > after)]
    return float(found[0]) if found.size else float("inf")


def visual_loss(site: xr.Dataset, ledger: Ledger) -> float:
    """Return the months from metabolic failure until half of a monkey's optic fibres are blocked."""
    lost = first(site["time"].to_numpy(), blocked(site, OPTIC_INTERNODES, ledger) > 0.5)
    return lost / DAYS_PER_MONTH - MONKEY_FAILS


def ataxia(site: xr.Dataset, ledger: Ledger) -> float:
    """Return the weeks until so much of a bat's volley is lost as shows in an animal (``animal.noticed``)."""
    lost = lost_volley(site, COLUMN_INTERNODES, ledger)
    return first(site["time"].to_numpy(), lost > ledger["animal.noticed"]) / DAYS_PER_WEEK


def monkey(rates: Rates, *, floor: float = 0.0) -> xr.Dataset:
    """Feed a monkey almost no B12 and watch its optic nerve.

    Liver B12 is 5 % of control after 21 months, which gives the rate of loss of the store; methylation
    is taken to be half when methylmalonate becomes abnormal (:data:`MONKEY_FAILS`). `floor` is the
    methylation kept up by what little B12 the diet held: unknown, and different between animals.

    Returns
    -------
    Dataset
        Over time in days on the diet.
    """
    months = np.arange(0.0, 72.0, 0.25)
    store = np.exp(-np.log(20.0) / 21.0 * months)
    half = np.exp(-np.log(20.0) / 21.0 * MONKEY_FAILS)
    potential = np.clip(store / (store + half) * (1.0 + half), floor, 1.0)
    return course(rates, "optic", months * DAYS_PER_MONTH, potential, distance=60.0)


def bat(rates: Rates, *, depleted: bool) -> xr.Dataset:
    """Keep a fruit bat under nitrous oxide and watch its posterior columns.

    The depleted animal has no cobalamin to replace what is oxidised: methylation falls from half to
    0.05 within three days. The replete one draws on its store: it falls towards the same level over
    three weeks. Both courses are assumed.

    Returns
    -------
    Dataset
        Over time in days of exposure.
    """
    days = np.arange(0.0, 200.0, 0.5)
    potential = np.interp(days, [0.0, 3.0], [0.5, 0.05]) if depleted else 0.05 + 0.95 * np.exp(-days / 21.0)
    return course(rates, "posterior_column", days, potential)


def gastrectomised_rat(rates: Rates) -> xr.Dataset:
    """Take a rat's stomach out and watch its cord.

    Assumed: a small animal loses its store with a half-time of two weeks, and methylation is half when
    a fifth of the store is left.

    Returns
    -------
    Dataset
        Over time in days after the operation.
    """
    days = np.arange(0.0, 240.0, 1.0)
    store = 0.5 ** (days / 14.0)
    return course(rates, "posterior_column", days, store / (store + 0.2) * 1.2)


def earlier(
    ledger: Ledger, measure: Callable[[xr.Dataset], float], dose: float, tract: str = "peripheral_motor"
) -> float:
    """Return by how many days methylcobalamin (mg/kg/day from day 0) brings an event of a lesion forward."""
    plain = measure(toxin_lesion(ledger, tract))
    return plain - measure(toxin_lesion(ledger, tract, methylcobalamin=dose))
