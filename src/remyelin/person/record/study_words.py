"""The study that a nerve conduction study or evoked potential of a record means, from the words of a report."""

from __future__ import annotations

import re
from typing import Final

from remyelin.catalogue.studies import VEP
from remyelin.person.record.terms import STUDIES, fold

#: Long forms, in this order, and the one word that stands for each.
_SHORT: Final = (
    (r"central (?:motor )?conduction (?:time|velocity)|central motor time", "cmct"),
    (r"sensory nerve action potentials?|nerve action potentials?|\bsnaps?\b", "sensory amplitude"),
    (r"compound (?:muscle|motor) action potentials?|\bcmaps?\b", "motor amplitude"),
    (r"somatosensory evoked potentials?|\bsseps?\b|\bseps\b", "sep"),
    (r"visual evoked (?:potentials?|responses?)|\bver\b|\bveps\b", VEP),
    (r"motor evoked potentials?|\bmeps\b", "mep"),
    (r"distal motor latency|\bdml\b", "motor latency"),
    (r"\b(?:motor nerve conduction velocity|mncv|mcv)\b", "motor velocity"),
    (r"\b(?:sensory nerve conduction velocity|sncv|scv)\b", "sensory velocity"),
    (r"\b(?:nerve )?conduction velocity\b|\bncv\b|\bcv\b", "velocity"),
    (r"\b(?:amp|ampl|amplitudes)\b", "amplitude"),
    (r"\bfibular\b", "peroneal"),
    (r"\bp ?(?:37|38|39|40)\b", "p40"),  # one wave, named after its latency by the height of the person
    (r"\b(?:lower limbs?|legs|leg|lower extremit(?:y|ies)|tibialis anterior)\b", "leg"),
    (r"\b(?:upper limbs?|arms|arm|upper extremit(?:y|ies))\b", "arm"),
)
_QUANTITIES: Final = ("amplitude", "velocity", "latency")
_KINDS: Final[tuple[str, ...]] = ("sensory", "motor")
#: Nerves by their word, with the kinds of fibre that are studied in each; a name without a kind is sensory.
_NERVES: Final = {
    nerve: tuple(
        dict.fromkeys(
            next((kind for kind in _KINDS if kind in name), _KINDS[0])
            for name in STUDIES
            if name.startswith(f"{nerve} ") and name.split()[-1] in _QUANTITIES
        )
    )
    for nerve in dict.fromkeys(name.split()[0] for name in STUDIES if name.split()[-1] in _QUANTITIES)
}
#: Words without a meaning of their own here.
_FILLING: Final = frozenset(
    [
        "nerve",
        "nerves",
        "common",
        "posterior",
        "distal",
        "response",
        "study",
        "potential",
        "of",
        "the",
        "to",
        "at",
    ]
)
#: Evoked potentials: a word that names each, words that it may stand beside, and its study.
_EVOKED: Final = (
    ({"p100"}, {VEP, "latency"}, "vep p100"),
    ({VEP}, {"latency"}, "vep p100"),
    ({"n20"}, {"sep", "median", "arm", "latency"}, "median sep n20"),
    ({"sep", "median"}, {"latency", "arm"}, "median sep n20"),
    ({"p40"}, {"sep", "tibial", "leg", "latency"}, "tibial sep p40"),
    ({"sep", "tibial"}, {"latency", "leg"}, "tibial sep p40"),
    ({"cmct", "leg"}, {"mep", "tibial"}, "mep leg cmct"),
    ({"mep", "leg"}, {"cmct"}, "mep leg cmct"),
    ({"cmct", "arm"}, {"mep"}, "mep arm cmct"),
    ({"mep", "arm"}, {"cmct"}, "mep arm cmct"),
)


def study_of(name: str) -> str | None:
    """Return the study of a name, as ``sural amplitude``; None where it names none of the model, or more than one.

    Examples
    --------
    >>> study_of("Sural SNAP"), study_of("tibial SEP P37"), study_of("common fibular CMAP amplitude")
    ('sural amplitude', 'tibial sep p40', 'peroneal motor amplitude')
    >>> study_of("median CMAP"), study_of("median velocity"), study_of("superficial peroneal SNAP")
    ('median motor amplitude', None, None)
    """
    words = fold(re.sub(r"[,.()/:]", " ", name))
    for long, short in _SHORT:
        words = re.sub(long, short, words)
    said = set(words.split()) - _FILLING
    for needed, allowed, study in _EVOKED:
        if needed <= said <= needed | allowed:
            return study
    nerve = [word for word in _NERVES if word in said]
    quantity = [word for word in _QUANTITIES if word in said] or ["amplitude"]
    rest = said - set(nerve) - set(quantity) - set(_KINDS)
    if len(nerve) != 1 or len(quantity) != 1 or rest:
        return None
    studied = _NERVES[nerve[0]]
    kinds = [kind for kind in _KINDS if kind in said] or list(studied)
    if len(kinds) != 1 or kinds[0] not in studied:
        return None
    names = (f"{nerve[0]} {kinds[0]} {quantity[0]}", f"{nerve[0]} {quantity[0]}")
    return next((found for found in names if found in STUDIES), None)
