"""The bibliography: one BibTeX file, read with the few rules it keeps to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_ENTRY = re.compile(r"@(?P<type>\w+)\{(?P<key>[^,\s]+),(?P<body>.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\},?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reference:
    """One source: its key and its BibTeX fields.

    Examples
    --------
    >>> from remyelin.evidence import load_references
    >>> load_references()['stabler2013'].key
    'stabler2013'
    """

    key: str
    type: str
    fields: Mapping[str, str]

    def __str__(self) -> str:
        return self._line(self.fields.get("note", ""))

    @property
    def printed(self) -> str:
        """The source as a page prints it: without the working notes on how it was seen."""
        note = "" if self.fields.get("title") else self.fields.get("note", "").split(";")[0]
        return self._line(note)

    @property
    def short(self) -> str:
        """The source by author and year; by its title or its place where no author is recorded.

        Examples
        --------
        >>> from remyelin.evidence import load_references
        >>> load_references()['gutrecht1970'].short
        'Gutrecht and Dyck 1970'
        """
        get = self.fields.get
        names = [_surname(name) for name in get("author", "").strip("{}").split(" and ") if name]
        if not names:
            note = get("note", "").split(";")[0]
            names = [(get("title") or get("journal") or note or get("howpublished") or self.key).strip("{}")]
        author = " and ".join(names) if len(names) < 3 else f"{names[0]} and others"
        return f"{author} {get('year', '')}".strip()

    def _line(self, note: str) -> str:
        get = self.fields.get
        title = get("title", "")
        year = f"({get('year')})" if get("year") else ""
        # A source whose own title was not seen is described by its note, in brackets as what it is.
        named = title or (f"[{note}]" if note else "")
        # The year stands behind the authors, or behind the title where no author is known.
        parts = [_authors(get("author", "")), year, named] if get("author") else [named, year]
        parts.append(get("journal") or get("howpublished") or get("publisher") or "")
        if get("volume"):
            parts.append(get("volume", "") + (f":{get('pages')}" if get("pages") else ""))
        if get("doi"):
            parts.append(f"doi:{get('doi')}")
        if title and note:
            parts.append(f"[{note}]")
        line = ". ".join(part.strip(". ") for part in parts if part).replace(". (", " (").replace("?. ", "? ")
        return line.replace("{", "").replace("}", "").replace("--", "-")


def _authors(names: str) -> str:
    """Return authors as a page prints them: "Hoy, Damian and others" as "Hoy D and others"."""
    each = [_initialled(name) for name in names.strip("{}").split(" and ")]
    if each[-1] == "others":
        return f"{', '.join(each[:-1])} and others"
    return ", ".join(each)


def _initialled(name: str) -> str:
    last, _, given = name.partition(", ")
    initials = "".join(word[0] for word in given.split())
    return f"{last} {initials}".strip()


def _surname(name: str) -> str:
    """Return a name of the bibliography without initials, as "Agamanolis" of "Agamanolis DP"."""
    words = name.partition(",")[0].split()
    while len(words) > 1 and words[-1].isupper():
        words.pop()
    return " ".join(words)


def cite(key: str) -> str:
    """Return a source in full; a key that the bibliography does not have is returned as it came, as a user's own.

    Examples
    --------
    >>> from remyelin.evidence import cite
    >>> cite('my own notes')
    'my own notes'
    >>> '2013' in cite('stabler2013')
    True
    """
    references = load_references()
    return str(references[key]) if key in references else key


def printed(key: str) -> str:
    """Return a source as a page prints it, or the key as it came where the bibliography does not have it.

    Examples
    --------
    >>> from remyelin.evidence import printed
    >>> printed('my own notes')
    'my own notes'
    """
    references = load_references()
    return references[key].printed if key in references else key


@cache
def load_references() -> Mapping[str, Reference]:
    """Return the shipped bibliography, keyed by citation key.

    Examples
    --------
    >>> from remyelin import load_references
    >>> load_references()['stabler2013'].fields['year']
    '2013'
    """
    text = files("remyelin.evidence").joinpath("data", "references.bib").read_text(encoding="utf-8")
    found = {}
    for match in _ENTRY.finditer(text):
        fields = {name.lower(): value for name, value in _FIELD.findall(match["body"])}
        found[match["key"]] = Reference(match["key"], match["type"].lower(), MappingProxyType(fields))
    return MappingProxyType(found)
