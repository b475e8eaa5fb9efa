"""The claims of the article: complete, sourced, with verdicts whose numbers come from a run."""

from __future__ import annotations

import re

import pytest

from remyelin.claims import VERDICTS, claims, judge
from remyelin.claims.registry import BEARINGS
from remyelin.claims.runs import RUNS
from remyelin.errors import InputError
from remyelin.evidence import Ledger, load_references
from remyelin.report.claims import describe, render_claims

LEDGER = Ledger.shipped()
CHEAP = ("wires", "maintenance", "methylcobalamin", "csf-ratio", "injections", "best-form", "no-risk")


def test_twelve_claims_in_order_with_known_sources() -> None:
    assert [claim.number for claim in claims().values()] == list(range(1, 13))
    for claim in claims().values():
        assert claim.verdict in VERDICTS
        assert claim.run in RUNS
        assert claim.supporting or claim.against
        for piece in (*claim.supporting, *claim.against):
            assert set(piece.source) <= set(load_references())
            assert piece.mark in ("read", "read-2nd", "recall")


@pytest.mark.parametrize("name", CHEAP)
def test_judged_with_the_numbers_of_its_run(name: str) -> None:
    judged = judge(name, LEDGER)
    assert judged.run is not None
    assert judged.run.bearing in BEARINGS
    assert judged.run.rows
    assert not re.search(r"[{}]", judged.meaning)
    assert f"{judged.claim.number}. {name.upper()}" in describe([judged])
    assert judged.claim.says in render_claims([judged]).replace("&#39;", "'")


def test_sentences_follow_the_ledger() -> None:
    """Another ledger gives other numbers: the sentence is computed, not written."""
    usual = judge("signals", LEDGER)
    slow = judge("signals", LEDGER.replace({"mrg.node.sodium_reversal": 45.0}))
    assert usual.meaning != slow.meaning


def test_unknown_claim() -> None:
    with pytest.raises(InputError, match="did you mean 'no-risk'"):
        judge("no-risc", LEDGER)
