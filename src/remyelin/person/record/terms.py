"""Names of findings, grades, studies and scales in a record, with the words that clinicians use for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.catalogue.studies import (
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    MEP_ARM,
    MEP_LEG,
    PERONEAL_MOTOR,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    ULNAR_MOTOR,
    ULNAR_SENSORY,
    VEP,
)
from remyelin.person.record import symptom_words
from remyelin.person.record.grade_words import WORDS

LABS: Final = ("b12", "holotc", "mma", "homocysteine", "haemoglobin", "haematocrit", "mcv")

#: Grades by type of finding, from the least to the most; a word may allow several neighbouring grades.
LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": ("none", "mild", "moderate", "severe"),
    "sense": ("normal", "slightly reduced", "reduced", "absent"),
    "jerk": ("absent", "reduced", "normal", "brisk"),
    "sign": ("absent", "present"),
    "power": ("5", "4", "3", "2", "1", "0"),
    "chance": ("none", "present"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One symptom or sign: the model's variable for it, and its grades.

    Attributes
    ----------
    name : str
    type : {"severity", "sense", "jerk", "sign", "power", "chance"}
        Key of :data:`LEVELS`; of a "chance" the model gives a probability and no grade.
    losses : tuple of str
        Lost functions (:func:`remyelin.clinic.functions_of`) or severities it is read from.
    also : tuple of str
        Other words.
    """

    name: str
    type: str
    losses: tuple[str, ...]
    also: tuple[str, ...] = ()


SYMPTOMS: Final[Mapping[str, Finding]] = {
    name: Finding(name, "severity", (name,), also) for name, also in symptom_words.COMPUTED.items()
}

#: Symptoms without a mechanism: :mod:`remyelin.clinic.association` gives a probability of each.
ASSOCIATED: Final[Mapping[str, Finding]] = {
    name: Finding(name, "chance", (name,), also) for name, also in symptom_words.ASSOCIATED.items()
}

SIGNS: Final[Mapping[str, Finding]] = {
    item.name: item
    for item in (
        Finding(
            "vibration",
            "sense",
            ("vibration_leg",),
            (
                "vibration sense",
                "vibration loss",
                "vibration perception",
                "vibratory sense",
                "tuning fork",
                "pallaesthesia",
                "impaired vibration sense",
            ),
        ),
        Finding(
            "position",
            "sense",
            ("position_leg",),
            ("position sense", "proprioception", "joint position", "joint position sense", "jps"),
        ),
        Finding(
            "touch",
            "sense",
            ("touch_leg",),
            ("light touch", "pinprick", "pin prick", "pinprick sensation", "sensation"),
        ),
        Finding(
            "romberg",
            "sign",
            ("position_leg",),
            ("romberg sign", "romberg's sign", "romberg test", "romberg's test", "rombergism"),
        ),
        Finding(
            "babinski",
            "sign",
            ("pyramidal_leg",),
            (
                "babinski sign",
                "babinski's sign",
                "babinski reflex",
                "extensor plantar",
                "extensor plantars",
                "extensor plantar response",
                "extensor plantar responses",
                "plantar",
                "plantar response",
                "plantar responses",
                "plantar reflex",
                "plantars",
            ),
        ),
        Finding(
            "spasticity",
            "sign",
            ("pyramidal_leg",),
            ("spastic paraparesis", "clonus", "tone", "muscle tone", "increased tone"),
        ),
        Finding(
            "ankle_jerk",
            "jerk",
            ("ankle_arc", "pyramidal_leg"),
            ("ankle jerks", "ankle reflex", "ankle reflexes", "achilles reflex", "aj", "ajs"),
        ),
        Finding(
            "knee_jerk",
            "jerk",
            ("knee_arc", "pyramidal_leg"),
            (
                "knee jerks",
                "knee reflex",
                "knee reflexes",
                "patellar reflex",
                "reflexes",
                "tendon reflexes",
                "deep tendon reflexes",
                "dtr",
                "dtrs",
            ),
        ),
        Finding("biceps_jerk", "jerk", ("arm_arc", "pyramidal_arm"), ("biceps reflex", "arm reflexes")),
        Finding(
            "power_leg",
            "power",
            ("strength_leg",),
            (
                "leg power",
                "power",
                "leg strength",
                "muscle power",
                "muscle strength",
                "strength",
                "lower limb power",
            ),
        ),
        Finding("power_arm", "power", ("strength_arm",), ("arm power", "arm strength", "upper limb power")),
    )
}

