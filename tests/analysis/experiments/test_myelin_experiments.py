"""The protocols of the myelin layer: each runs, draws, and says what its conditions make it say."""

from __future__ import annotations

import importlib
import json
import math
import re

import numpy as np
import pytest
import xarray as xr

from remyelin.analysis.experiments.bands import band, first_time, spread
from remyelin.analysis.experiments.halting import SHARE, _arm, _given, _untreated
from remyelin.analysis.experiments.lesioned_nerve import DIAMETERS, THICKNESS, WEIGHTS, Nerve
from remyelin.analysis.experiments.registry import EXPERIMENTS, run_experiment
from remyelin.base.errors import InputError
from remyelin.clinic import Parameters, most_points
from remyelin.evidence import Ledger, load_references
from remyelin.output.figures.svg import to_svg

LEDGER = Ledger.shipped()
NAMES = [name for name, experiment in EXPERIMENTS.items() if experiment.layer == "myelin"] + ["sensitivity"]


@pytest.fixture(autouse=True)
def few_members(monkeypatch):
    """Fewer members than a user gets: what is tested here is the protocol, not the spread."""
    for name in NAMES:
        module = importlib.import_module(
            f"remyelin.analysis.experiments.{EXPERIMENTS[name].home.partition(':')[0]}"
        )
        if hasattr(module, "MEMBERS"):
            monkeypatch.setattr(module, "MEMBERS", 8)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_can_be_drawn_and_written(name):
    result = run_experiment(name, LEDGER)
    json.dumps(result.as_dict(), allow_nan=False)
    assert result.question.endswith("?")
    assert len(result.findings) >= 3
    assert set(result.sources) <= set(load_references())
    for table in result.tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
    for figure in result.figures:
        assert to_svg(figure).startswith("<svg")
        for panel in figure.panels:
            for series in panel.series:
                assert len(series.x) == len(series.y)
                low, high = series.low or (), series.high or ()
                assert all(a is None or b is None or a <= b for a, b in zip(low, high, strict=True))


@pytest.fixture(scope="module")
def arms():
    injections = _given(_untreated("pernicious-anaemia", LEDGER), "uk neurological", LEDGER)
    return {share: _arm("", injections, LEDGER, {SHARE: share}) for share in (0.0, 0.3, 0.7)}


def test_the_more_goes_through_the_slow_balance_the_later_injury_ends(arms):
    ends = [np.median(arm.halted) for arm in arms.values()]
    assert ends == sorted(ends)
    assert ends[0] < ends[-1]
    assert all(np.isfinite(arm.halted).all() for arm in arms.values())
    left = [arm.left for arm in arms.values()]
    assert (left[0] < left[1]).all()
    assert (left[1] < left[2]).all()


def test_injury_never_ends_while_nothing_is_given():
    untreated = _arm("", _untreated("pernicious-anaemia", LEDGER), LEDGER, {SHARE: 0.0})
    assert np.isinf(untreated.halted).all()


@pytest.fixture(scope="module")
def nerve():
    return Nerve.of(LEDGER, 0.3)


def states(bare, remyelinated, thickness=0.3, spread=0.0):
    return xr.Dataset(
        {
            "bare": ("time", np.atleast_1d(bare)),
            "remyelinated": ("time", np.atleast_1d(remyelinated)),
            "thickness": ("time", np.full(np.size(bare), thickness)),
            "channel_redistribution": ("time", np.full(np.size(bare), spread)),
        }
    )


def test_a_whole_nerve_conducts_and_a_bare_one_does_not(nerve):
    for found in nerve.study(states(0.0, 0.0)):
        assert found == pytest.approx(1.0)
    conducted, amplitude, velocity = nerve.study(states(1.0, 0.0))
    assert conducted == amplitude == 0.0
    assert math.isnan(velocity[0])


def test_conduction_grows_with_what_is_sheathed_and_with_thickness(nerve):
    share = np.linspace(0.0, 1.0, 6)
    conducted, amplitude, _ = nerve.study(states(1.0 - share, share))
    assert (np.diff(conducted) > 0.0).all()
    assert (np.diff(amplitude) > 0.0).all()
    speeds = [float(nerve.study(states(0.0, 1.0, thickness))[2][0]) for thickness in (0.03, 0.1, 0.3, 1.0)]
    assert speeds == sorted(speeds)
    assert speeds[-1] < 1.0, "short internodes stay slower than long ones"


