"""Normal values, limits and z-scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from remyelin.catalogue.studies import MEP_ARM, MEP_LEG
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.settings import NERVE_NORMS_KEPT

HIGH_IS_ABNORMAL: Final = frozenset({"latency", "interval", "cmct", "f_latency"})
OF_THE_HEAD: Final = frozenset(
    {"p100", "baep_i", "baep_iii", "baep_v", "baep_i_iii", "baep_iii_v", "baep_i_v"}
)
"""Evoked potentials whose norms do not change with height."""

EVOKED: Final = OF_THE_HEAD | {
    "n9",
    "n13",
    "n20",
    "n22",
    "p40",
    "n9_n13",
    "n13_n20",
    "n22_p40",
    MEP_ARM,
    MEP_LEG,
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A measured quantity against its norm.

    Attributes
    ----------
    quantity : str
        "latency", "amplitude", "velocity", "interval", "cmct" or "f_latency".
    value : float or None
        None where the response is absent.
    unit : str
    mean, sd : float
        Of healthy adults, in `unit`, or of the logarithm (see `logarithmic`).
    limit : float
        Beyond it the value is abnormal, in `unit`.
    z : float or None
        Standard deviations from the mean; positive is above it.
    flag : {"normal", "low", "high", "absent"}
    logarithmic : bool
        Whether mean, SD and z are of the natural logarithm.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> [item.quantity for item in studies.row('sural', 'ankle').assessed]
    ['amplitude', 'velocity']
    """

    quantity: str
    value: float | None
    unit: str
    mean: float
    sd: float
    limit: float
    z: float | None
    flag: str
    logarithmic: bool = False


def assess(ledger: Ledger, key: str, quantity: str, value: float | None, person: Person) -> Assessment | None:
    """Compare a value with its norm; None where no norm is in the ledger.

    Parameters
    ----------
    ledger : Ledger
    key : str
        Study or wave: ``norm.<key>.<quantity>`` in the ledger.
    quantity : str
    value : float or None
    person : Person
        The norm of a velocity shifts, that of an F wave or of an evoked latency of the limbs scales with height.

    Returns
    -------
    Assessment or None
    """
    norm = _norm(ledger, key, quantity, person)
    if norm is None:
        return None
    unit, mean, sd, limit, logarithmic = norm
    high = quantity in HIGH_IS_ABNORMAL
    if value is None:
        return Assessment(quantity, None, unit, mean, sd, limit, None, "absent", logarithmic)
    z = ((math.log(value) if logarithmic else value) - mean) / sd
    abnormal = value > limit if high else value < limit
    flag = ("high" if high else "low") if abnormal else "normal"
    return Assessment(quantity, value, unit, mean, sd, limit, z, flag, logarithmic)


@remembered(maxsize=NERVE_NORMS_KEPT)
def _norm(
    ledger: Ledger, key: str, quantity: str, person: Person
) -> tuple[str, float, float, float, bool] | None:
    """Return unit, mean, SD and limit of a quantity in a person, and whether of the logarithm; dates share them."""
    name = f"norm.{key}.{quantity}"
    logarithmic = f"norm.{key}.log_{quantity}" in ledger
    if logarithmic:
        name = f"norm.{key}.log_{quantity}"
    if name not in ledger:
        return None
    mean, sd = ledger.vector(name)
    unit = ledger.entry(name).unit.removeprefix("ln ")
    taller = person.height - ledger["nerve.reference_height"]
    evoked = key in EVOKED
    if quantity == "velocity":
        mean += ledger["norm.velocity_per_height"] * taller
    elif quantity == "f_latency" or (evoked and key not in OF_THE_HEAD and quantity in HIGH_IS_ABNORMAL):
        mean *= person.height / ledger["nerve.reference_height"]
    reach = ledger["limit.evoked" if evoked else "limit.conduction"]
    high = quantity in HIGH_IS_ABNORMAL
    limit = mean + reach * sd if high else mean - reach * sd
    if logarithmic:
        limit = math.exp(limit)
    elif not high:
        limit = max(limit, 0.0)  # wide amplitudes: only absence is abnormal
    if f"norm.{key}.{quantity}_limit" in ledger:
        limit = ledger[f"norm.{key}.{quantity}_limit"]
    return unit, mean, sd, limit, logarithmic
