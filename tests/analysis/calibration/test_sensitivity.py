"""The sensitivity analysis: current, complete, readable, and made by the library it names."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin import nerve
from remyelin.analysis.calibration import sensitivity as made
from remyelin.analysis.calibration.shipped_sensitivity import rests_on, sensitivity
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.evidence.entry_names import entry_name

LEDGER = Ledger.shipped()


@pytest.fixture(scope="module")
def read():
    return made.reads(LEDGER)


def test_it_was_made_from_the_shipped_ledger(read):
    assert made.inputs_of_sensitivity(read[0]) in sensitivity().made, "stale: remyelin rebuild sensitivity"


def test_every_unmeasured_number_that_the_answers_read_was_varied(read):
    entries, axes, heavy = read
    shipped = {number.entry: number for number in sensitivity().numbers}
    assert set(shipped) == {entry.name for entry in entries}
    varied = {name for name, number in shipped.items() if number.method}
    assert varied == {axis.entry.name for axis in (*axes, *heavy)}
    assert {shipped[name].kind for name in varied} == {"assumed", "calibrated"}


def test_a_sentence_names_the_heaviest_number_and_its_kind():
    for answer in sensitivity().answers:
        heaviest = sensitivity().ranked(answer)[0]
        assert f"\u201c{entry_name(heaviest.entry)}\u201d ({heaviest.kind}" in rests_on(answer)
        assert answer.partition(":")[0] not in rests_on(answer), "a case is named by its title"
    with pytest.raises(InputError, match="did you mean"):
        rests_on("vegan-diet: disability at presentatio")


def test_a_named_number_moves_the_answer_and_an_unmoved_one_does_not():
    """The table against the chain itself, at the ends of two ranges."""
    answer = made.names().index("vegan-diet: disability after 12 months")
    ranked = sensitivity().ranked(made.names()[answer])
    tables = nerve.build_tables(LEDGER)
    shipped = made.answers(LEDGER, tables)

    def ends(name: str) -> float:
        axis = made.Axis(LEDGER.entry(name))
        tried = (made.answers(LEDGER.replace({name: axis.at(share)}), tables) for share in (0.0, 1.0))
        return float(max(abs(found - shipped)[answer] for found in tried))

    assert ends(ranked[0].entry) == ranked[0].effects[made.names()[answer]].ends >= 1.0
    still = next(
        n for n in reversed(ranked) if n.method == "morris" and n.effects[made.names()[answer]].ends == 0.0
    )
    assert ends(still.entry) == 0.0


def test_a_small_analysis_can_be_made_again_and_is_the_same(monkeypatch):
    pytest.importorskip("SALib")
    reads = made.reads

    def few(ledger):
        entries, axes, heavy = reads(ledger)
        return entries, axes[::40], heavy

    monkeypatch.setattr(made, "reads", few)
    monkeypatch.setattr(made, "FEW", 2)
    first, second = (made.build(LEDGER, trajectories=2, samples=4, ends=False) for _ in range(2))
    assert first == second
    assert "2 trajectories" in first.splitlines()[0]


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("SALib"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"remyelin\[sensitivity\]"):
        made.build(LEDGER)


def test_shares_of_a_range_stay_inside_it(read):
    for axis in (*read[1], *read[2]):
        low, high = axis.entry.range
        values = [axis.at(share) for share in np.linspace(0.0, 1.0, 5)]
        assert values == sorted(values)
        assert low <= values[0]
        assert values[-1] <= high
