"""Traits: how one person differs from the typical one, drawn and applied in one place.

Slow traits (:data:`SLOW`) change the simulation of cobalamin or myelin. Fast traits (:data:`FAST`) are multipliers of
results, so that they can be changed without simulating again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remyelin import clinic, myelin
from remyelin.base.errors import InputError
from remyelin.catalogue.causes import CAUSES
from remyelin.clinic.grades import Grade
from remyelin.cobalamin import Exposure
from remyelin.evidence import Ledger
from remyelin.person.settings import TRAIT_LEDGERS_KEPT, TRAIT_LIMITS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traits:
    """Differences between persons under the same exposure; every trait is 1 in the typical person.

    Attributes
    ----------
    store : float
        Body store in balance on the same diet.
    pace : float
        Speed of the cause: intrinsic factor is lost so many times faster, a diet falls further below need, more gas
        is used a day.
    central, peripheral, optic : float
        Susceptibility to a lack of methylation: divides the deficit of half harm, in the tracts of cord and brain, the
        nerves of the limbs, and the optic nerve.
    motor_n2o : float
        Hazard of motor axons under nitrous oxide.
    repair : float
        Speed of repair: healing of injured sheaths, remyelination and clearance of debris, in all tissues.
    axons : float
        Hazard of axons whose sheaths are injured or that lack methylation.
    plasma : float
        Haptocorrin-bound cobalamin at the same store.
    mma, homocysteine : float
        Levels of the metabolites at the same enzyme state.
    marrow : float
        Anaemia at the same activity of methionine synthase.
    reserve : float
        Functional reserve: multiplies the odds of the loss of fibres at which a function is half lost.
    notice : float
        Multiplies the severity from which a symptom is noticed.

    Examples
    --------
    >>> Traits(central=3.0).central
    3.0
    """

    store: float = 1.0
    pace: float = 1.0
    central: float = 1.0
    peripheral: float = 1.0
    optic: float = 1.0
    motor_n2o: float = 1.0
    repair: float = 1.0
    axons: float = 1.0
    plasma: float = 1.0
    mma: float = 1.0
    homocysteine: float = 1.0
    marrow: float = 1.0
    reserve: float = 1.0
    notice: float = 1.0

    def __post_init__(self) -> None:
        for name in NAMES:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(f"trait {name} is {value}; give a number above 0, 1 for the typical person.")

    def with_values(self, **values: float) -> Traits:
        """Return the traits with some changed."""
        return replace(self, **values)


NAMES: Final = tuple(field.name for field in fields(Traits))
SLOW: Final = ("store", "pace", "central", "peripheral", "optic", "motor_n2o", "repair", "axons")
FAST: Final = ("plasma", "mma", "homocysteine", "marrow", "reserve", "notice")
PATIENT: Final = ("central", "peripheral", "optic", "motor_n2o", "repair", "axons", "reserve", "notice")
"""Traits in which those who are found ill differ from the population."""
CORRELATED: Final = (("central", "peripheral"), ("central", "optic"), ("mma", "homocysteine"))
GRADES: Final = ("numbness", "position", "vibration", "weakness", "pyramidal", "reflex", "vision", "smell")
FURTHER_GRADES: Final = ("pseudotremor", "processing", "pain", "speech")
TYPICAL: Final = Traits()


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Multivariate normal distribution of the logarithms of the traits, in the order of :data:`NAMES`.

    Attributes
    ----------
    deviation : (trait,) array
        Standard deviations of the logarithms.
    correlation, mix : (trait, trait) arrays
        Correlation matrix, and its lower Cholesky factor.
    """

    deviation: Floats
    correlation: Floats
    mix: NDArray[np.floating[Any]]

    @classmethod
    @lru_cache(maxsize=TRAIT_LEDGERS_KEPT)
    def from_ledger(cls, ledger: Ledger) -> Spread:
        """Read the entries ``spread.*`` and ``correlation.*``.

        Raises
        ------
        InputError
            If no distribution has the correlations.
        """
        correlation = np.eye(len(NAMES))
        for one, other in CORRELATED:
            i, j = NAMES.index(one), NAMES.index(other)
            correlation[i, j] = correlation[j, i] = ledger[f"correlation.{one}.{other}"]
        try:
            mix = np.linalg.cholesky(correlation)
        except np.linalg.LinAlgError:
            raise InputError("the correlations of the traits are impossible together; weaken one.") from None
        return cls(np.array([ledger[f"spread.{name}"] for name in NAMES]), correlation, mix)

    def traits(self, normal: Floats) -> Traits:
        """Return the traits at independent standard normal numbers, in the order of :data:`NAMES`."""
        # Summed in a fixed order: a library's product may differ between processors.
        mixed = [sum(float(a) * float(b) for a, b in zip(row, normal, strict=True)) for row in self.mix]
        low, high = TRAIT_LIMITS
        values = (min(max(math.exp(sd * z), low), high) for sd, z in zip(self.deviation, mixed, strict=True))
        return Traits(*values)

    def log_density(self, traits: Traits) -> float:
        """Return the logarithm of the prior density of the logarithms of the traits."""
        from scipy.linalg import solve_triangular

        scaled = np.log([getattr(traits, name) for name in NAMES]) / self.deviation
        standard = solve_triangular(self.mix, scaled, lower=True)
        volume = float(np.log(self.deviation).sum() + np.log(np.diag(self.mix)).sum())
        return float(-0.5 * (standard @ standard)) - volume - 0.5 * len(NAMES) * math.log(2.0 * math.pi)


