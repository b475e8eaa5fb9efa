"""Readable names of the ledger's entries, made from their dotted keys."""

from __future__ import annotations

import re
from typing import Final

#: Parts of a key before its last dot that are no words of their own.
_GROUPS: Final = {
    "mrg": "fibre of McIntyre, Richardson and Grill",
    "mrg interpolated": "fibre of McIntyre, Richardson and Grill, between its diameters",
    "gaines": "fibre of Gaines",
    "sundt": "unmyelinated fibre of Sundt",
    "tigerholm": "unmyelinated fibre of Tigerholm",
    "thio": "unmyelinated fibres of Thio",
    "rattay": "unmyelinated fibre of Rattay and Aberham",
    "sweeney": "node of Sweeney",
    "pena": "fibre of Pena",
    "efns": "EFNS criteria of demyelination",
    "clinic": "complaints and signs",
    "course": "length of a path",
    "norm": "healthy values",
    "prior": "usual value",
    "spread": "spread between persons",
    "users": "users of nitrous oxide",
    "plausible": "plausible values",
}
#: Words of a key that a reader does not know, or that are written otherwise.
_WORDS: Final = {
    "bk": "BK channel",
    "cav12": "Cav1.2",
    "cav22": "Cav2.2",
    "cmct": "central motor conduction time",
    "flut": "FLUT (outer paranode)",
    "half": "half point",
    "holotc": "active B12",
    "ih": "h current",
    "ka": "A-type potassium",
    "ka14": "Kv1.4",
    "ka34": "Kv3.4",
    "kdr": "delayed rectifier",
    "km": "M current",
    "kna": "sodium-gated potassium",
    "ks": "slow potassium",
    "kv21": "Kv2.1",
    "lhermitte": "Lhermitte's sign",
    "mcv": "cell volume",
    "mma": "methylmalonate",
    "mysa": "MYSA (paranode)",
    "n2o": "nitrous oxide",
    "naf": "fast sodium",
    "nap": "persistent sodium",
    "nav17": "Nav1.7",
    "nav18": "Nav1.8",
    "nav19": "Nav1.9",
    "sd": "standard deviation",
    "sk": "SK channel",
    "stin": "STIN (internode)",
    "vitacog": "VITACOG trial",
}
_GATES: Final = frozenset("himnpsul")  # of channels
#: Abbreviations that are written in capitals: of waves, of evoked potentials, of B vitamins.
_CAPITALS: Final = re.compile(r"[bnpq]\d+|baep|vep|mep|sep|csf|hcn|uk|f|v|i+")


def entry_name(key: str) -> str:
    """Return the name of an entry for a reader.

    Examples
    --------
    >>> entry_name("clinic.position.dispersion"), entry_name("norm.n20.latency")
    ('Complaints and signs, position: dispersion', 'Healthy values, N20: latency')
    >>> entry_name("spread.mma"), entry_name("myelin.shared.mma_half")
    ('Spread between persons: methylmalonate', 'Myelin, shared: methylmalonate half point')
    """
    *groups, last = key.split(".")
    parts = [_words(part) for part in groups]
    if parts:
        parts[0] = _GROUPS.get(groups[0].replace("_", " "), parts[0])
    name = f"{', '.join(parts)}: {_words(last)}" if parts else _words(last)
    return name[0].upper() + name[1:]


def _words(part: str) -> str:
    """Return one part of a key in words; a letter before a word is the gate of a channel."""
    words = part.split("_")
    if len(words) > 1 and words[0] in _GATES:
        return f"gate {words[0]}, {' '.join(map(_word, words[1:]))}"
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    return word.upper() if _CAPITALS.fullmatch(word) else _WORDS.get(word, word)
