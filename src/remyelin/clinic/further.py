"""Losses behind tremor, concentration, perception of pain and speech, each from a pathway of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.catalogue.pathways import CALLOSAL, CORTICOBULBAR, MEDIAN_SEP, SPINOTHALAMIC
from remyelin.clinic.grades import Floats, Grade, graded, timed
from remyelin.evidence import Ledger

PATHWAYS: Final = (CALLOSAL, CORTICOBULBAR, SPINOTHALAMIC)
"""Pathways of concentration, speech and pain, which no other function reads."""


@dataclass(frozen=True, slots=True)
class Further:
    """Maps of these functions; all of them assumed.

    Attributes
    ----------
    pseudotremor : Grade
        From the loss of the somatosensory volley of the hand: fingers wander when hardly any is left.
    processing : Grade
        From the loss of the volley of cerebral white matter.
    pain, speech : Grade
        From the share of the spinothalamic, of the corticobulbar path that no longer works.
    position_dispersion, processing_dispersion : float
        Added spread of arrival (ms) that halves the use of the volley of the hand, of cerebral white matter.
    crossings : float
        Crossings of cerebral white matter, one after the other, within the latency of the P300.
    """

    pseudotremor: Grade
    processing: Grade
    pain: Grade
    speech: Grade
    position_dispersion: float
    processing_dispersion: float
    crossings: float

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Further:
        """Read the maps from a ledger."""
        return cls(
            pseudotremor=Grade.from_ledger(ledger, "pseudotremor"),
            processing=Grade.from_ledger(ledger, "processing"),
            pain=Grade.from_ledger(ledger, "pain"),
            speech=Grade.from_ledger(ledger, "speech"),
            position_dispersion=ledger["clinic.position.dispersion"],
            processing_dispersion=ledger["clinic.processing.dispersion"],
            crossings=ledger["clinic.processing.crossings"],
        )


def losses(arrives: Mapping[str, Floats], spread: Mapping[str, Floats], maps: Further) -> dict[str, Floats]:
    """Return how much of each function is lost, 0 to 1.

    Parameters
    ----------
    arrives, spread : mapping of str to (...) array
        Share of the original fibres whose impulse arrives, and added spread of arrival (ms), by pathway.
    maps : Further

    Returns
    -------
    mapping of str to (...) array
        ``steadiness`` of the hands with closed eyes, ``processing``, ``pain`` of the feet and ``speech``.
    """
    hand = arrives[MEDIAN_SEP] * timed(spread[MEDIAN_SEP], maps.position_dispersion)
    white = arrives[CALLOSAL] * timed(spread[CALLOSAL], maps.processing_dispersion)
    return {
        "steadiness": graded(1.0 - hand, maps.pseudotremor),
        "processing": graded(1.0 - white, maps.processing),
        "pain": graded(1.0 - arrives[SPINOTHALAMIC], maps.pain),
        "speech": graded(1.0 - arrives[CORTICOBULBAR], maps.speech),
    }


def p300_delay(delay: Floats, maps: Further) -> Floats:
    """Return how much later than in health the P300 comes, ms.

    Parameters
    ----------
    delay : (...) array
        Added delay of the callosal pathway, ms.
    maps : Further

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin import Ledger, clinic
    >>> maps = clinic.Parameters.from_ledger(Ledger.shipped()).further
    >>> bool(clinic.p300_delay(np.array(0.0), maps) == 0.0)
    True
    """
    late: Floats = maps.crossings * delay
    return late
