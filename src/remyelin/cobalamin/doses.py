"""Doses and orders as records: amount, form, route and day; the other vitamins beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import KINDS

Form = Literal["cyanocobalamin", "hydroxocobalamin", "methylcobalamin"]
Route = Literal["im", "sc", "iv", "oral", "nasal"]
FORMS: Final[tuple[str, ...]] = get_args(Form)
ROUTES: Final[tuple[str, ...]] = get_args(Route)


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose of cobalamin.

    Parameters
    ----------
    time : float
        Days relative to presentation.
    amount_ug : float
        Micrograms of the form given, above 0.
    form : {"cyanocobalamin", "hydroxocobalamin", "methylcobalamin"}
    route : {"im", "sc", "iv", "oral", "nasal"}
    with_food : bool
        Taken with a meal, which lowers passive absorption.

    Raises
    ------
    InputError
        For an unknown form or route, or an amount or time that cannot be.

    Examples
    --------
    >>> from remyelin.cobalamin import Dose
    >>> Dose(time=0.0, amount_ug=1000.0, form='cyanocobalamin', route='im').amount_ug
    1000.0
    """

    time: float
    amount_ug: float
    form: Form
    route: Route
    with_food: bool = False

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(f"dose: unknown form {self.form!r}; {nearest(str(self.form), FORMS)}")
        if self.route not in ROUTES:
            raise InputError(f"dose: unknown route {self.route!r}; {nearest(str(self.route), ROUTES)}")
        if not math.isfinite(self.time):
            raise InputError(f"dose: time {self.time} is not a number of days.")
        if not 0 < self.amount_ug <= KINDS["dose"].high:
            raise InputError(
                f"dose: amount {self.amount_ug} ug is impossible; give more than 0 and at most "
                f"{KINDS['dose'].high:g} ug."
            )


@dataclass(frozen=True, slots=True)
class Order:
    """Doses of a regimen.

    Attributes
    ----------
    doses : tuple of Dose
        Cobalamin, in time order.
    vitamins : tuple of (float, float, float)
        Day from which so much folic acid and pyridoxine is taken (mg/day), in time order; empty without any.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import read_order
    >>> order = read_order('cyanocobalamin 1 mg im every 7 d', 0, 28, Ledger.shipped())
    >>> [dose.time for dose in order.doses]
    [0.0, 7.0, 14.0, 21.0]
    """

    doses: tuple[Dose, ...]
    vitamins: tuple[tuple[float, float, float], ...] = ()
