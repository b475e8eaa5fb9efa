"""Names of the kinds and items of a record for a reader; in files the short names stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from remyelin.catalogue.markers import MARKERS
from remyelin.person.record import terms

#: Kinds of entries.
KIND_TITLES: Final[Mapping[str, str]] = {
    "lab": "blood value",
    "symptom": "symptom",
    "sign": "sign",
    "study": "nerve study",
    "scale": "scale",
    "treatment": "treatment",
    "cause": "cause",
    "diet": "diet",
    "person": "person",
    "presentation": "first visit",
}
_ITEMS: Final[Mapping[str, Mapping[str, str]]] = {
    "symptom": {
        "paraesthesia": "pins and needles",
        "gait": "trouble walking",
        "vision": "loss of sight",
        "lhermitte": "electric shocks",
        "taste_smell": "loss of taste or smell",
        "concentration": "trouble concentrating",
        "tremor": "unsteady hands",
        "pain_perception": "reduced perception of pain",
        "speech": "trouble speaking",
        "memory": "loss of memory",
        "mood": "change of mood",
        "sphincter": "bladder or bowel trouble",
    },
    "sign": {
        "vibration": "vibration sense",
        "position": "position sense",
        "romberg": "Romberg's sign",
        "babinski": "Babinski's sign",
        "power_leg": "power of the legs",
        "power_arm": "power of the arms",
    },
    "lab": {name: MARKERS[name].lay for name in terms.LABS},
    "study": {
        "tibial sep p40": "tibial evoked potential, P40 latency",
        "median sep n20": "median evoked potential, N20 latency",
        "vep p100": "visual evoked potential, P100 latency",
        "mep leg cmct": "central motor conduction time, leg",
        "mep arm cmct": "central motor conduction time, arm",
    },
    "scale": {"disability": "functional disability (0 to 16)", "rankin": "modified Rankin scale (0 to 5)"},
    "person": {
        "filtration": MARKERS["filtration"].lay,
        "condition": "other condition",
        "temperature": "limb temperature",
    },
    "presentation": {"found": "how it was found", "date": "date of day 0", "history": "list of complaints"},
}


def item_title(kind: str, name: str) -> str:
    """Return the name of an item for a reader.

    Examples
    --------
    >>> item_title("lab", "mma"), item_title("sign", "ankle_jerk")
    ('methylmalonic acid', 'ankle jerk')
    """
    return _ITEMS.get(kind, {}).get(name, name.replace("_", " "))


def titles() -> dict[str, dict[str, str]]:
    """Return the names of items for a reader by kind and short name, of all that a record may hold by name."""
    found = {kind: {name: item_title(kind, name) for name in terms.names(kind)} for kind in KIND_TITLES}
    return {kind: {**found[kind], **_ITEMS.get(kind, {})} for kind in KIND_TITLES}
