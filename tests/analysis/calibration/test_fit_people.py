"""The fit to patients in small: processes change nothing, a run goes on where it stopped, other numbers are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remyelin.analysis.calibration import chains_people, fit_people
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_people, "PERSONS", (3, 1, 1))
    monkeypatch.setattr(fit_people, "READINGS", 2)


def fitted(folder: Path, **given: Any) -> list[str]:
    # as text, since rows that nobody meets are NaN
    return [repr(one) for one in fit_people.fit(LEDGER, folder, waves=(2,), rounds=0, inputs="a", **given)]


def test_processes_change_nothing_and_a_run_goes_on(tmp_path: Path) -> None:
    alone = fitted(tmp_path / "one", workers=1)
    assert len(alone) == 2 * (1 + 2), "the point of each design, and two further readings"
    assert fitted(tmp_path / "two", workers=2) == alone
    kept = tmp_path / "one" / "both.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]), encoding="utf-8")
    assert fitted(tmp_path / "one", workers=1) == alone
    assert kept.read_text(encoding="utf-8").splitlines(keepends=True) == lines


def test_chains_go_on_where_they_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools are simulated again and the emulator learns again, and the sets are the same to the last bit."""
    for module in (fit_people, chains_people):
        monkeypatch.setattr(module, "CHAINS", 4)
    monkeypatch.setattr(chains_people, "MOVES", 2)
    monkeypatch.setattr(chains_people, "BLOCKS", 1)
    monkeypatch.setattr(fit_people, "AGAIN", 1)
    monkeypatch.setattr(fit_people, "OTHERS", 2)

    def sets() -> list[str]:
        found = fit_people.fit(LEDGER, tmp_path, waves=(2,), rounds=1, inputs="a", workers=1)
        return [repr({name: value for name, value in one.items() if name != "key"}) for one in found]

    whole = sets()
    assert len(whole) == 4
    kept = tmp_path / "both.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text("".join(lines[:-2]), encoding="utf-8")
    assert sets() == whole
    assert kept.read_text(encoding="utf-8").splitlines(keepends=True) == lines


def test_designs_of_other_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "both.jsonl").write_text('{"key": "inputs", "hash": "b"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="holds designs of other numbers"):
        fitted(tmp_path, workers=1)