SCALES: Final[Mapping[str, tuple[str, ...]]] = {
    "disability": ("fdrs", "functional disability", "functional disability rating scale", "scale"),
    "rankin": ("mrs", "modified rankin", "modified rankin scale"),
}
SCALE_TOP: Final = {"disability": 16.0, "rankin": 5.0}

#: Quantities of nerve studies that may be written: study, site of the model's table, quantity, unit.
STUDIES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "sural amplitude": (SURAL, "ankle", "amplitude", "uV"),
    "sural velocity": (SURAL, "ankle", "velocity", "m/s"),
    "median sensory amplitude": (MEDIAN_SENSORY, "wrist", "amplitude", "uV"),
    "median sensory velocity": (MEDIAN_SENSORY, "wrist", "velocity", "m/s"),
    "ulnar sensory amplitude": (ULNAR_SENSORY, "wrist", "amplitude", "uV"),
    "ulnar sensory velocity": (ULNAR_SENSORY, "wrist", "velocity", "m/s"),
    "tibial motor amplitude": (TIBIAL_MOTOR, "ankle", "amplitude", "mV"),
    "tibial motor velocity": (TIBIAL_MOTOR, "knee", "velocity", "m/s"),
    "tibial motor latency": (TIBIAL_MOTOR, "ankle", "latency", "ms"),
    "peroneal motor amplitude": (PERONEAL_MOTOR, "ankle", "amplitude", "mV"),
    "peroneal motor velocity": (PERONEAL_MOTOR, "knee", "velocity", "m/s"),
    "median motor amplitude": (MEDIAN_MOTOR, "wrist", "amplitude", "mV"),
    "median motor velocity": (MEDIAN_MOTOR, "elbow", "velocity", "m/s"),
    "ulnar motor amplitude": (ULNAR_MOTOR, "wrist", "amplitude", "mV"),
    "ulnar motor velocity": (ULNAR_MOTOR, "elbow", "velocity", "m/s"),
    "tibial sep p40": (TIBIAL_SEP, "P40", "latency", "ms"),
    "median sep n20": (MEDIAN_SEP, "N20", "latency", "ms"),
    "vep p100": (VEP, "P100", "latency", "ms"),
    "mep leg cmct": (MEP_LEG, "cortex", "interval", "ms"),
    "mep arm cmct": (MEP_ARM, "cortex", "interval", "ms"),
}
#: A sign and where it is tested: in the second group an arm, else a leg.
_TESTED: Final = re.compile(
    r"^(.+?) (?:(?:in|of|at) )?(?:the |both |lower |upper )*"
    r"(?:(arms?|hands?|fingers?|upper limbs?)|ankles?|toes?|great toes?|big toes?|feet|foot|legs?|limbs?|malleolus)$"
)

FOUND: Final[Mapping[str, tuple[str, ...]]] = {
    "symptoms": ("symptom", "neurological symptoms", "complaint"),
    "blood count": ("anaemia", "anemia", "macrocytosis", "blood"),
    "screening": ("screen", "routine", "by chance", "check-up"),
}


HISTORY: Final[Mapping[str, tuple[str, ...]]] = {
    "complete": ("full", "whole"),
    "partial": ("incomplete", "in part"),
}


