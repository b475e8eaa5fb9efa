"""The rates of the myelin layer, read once from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.myelin.equations import RATES

COMPARTMENTS: Final = ("peripheral", "central")
OPTIC: Final = ("optic", "papillomacular")
MOTOR: Final = "peripheral_motor"
MIXED: Final = "mixed"  # calibre of a segment that stands for all fibres of its tract


@dataclass(frozen=True, slots=True)
class Susceptibility:
    """Harm done to one person's tissues by the same exposure, relative to the typical person (1).

    Attributes
    ----------
    central, peripheral, optic : float
        Divide the deficit of methylation of half the harm to sheaths and axons, in the tracts of the cord and
        brain, in the nerves of the limbs, and in the optic nerve. That of the optic nerve multiplies its rate of
        injury as well: sight can fail before the cord does, or not at all.
    motor_n2o : float
        Multiplies the hazard that nitrous oxide itself is to motor axons.
    repair : float
        Multiplies the speed of repair: healing of vacuolated internodes, remyelination, clearance of debris.
    axons : float
        Multiplies the hazards of axons whose sheaths are injured or that lack methylation.

    Examples
    --------
    >>> from remyelin.myelin import Susceptibility
    >>> Susceptibility(peripheral=2.0).central
    1.0
    """

    central: float = 1.0
    peripheral: float = 1.0
    optic: float = 1.0
    motor_n2o: float = 1.0
    repair: float = 1.0
    axons: float = 1.0

    def of_tract(self, tract: str, compartment: str) -> float:
        """Return by how much the deficit of half harm is lower in a tract than in the typical person."""
        if tract in OPTIC:
            return self.optic
        return self.peripheral if compartment == "peripheral" else self.central

    def injury_of(self, tract: str) -> float:
        """Return by how much sheaths of a tract are injured faster than in the typical person."""
        return self.optic if tract in OPTIC else 1.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the equations of a segment, apart from the segment itself.

    Attributes
    ----------
    peripheral, central : mapping of str to float
        Rates by the names of :data:`remyelin.myelin.equations.RATES`, 1/day unless the ledger says
        otherwise.
    vulnerability, calibre : mapping of str to float
        Relative rate of injury by tract, and by calibre of its fibres.
    axon_exponent, motor_share, axon_reference : float
        Growth of the direct axonal hazard with distance from the cell body, its size in motor over that in
        sensory axons, and the distance (mm) at which it has its nominal size.
    regrowth_speed, regrowth_stretch : float
        Speed of regrowing axons (mm/day); share of the distance to the cell body they regrow over.
    age_reference, age_halving : float
        Age (years) up to which repair has its full speed; years that halve it beyond.
    person : Susceptibility
        Of the person whose nerves they are.

    Examples
    --------
    >>> from remyelin import Ledger, myelin
    >>> parameters = myelin.Parameters.from_ledger(Ledger.shipped())
    >>> sorted(parameters.vulnerability)[:2]
    ['anterolateral', 'auditory']
    """

    peripheral: Mapping[str, float]
    central: Mapping[str, float]
    vulnerability: Mapping[str, float]
    calibre: Mapping[str, float]
    axon_exponent: float
    motor_share: float
    axon_reference: float
    regrowth_speed: float
    regrowth_stretch: float
    age_reference: float
    age_halving: float
    person: Susceptibility = Susceptibility()

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Parameters:
        """Read the parameters from a ledger.

        Parameters
        ----------
        ledger : Ledger
            The numbers of the run.

        Returns
        -------
        Parameters
            The frozen rates.
        """
        shared = _values(ledger, "myelin.shared")
        return cls(
            peripheral=MappingProxyType(shared | _values(ledger, "myelin.peripheral")),
            central=MappingProxyType(shared | _values(ledger, "myelin.central")),
            vulnerability=MappingProxyType(_values(ledger, "myelin.vulnerability")),
            calibre=MappingProxyType({MIXED: 1.0} | _values(ledger, "myelin.calibre")),
            axon_exponent=ledger["myelin.length.axon_exponent"],
            motor_share=ledger["myelin.length.motor_share"],
            axon_reference=ledger["myelin.length.reference"],
            regrowth_speed=ledger["myelin.regrowth.speed"],
            regrowth_stretch=ledger["myelin.regrowth.stretch"],
            age_reference=ledger["myelin.age.reference"],
            age_halving=ledger["myelin.age.halving"],
        )

    def susceptible(self, factor: float) -> Parameters:
        """Return the rates of a person in whom a lack of methylation does so many times the typical harm.

        One factor for sheaths and for the direct harm to axons, in all tissues alike.
        """
        return self.of_person(Susceptibility(factor, factor, factor))

    def of_person(self, person: Susceptibility) -> Parameters:
        """Return the rates of a person of a given susceptibility."""
        return replace(self, person=person)

    def age_factor(self, age: float) -> float:
        """Return the speed of repair at an age (years), relative to a young adult."""
        return float(0.5 ** (max(age - self.age_reference, 0.0) / self.age_halving))

    def rates(
        self,
        compartments: Sequence[str],
        tracts: Sequence[str],
        distances: NDArray[np.float64],
        age: float,
        calibres: Sequence[str] | None = None,
    ) -> NDArray[Any]:
        """Return one record of rates per segment.

        Parameters
        ----------
        compartments : sequence of {"peripheral", "central"}
            Compartment of each segment.
        tracts : sequence of str
            Tract of each segment, a key of `vulnerability`.
        distances : (segment,) array
            Distance from the cell body, mm.
        age : float
            Age in years.
        calibres : sequence of str, optional
            Calibre of the fibres of each segment, a key of `calibre`; a mixture when omitted.

        Returns
        -------
        (segment,) array of RATES
            Rates, 1/day.

        Raises
        ------
        InputError
            For an unknown compartment, tract or calibre.
        """
        widths = [MIXED] * len(compartments) if calibres is None else calibres
        for what, given, known in (
            ("segment compartment", compartments, COMPARTMENTS),
            ("tract", tracts, self.vulnerability),
            ("calibre", widths, self.calibre),
        ):
            for name in given:
                if name not in known:
                    raise InputError(f"{what} {name!r} is not known; {nearest(name, known)}")
        outside = np.array([compartment == "peripheral" for compartment in compartments])
        table = np.zeros(len(compartments), dtype=RATES)
        table["regrowth"] = self.regrowth_speed / (self.regrowth_stretch * distances)
        for name in set(RATES.names or ()) - {"regrowth", "susceptibility"}:
            table[name] = np.where(outside, self.peripheral[name], self.central[name])
        speed = self.age_factor(age) * self.person.repair
        table["injury"] *= [
            self.vulnerability[tract] * self.calibre[width] * self.person.injury_of(tract)
            for tract, width in zip(tracts, widths, strict=True)
        ]
        growth = (distances / self.axon_reference) ** self.axon_exponent
        table["susceptibility"] = [
            self.person.of_tract(*place) for place in zip(tracts, compartments, strict=True)
        ]
        motor = np.array([tract == MOTOR for tract in tracts])
        table["axon_direct"] *= growth * np.where(motor, self.motor_share, 1.0)
        table["axon_gas"] *= np.where(motor, growth * self.person.motor_n2o, 0.0)
        for name in ("axon_vacuolated", "axon_bare", "axon_direct"):
            table[name] *= self.person.axons
        table["healing"] *= self.person.repair
        table["remyelination"] *= speed
        table["clearance"] *= speed
        # Zero the regrowth rate where no axon regrows, so that otherwise identical segments are deduplicated.
        table["regrowth"][table["regrowth_share"] == 0.0] = 0.0
        return table


def _values(ledger: Ledger, prefix: str) -> dict[str, float]:
    return {name: ledger[f"{prefix}.{name}"] for name in ledger.group(prefix)}
