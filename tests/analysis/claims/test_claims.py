"""The claims of the article: complete, sourced, with verdicts whose numbers come from a run."""

from __future__ import annotations

import re

import pytest

from remyelin.analysis.claims import VERDICTS, claims, judge, patients
from remyelin.analysis.claims.registry import BEARINGS
from remyelin.analysis.claims.run import Row
from remyelin.analysis.claims.runs import RUNS
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_references
from remyelin.output.pages.claims import describe, render_claims

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


def test_what_is_built_in_is_called_so() -> None:
    for name in ("wires", "maintenance", "csf-ratio", "best-form"):
        run = judge(name, LEDGER).run
        assert run is not None
        assert run.bearing == "built in", name
        assert "built into the model" in describe([judge(name, LEDGER)]).replace("\n     ", " ")


def test_a_run_made_to_agree_is_called_built_in_only_where_every_row_holds() -> None:
    run = judge("methylcobalamin", LEDGER).run
    assert run is not None
    assert run.bearing == ("built in" if all(row.holds for row in run.rows) else "mixed")


def test_what_is_lost_is_told_of_many_persons_with_its_range() -> None:
    judged = judge("gradual", LEDGER)
    assert judged.run is not None
    said = re.findall(r"(\d+) % \((\d+) to (\d+)\)", judged.meaning)
    assert len(said) == 2
    for (middle, low, high), row in zip(said, judged.run.rows[-2:], strict=True):
        assert int(low) <= int(middle) <= int(high)
        assert float(middle) == pytest.approx(row.value, abs=0.5)
    assert "pernicious-anaemia" not in judged.run.what, "a case is named by its title"


def test_waiting_is_compared_when_every_start_has_had_its_time() -> None:
    run = judge("injections", LEDGER).run
    assert run is not None
    now, *later, never = (row.value for row in run.rows[:4])
    assert now is not None
    assert never is not None
    told = [now, *(value for value in later if value is not None)]
    assert told == sorted(told)
    assert told[-1] < never, "a start after a year must not be read before it could work"
    for row in run.rows[1:3]:  # an equal end would read as if waiting were free
        assert row.value is None or row.value > now
        assert row.value is not None or "it may still cost much" in row.note
    # a start after three months may end on the same point as one now, which the claim then reports as mixed
    assert run.bearing in ("agrees", "mixed")


def test_claims_of_form_and_route_use_the_trials() -> None:
    form, injections = (judge(name, LEDGER) for name in ("best-form", "injections"))
    for judged, count in ((form, 4), (injections, 2)):
        assert judged.run is not None
        rows = [row for row in judged.run.rows if row.what.startswith("persons per arm")]
        assert len(rows) == count
        for row in rows:
            assert row.value is None or row.value >= 2
    assert form.run is not None
    assert f"would need {form.run.words['fastest']} persons per arm" in form.meaning


def test_what_needs_correction_and_what_misses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # the catalogue only: the four rows beside it simulate patients, which other tests do
    monkeypatch.setattr(patients, "targets", lambda *names, **more: (Row("a row", 0.0, "%", "30", False),))
    judged = judge("symptoms", LEDGER)
    text = " ".join(describe([judged]).split())
    assert "Of 1 comparisons of the model with series 0 hold" in text
    assert "the disorder of speech is dysarthria" in text
    assert "published no frequency" not in text
    assert "(computed): -" not in text


def test_sentences_follow_the_ledger() -> None:
    """Another ledger gives other numbers: the sentence is computed, not written."""
    usual = judge("signals", LEDGER)
    slow = judge("signals", LEDGER.replace({"mrg.node.sodium_reversal": 45.0}))
    assert usual.meaning != slow.meaning


def test_unknown_claim() -> None:
    with pytest.raises(InputError, match="did you mean 'no-risk'"):
        judge("no-risc", LEDGER)
