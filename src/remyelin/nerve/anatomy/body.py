"""Person attributes used by the nerve layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre.settings import TEMPERATURE_LIMITS
from remyelin.nerve.settings import NERVE_HEIGHT_LIMITS

SEXES = ("female", "male")


@dataclass(frozen=True, slots=True)
class Person:
    """Age (years), sex ("female" or "male"), height (cm), temperature of the limbs (C).

    Lengths of nerves and tracts scale with height; conduction and potentials depend on temperature.
    Age and sex are carried for the reader of a report; the norms used are those of adults of both.

    Examples
    --------
    >>> from remyelin import nerve
    >>> nerve.Person(age=57, sex='female', height=163.0, temperature=33.0).height
    163.0
    """

    age: float
    sex: str
    height: float
    temperature: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.age) and self.age >= 0):
            raise InputError(f"the age of a person is {self.age!r}; give years, 0 or more.")
        if self.sex not in SEXES:
            raise InputError(f"the sex of a person is {self.sex!r}; give 'female' or 'male'.")
        for name, limits in (("height", NERVE_HEIGHT_LIMITS), ("temperature", TEMPERATURE_LIMITS)):
            value = getattr(self, name)
            if not limits[0] <= value <= limits[1]:
                raise InputError(
                    f"the {name} of a person is {value!r}; give {limits[0]:g} to {limits[1]:g} "
                    f"{'cm' if name == 'height' else 'C'}."
                )

    def replace(self, **changes: object) -> Person:
        """Return the person with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        *,
        age: float,
        sex: str = "female",
        height: float | None = None,
        temperature: float | None = None,
    ) -> Person:
        """Return a person whose unstated height and limb temperature are those of the norms."""
        return cls(
            age,
            sex,
            ledger["nerve.reference_height"] if height is None else height,
            ledger["temperature.reference_limb"] if temperature is None else temperature,
        )