def test_the_share_that_conducts_is_that_of_fibres_drawn_one_by_one(nerve):
    """The closed form against fibres whose three internodes are drawn."""
    rng = np.random.default_rng(4)
    bare, new, spread_share, thickness = 0.3, 0.5, 0.6, 0.05
    where = THICKNESS.index(thickness)
    passed = 0
    count = 40_000
    rows = rng.choice(len(DIAMETERS), size=count, p=WEIGHTS)
    chance, channels = rng.random((2, count, 3))
    stripped = chance < bare
    sheathed = ~stripped & (chance < bare + new)
    silent = (stripped & (channels >= spread_share)).any(axis=1)
    delay = nerve.repaired[rows, sheathed.sum(axis=1), where] + nerve.bare[rows, stripped.sum(axis=1)]
    passed = float((np.isfinite(delay) & ~silent).mean())
    assert float(nerve.study(states(bare, new, thickness, spread_share))[0][0]) == pytest.approx(
        passed, abs=0.01
    )


def test_bands_and_events_say_never_where_nothing_happens():
    times = np.arange(5.0)
    rows = np.array([[0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], dtype=bool)
    assert list(first_time(times, rows)) == [1.0, np.inf]
    assert list(first_time(times, rows, after=1.5)) == [3.0, np.inf]
    assert spread([1.0, 1.0, 1.0]) == "1 (1 to 1)"
    assert "never" in spread([np.inf, 1.0, 2.0])
    own = np.array([0.0, np.nan, 1.0, 1.0, 1.0])
    curve = band("", times, np.vstack([own, np.ones((3, 5))]), "#000000", every=2)
    assert curve.y == [0.0, 1.0, 1.0]
    assert curve.low == curve.high == [1.0, 1.0, 1.0]
    alone = band("", times, own, "#000000")
    assert alone.y[1] is None
    assert alone.low is None


def test_every_control_comes_out_as_in_people():
    result = run_experiment("controls", LEDGER)
    cells = {row[0]: row for row in result.tables[0].rows}
    assert len(cells) == 7
    for label in ("folate deficiency", "renal failure", "CBS deficiency"):
        assert cells[label][2] > 25.0, "homocysteine is as high as in deficiency"
        assert cells[label][4] == 0.0
    assert cells["mutase defect"][4] == 0.0
    for label in ("B12 deficiency", "synthase defect (cblE, cblG)", "nitrous oxide"):
        assert cells[label][4] > 10.0
    assert result.findings[0].startswith("7 of the 7")


def test_numbers_under_which_nothing_happens_are_one_sentence():
    changes = {"myelin.shared.injury": 0.0, "myelin.peripheral.axon_direct": 0.0}
    with pytest.raises(InputError, match="never comes to a point of disability"):
        run_experiment("point-of-no-return", LEDGER.replace(changes))


def test_what_never_heals_is_written_as_never():
    slow = LEDGER.replace(
        {
            "myelin.central.remyelination": 0.2,
            "myelin.shared.differentiation_exponent": 4.0,
            "myelin.central.clearance": 0.1,
            "myelin.age.halving": 15.0,
        }
    )
    result = run_experiment("young-and-old", slow)
    json.dumps(result.as_dict(), allow_nan=False)
    assert result.tables[0].rows[1][2] == "never"


def test_what_lies_beyond_a_panel_does_not_stretch_its_axis():
    result = run_experiment("when-injury-stops", LEDGER)
    panels = [panel for panel in result.figures[0].panels if panel.x_range]
    assert len(panels) == 3
    for panel in panels:
        assert max(x for series in panel.series for x in series.x) <= panel.x_range[1]
        assert max(y for series in panel.series for y in series.high) < 1.1


def test_every_panel_of_tracts_names_its_own_lines():
    (figure,) = run_experiment("which-tract-first", LEDGER).figures
    assert figure.shared == ()
    assert "gracile" in figure.panels[0].lines


def test_waiting_begins_with_a_sign_and_ends_at_the_top_of_the_scale():
    result = run_experiment("point-of-no-return", LEDGER)
    assert re.search(r"\(scored for [a-z]+", result.conditions)
    top = max(y for series in result.figures[0].panels[0].series for y in series.y)
    assert top == most_points(Parameters.from_ledger(LEDGER))
