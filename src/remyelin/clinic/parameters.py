"""The maps from conduction to symptoms, read once from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from remyelin.clinic.further import Further
from remyelin.clinic.grades import Grade, PerPerson
from remyelin.evidence import Ledger


@dataclass(frozen=True, slots=True)
class Parameters:
    """Maps from the conduction of pathways to symptoms, signs and scores; all of it assumed.

    Attributes
    ----------
    numbness, position, vibration, weakness, pyramidal, reflex : Grade
        From the share of a path that no longer works.
    vision, smell : Grade
        From the share of the visual, and of the olfactory or gustatory path that no longer works.
    paraesthesia, lhermitte : Grade
        From the share of fibres that discharge by themselves (half severity not scaled to 1).
    further : Further
        Maps of tremor, concentration, perception of pain and speech.
    resting, stretched : float
        Share of bare internodes with spread channels that fire by themselves, and when stretched.
    acuity_exponent : float
        Power of the visual path's conducted share that gives decimal acuity.
    position_dispersion, reflex_dispersion : float
        Added spread of arrival (ms) that halves the use of a volley.
    knee_share : float
        Where the knee's arc lies between those of the arm (0) and the ankle (1).
    foot_share : float
        Share of a leg's strength that rests on muscles of the foot; the nerves of the rest are as short as the hand's.
    gait_sensory, gait_pyramidal : float
        Disability of gait at complete loss of position sense, at full spasticity.
    presence : float or array
        Severity above which a symptom is noticed or a sign found.
    scale_gait, scale_sensory : tuple of float
        Severities at which these items of the disability scale gain a point.
    scale_neuropathy, scale_paresis : float
        The same for the jerks and for paresis.
    scale_power : tuple of float
        Losses of strength at which the grade of power falls by one, from 5.
    scale_rankin : tuple of float
        Grade of the modified Rankin scale by the grade of gait.

    Examples
    --------
    >>> from remyelin import Ledger, clinic
    >>> 0 < clinic.Parameters.from_ledger(Ledger.shipped()).numbness.half < 1
    True
    """

    numbness: Grade
    position: Grade
    vibration: Grade
    weakness: Grade
    pyramidal: Grade
    reflex: Grade
    vision: Grade
    smell: Grade
    paraesthesia: Grade
    lhermitte: Grade
    further: Further
    resting: float
    stretched: float
    acuity_exponent: float
    position_dispersion: float
    reflex_dispersion: float
    knee_share: float
    foot_share: float
    gait_sensory: float
    gait_pyramidal: float
    presence: PerPerson
    scale_gait: tuple[float, ...]
    scale_sensory: tuple[float, ...]
    scale_neuropathy: float
    scale_paresis: float
    scale_power: tuple[float, ...]
    scale_rankin: tuple[float, ...]

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Parameters:
        """Read the parameters from a ledger."""
        return cls(
            numbness=Grade.from_ledger(ledger, "numbness"),
            position=Grade.from_ledger(ledger, "position"),
            vibration=Grade.from_ledger(ledger, "vibration"),
            weakness=Grade.from_ledger(ledger, "weakness"),
            pyramidal=Grade.from_ledger(ledger, "pyramidal"),
            reflex=Grade.from_ledger(ledger, "reflex"),
            vision=Grade.from_ledger(ledger, "vision"),
            smell=Grade.from_ledger(ledger, "smell"),
            paraesthesia=Grade.from_ledger(ledger, "paraesthesia"),
            lhermitte=Grade.from_ledger(ledger, "lhermitte"),
            further=Further.from_ledger(ledger),
            resting=ledger["ectopic.resting"],
            stretched=ledger["ectopic.stretched"],
            acuity_exponent=ledger["clinic.vision.acuity_exponent"],
            position_dispersion=ledger["clinic.position.dispersion"],
            reflex_dispersion=ledger["clinic.reflex.dispersion"],
            knee_share=ledger["clinic.reflex.knee_share"],
            foot_share=ledger["clinic.weakness.foot_share"],
            gait_sensory=ledger["clinic.gait.sensory_weight"],
            gait_pyramidal=ledger["clinic.gait.pyramidal_weight"],
            presence=ledger["clinic.presence"],
            scale_gait=ledger.vector("clinic.scale.gait"),
            scale_sensory=ledger.vector("clinic.scale.sensory"),
            scale_neuropathy=ledger["clinic.scale.neuropathy"],
            scale_paresis=ledger["clinic.scale.paresis"],
            scale_power=ledger.vector("clinic.scale.power"),
            scale_rankin=ledger.vector("clinic.scale.rankin"),
        )


_Maps = TypeVar("_Maps", Parameters, Further)


def of_sets(each: Sequence[Parameters], trailing: int) -> Parameters:
    """Return maps of many persons, whose parameter sets differ in the losses of half severity.

    Parameters
    ----------
    each : sequence of Parameters
        One a person; everything but the halves is that of the first.
    trailing : int
        Dimensions of the losses after the person.

    Returns
    -------
    Parameters
        With halves over (person, 1, ...).

    Examples
    --------
    >>> from remyelin import Ledger, clinic
    >>> maps = clinic.Parameters.from_ledger(Ledger.shipped())
    >>> together = clinic.of_sets([maps, maps, maps], trailing=1)
    >>> type(together) is clinic.Parameters
    True
    """
    shape = (len(each), *(1,) * trailing)
    found = _stacked(list(each), shape)
    return replace(found, further=_stacked([one.further for one in each], shape))


def _stacked(each: list[_Maps], shape: tuple[int, ...]) -> _Maps:
    first = each[0]
    grades: dict[str, Any] = {}
    for field in fields(first):
        own = getattr(first, field.name)
        if isinstance(own, Grade):
            halves = np.array([getattr(one, field.name).half for one in each])
            if (halves != halves[0]).any():
                grades[field.name] = Grade(halves.reshape(shape), own.steepness)
    return replace(first, **grades) if grades else first
