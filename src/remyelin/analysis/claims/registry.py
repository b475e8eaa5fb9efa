"""Registry of claims and their judgement: the evidence stands in ``claims.toml``, the numbers are computed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.evidence import Ledger, load_references

if TYPE_CHECKING:
    from remyelin.analysis.claims.run import Run

SCHEMA: Final = "remyelin-claims/1"
#: What can be said of a claim. The verdict weighs the evidence; the run of the model is shown beside it.
VERDICTS: Final = {
    "supported": "published evidence agrees",
    "partly": "true in part, or stated too widely",
    "not supported": "no good evidence at hand",
    "wrong": "published evidence contradicts it",
    "outside the model": "nothing here can judge it",
}
BEARINGS: Final = {
    "agrees": "The model agrees with the claim.",
    "disagrees": "The model disagrees with the claim.",
    "mixed": "The model agrees with part of the claim.",
    "built in": "What comes out here was built into the model, so it is no evidence.",
    "silent": "The model cannot bear on this claim.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: its statement, its source, and how that was seen (see ``docs/evidence.md``)."""

    text: str
    source: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the article.

    Attributes
    ----------
    number : int
        In the article's order.
    name : str
        As given on the command line.
    says : str
        What the article says, in short.
    supporting, against : tuple of Evidence
    verdict : str
        A key of :data:`VERDICTS`.
    meaning : str
        The verdict in a sentence for everybody; ``{names}`` are filled from the run.
    run : str
        Name of the function of :mod:`remyelin.analysis.claims.runs`; empty where the model cannot bear on the claim.

    Examples
    --------
    >>> from remyelin.analysis.claims import claims
    >>> claims()['no-risk'].verdict
    'wrong'
    """

    number: int
    name: str
    says: str
    supporting: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    verdict: str
    meaning: str
    run: str

    @property
    def sentence(self) -> str:
        """The verdict in words before any run: the sentences of `meaning` that need no number of it."""
        parts = re.split(r"(?<=[.!?]) ", self.meaning)
        return " ".join(part for part in parts if "{" not in part)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the run that bears on it, and the verdict with the numbers of that run in it.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.analysis.claims import judge
    >>> judged = judge('best-form', Ledger.shipped())
    >>> judged.run is None or judged.run.bearing
    'built in'
    """

    claim: Claim
    run: Run | None
    meaning: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data, sources in full."""
        references = load_references()
        pieces = (*self.claim.supporting, *self.claim.against)
        keys = dict.fromkeys(key for piece in pieces for key in piece.source)
        data = {
            key: value
            for key, value in asdict(self.claim).items()
            if key not in ("meaning", "run", "supporting", "against")
        }
        return {
            **data,
            "for": [asdict(piece) for piece in self.claim.supporting],
            "against": [asdict(piece) for piece in self.claim.against],
            "meaning": self.meaning,
            "bearing": BEARINGS[self.run.bearing if self.run else "silent"],
            "run": None if self.run is None else self.run.as_dict(),
            "sources": {key: str(references[key]) for key in keys},
        }


@cache
def claims() -> Mapping[str, Claim]:
    """Return the claims by name, in the article's order.

    Examples
    --------
    >>> from remyelin.analysis.claims import claims
    >>> len(claims())
    12
    """
    text = files("remyelin.analysis.claims").joinpath("claims.toml").read_text(encoding="utf-8")
    return {
        raw["name"]: Claim(
            number,
            raw["name"],
            raw["says"],
            tuple(_evidence(item) for item in raw.get("for", ())),
            tuple(_evidence(item) for item in raw.get("against", ())),
            raw["verdict"],
            raw["meaning"],
            raw.get("run", ""),
        )
        for number, raw in enumerate(tomllib.loads(text)["claim"], 1)
    }


def _evidence(raw: Mapping[str, Any]) -> Evidence:
    return Evidence(raw["text"], tuple(raw["source"]), raw["mark"])


def judge(name: str, ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> Judged:
    """Run the model on one claim and return it with its verdict.

    Parameters
    ----------
    name : str
        A key of :func:`claims`.
    ledger : Ledger
        The numbers to run with; claims judged with the same ledger share what is costly.
    progress : callable
        Called with the name of each step.

    Returns
    -------
    Judged

    Raises
    ------
    InputError
        For an unknown name.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.analysis.claims import judge
    >>> judged = judge('best-form', Ledger.shipped())
    >>> judged.claim.verdict
    'not supported'
    """
    if name not in claims():
        raise InputError(f"no claim named {name!r}; {nearest(name, claims())}")
    claim = claims()[name]
    if not claim.run:
        return Judged(claim, None, claim.meaning)
    from remyelin.analysis.claims.runs import RUNS

    run = RUNS[claim.run](ledger, progress)
    return Judged(claim, run, claim.meaning.format(**run.words))