def draw(ledger: Ledger, rng: Generator) -> Traits:
    """Draw the traits of one person.

    Parameters
    ----------
    ledger : Ledger
        Entries ``spread.*`` and ``correlation.*``.
    rng : Generator
        The stream of the person; as many normal numbers are taken as there are traits.

    Returns
    -------
    Traits

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.evidence import Ledger
    >>> draw(Ledger.shipped(), np.random.default_rng(1)) == draw(Ledger.shipped(), np.random.default_rng(1))
    True
    """
    return Spread.from_ledger(ledger).traits(rng.standard_normal(len(NAMES)))


def patient(cause: str, ledger: Ledger) -> Traits:
    """Return the traits of a person with a cause who was found ill and of whom nothing else is known.

    Parameters
    ----------
    cause : str
        Cause of a case; without one (``"none"``) the typical person is returned.
    ledger : Ledger
        Entries ``patient.*``.
    """
    if cause == "none":
        return TYPICAL
    stratum = CAUSES[cause].stratum
    return Traits(**{name: ledger[f"patient.{stratum}.{name}"] for name in PATIENT})


def log_prior(traits: Traits, ledger: Ledger) -> float:
    """Return the logarithm of the prior density of a person's traits, over the logarithms of the traits."""
    return Spread.from_ledger(ledger).log_density(traits)


def exposed(exposure: Exposure, traits: Traits) -> Exposure:
    """Return the exposure of a typical person as that of this one: store, and levels at a given store.

    The pace of the cause is applied where the cause is written (:func:`remyelin.person.plans.caused`).
    """
    return replace(
        exposure,
        store_scale=exposure.store_scale * traits.store,
        plasma_scale=exposure.plasma_scale * traits.plasma,
        metabolite_scale_mma=exposure.metabolite_scale_mma * traits.mma,
        metabolite_scale_hcy=exposure.metabolite_scale_hcy * traits.homocysteine,
        marrow_scale=exposure.marrow_scale * traits.marrow,
    )


def susceptibility(traits: Traits) -> myelin.Susceptibility:
    """Return the part of the traits that the myelin layer reads."""
    return myelin.Susceptibility(
        traits.central, traits.peripheral, traits.optic, traits.motor_n2o, traits.repair, traits.axons
    )


def judged(parameters: clinic.Parameters, reserve: Any, notice: Any) -> clinic.Parameters:
    """Return the clinical maps of persons: losses of half severity moved by reserve, `presence` by notice.

    Parameters
    ----------
    parameters : clinic.Parameters
        Of the typical person.
    reserve, notice : float or array
        Traits; arrays must broadcast against the losses that the maps will be given, as (person, 1) against
        (person, time).
    """
    if np.ndim(reserve) == 0 and np.ndim(notice) == 0 and reserve == 1.0 and notice == 1.0:
        return parameters
    moved: dict[str, Any] = {name: _moved(getattr(parameters, name), reserve) for name in GRADES}
    own: dict[str, Any] = {
        name: _moved(getattr(parameters.further, name), reserve) for name in FURTHER_GRADES
    }
    further = replace(parameters.further, **own)
    return replace(parameters, presence=parameters.presence * notice, further=further, **moved)


def _moved(grade: Grade, reserve: Any) -> Grade:
    """Multiply the odds of the half by the reserve, which keeps it between 0 and 1."""
    return Grade(grade.half * reserve / (1.0 + grade.half * (reserve - 1.0)), grade.steepness)


def columns(people: Sequence[Traits]) -> Mapping[str, Floats]:
    """Return the traits of many persons as one array (person,) by name."""
    return {name: np.array([getattr(traits, name) for traits in people]) for name in NAMES}