def fold(text: str) -> str:
    """Return text in small letters with single blanks for separators."""
    return re.sub(r"[\s_\-]+", " ", text.replace("&", " and ")).strip().casefold()


def finding(kind: str, name: str) -> Finding | None:
    """Return the symptom or sign of a name or of another word for it; None if there is none.

    A symptom may be written with where it is felt, as ``tingling in both feet``, a sign with the leg or arm it is
    tested in, as ``vibration at the ankles`` or ``power in the arms``.
    """
    known, words = _lookup(kind), fold(name)
    found = known.get(words)
    if found is None and kind == "symptom":
        return _told(words)
    tested = _TESTED.match(words) if found is None and kind == "sign" else None
    if tested:
        found = known.get(tested[1])
        if tested[2]:  # only power has a sign for the arm
            found = SIGNS["power_arm"] if found is SIGNS["power_leg"] else None
    return found


def _told(words: str) -> Finding | None:
    """Return the symptom of the one keyword among words; None where there is none, another, or a word of its own."""
    said = set(re.split(r"[\s,;/()]+", words)) - {""} - symptom_words.BESIDE
    found = {name for name, keys in symptom_words.KEYWORDS.items() if said & set(keys)}
    if len(found) != 1:
        return None
    name = found.pop()
    rest = said - set(symptom_words.KEYWORDS[name])
    if symptom_words.LESS & set(words.split()) and name not in symptom_words.FUNCTIONS:
        return None  # "reduced tingling" tells of an improvement
    return None if rest else (SYMPTOMS.get(name) or ASSOCIATED[name])


def _lookup(kind: str) -> Mapping[str, Finding]:
    table = {**SYMPTOMS, **ASSOCIATED} if kind == "symptom" else SIGNS
    found = {}
    for item in table.values():
        for word in (item.name, *item.also):
            found[fold(word)] = item
    return found


def words(kind: str) -> list[str]:
    """Return every word for a symptom or sign that :func:`finding` knows."""
    return list(_lookup(kind))


def names(kind: str) -> list[str]:
    """Return the known names of a kind of entry."""
    tables = {
        "symptom": [*SYMPTOMS, *ASSOCIATED],
        "sign": list(SIGNS),
        "lab": list(LABS),
        "scale": list(SCALES),
        "study": list(STUDIES),
    }
    return tables.get(kind, [])


def levels_of(item: Finding, word: str) -> tuple[int, int] | None:
    """Return the lowest and highest grade that a word allows; None if it is no grade of this finding."""
    known = WORDS[item.type]
    said = fold(word) if word != "-" else "-"
    if item.type == "power":
        said = re.sub(r"^([0-5][+-]?) ?/ ?5$", r"\1", word.strip().casefold())
    if said in known:
        return known[said]
    # "mild to moderate", "1-2"
    ends = [known.get(part) for part in re.split(r" (?:to|or) |[ -]", said)]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        return min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1])
    plain = re.sub(
        r"^(?:needs|uses|walks with|with) (?:an? )?|^(?:one|two|a|an) | (?:up to|to|at|below) (?:the )?\w+$"
        r"|,? (?:bilaterally|in both legs|on both sides|throughout)$",
        "",
        said,
    )
    plain = re.sub(r"^(?:one|two|a|an) ", "", plain)
    return known.get(plain)


def grades_of(item: Finding) -> list[str]:
    """Return the words that grade a finding."""
    return list(WORDS[item.type])


def scale_of(name: str) -> str | None:
    """Return the scale of a name."""
    return _synonym(SCALES, name)


def found_of(name: str) -> str | None:
    """Return how a deficiency was found."""
    return _synonym(FOUND, name)


def history_of(name: str) -> str | None:
    """Return whether a history lists all complaints."""
    return _synonym(HISTORY, name)


def _synonym(table: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    wanted = fold(name)
    return next((key for key, also in table.items() if wanted in (fold(key), *map(fold, also))), None)
