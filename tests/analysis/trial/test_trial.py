"""Trials: the closed form, type I error, unpaired analysis, designs that cannot be, the command."""

from __future__ import annotations

import hashlib
import html
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import call
from scipy.stats import norm
from small_trial import IN_PLACE, trial_text

from remyelin.analysis.cohort import Stopped
from remyelin.analysis.cohort.executors import Lent, Processes, Serial
from remyelin.analysis.cohort.observation import Observation, observation_of
from remyelin.analysis.cohort.parts import Chunk
from remyelin.analysis.cohort.work import WorkersLost
from remyelin.analysis.trial import (
    Design,
    TrialResult,
    load_design,
    parse_design,
    run_trial,
    shipped_trials,
)
from remyelin.analysis.trial.analyse import analyse, responded
from remyelin.analysis.trial.kept import WORDS, Kept
from remyelin.analysis.trial.pool import Pool, build_pool
from remyelin.analysis.trial.power import executor_of, power_rows, replicates_of
from remyelin.analysis.trial.run import analysed
from remyelin.analysis.trial.settings import PARALLEL_FROM
from remyelin.analysis.trial.simulate import Purpose, allocate, measured, replicate, stream
from remyelin.analysis.trial.sizing import needed, paired
from remyelin.analysis.trial.work import ReplicateSetup
from remyelin.base.errors import InputError, SimulationError
from remyelin.base.plain import unbroken
from remyelin.evidence import Ledger
from remyelin.output.pages.trial import render_trial
from remyelin.output.terminal.trial import describe
from remyelin.output.trial_words import beside, left_out

REPLICATES = 1000
LONG = os.environ.get("REMYELIN_LONG") == "1"


def _design(**changes: Any) -> Design:
    base: dict[str, Any] = {
        "name": "made",
        "title": "Made for a test",
        "population": "healton-1991",
        "visits": ["0 d", "6 mo", "12 mo"],
        "sizes": [40],
        "replicates": REPLICATES,
        "arm": [{"name": "new", "regimen": "uk neurological"}, {"name": "old"}],
        "endpoint": [{"name": "b12", "column": "b12", "kind": "change", "visit": "12 mo"}],
    }
    return Design.model_validate({**base, **changes})


def _pool(effect: float, design: Design, persons: int = 4000, spread: float = 1.0) -> Pool:
    """Persons with independent normal values at every visit; the first arm is higher at the last by `effect`."""
    rng = np.random.default_rng(5)
    values = {}
    baseline = spread * rng.standard_normal((1, persons, 1))
    for arm in design.arm:
        array = np.repeat(baseline, 3, axis=2) + 0.0
        array[:, :, 1:] = spread * rng.standard_normal((1, persons, 2))
        if arm is design.arm[0]:
            array[:, :, 2] += effect
        values[design.hypothesis[0].name, arm.name] = {"b12": array}
    days = np.array(design.visits)
    return Pool(days, values, np.arange(persons) % 2, persons, 0)


PLAIN = {"b12": Observation()}


@pytest.mark.parametrize(("effect", "n"), [(0.5, 40), (0.8, 20)])
def test_power_of_a_normal_endpoint_is_that_of_the_closed_form(effect: float, n: int) -> None:
    design = _design(sizes=[n])
    rows, _ = power_rows(design, replicates_of(design, _pool(effect, design), PLAIN))
    reach = effect * np.sqrt(n / 2)
    closed = norm.cdf(reach - norm.ppf(0.975))
    # two points, and three Monte Carlo errors
    assert abs(rows[0].power - closed) < 0.02 + 3 * rows[0].power_error
    assert abs(rows[0].type_one - 0.05) < 3 * np.sqrt(0.05 * 0.95 / REPLICATES)
    assert rows[0].low < effect < rows[0].high


def test_identical_arms_measure_the_type_one_error() -> None:
    design = _design(replicates=400)
    rows, _ = power_rows(design, replicates_of(design, _pool(0.0, design), PLAIN))
    assert abs(rows[0].power - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 400)


def test_nobody_is_analysed_under_two_arms() -> None:
    design = _design(sizes=[30])
    pool = _pool(0.0, design, persons=100)
    # what a person does under the arm not given would show as a value of 1000
    for arm, place in ((design.arm[0].name, 0), (design.arm[1].name, 1)):
        pool.values["as shipped", arm]["b12"][:] = place
    for number in range(50):
        drawn = allocate(design, pool, 30, stream(design, "allocation", 0, 0, number))
        assert len(set(drawn.person.tolist())) == len(drawn.person) == 60
        assert np.bincount(drawn.arm).tolist() == [30, 30]
        sources = [pool.values["as shipped", arm.name] for arm in design.arm]
        seen = measured(design, pool, drawn, "b12", Observation(), sources, 0, np.random.default_rng(1))
        np.testing.assert_array_equal(seen, np.repeat(drawn.arm[:, None], 3, axis=1))


def test_pairing_gains_nothing_in_an_unpaired_design() -> None:
    """The spread between persons counts in full, though the same persons stand in both arms of the pool."""
    design = _design(sizes=[40], replicates=300)
    pool = _pool(0.0, design)
    same = pool.values["as shipped", "old"]["b12"]
    pool.values["as shipped", "new"]["b12"][:] = same
    pool.values["as shipped", "new"]["b12"][:, :, 2] += 0.1  # the effect in every person
    rows, _ = power_rows(design, replicates_of(design, pool, PLAIN))
    # paired analysis would find it always
    assert rows[0].power < 0.2


def test_a_replicate_depends_on_its_number_alone() -> None:
    design = _design(dropout=0.2, window="10 d")
    pool = _pool(0.4, design)
    look = {"b12": Observation(0.3, 0.2)}
    forward = [replicate(design, pool, Purpose(0, 0), number, look) for number in range(6)]
    backward = [replicate(design, pool, Purpose(0, 0), number, look) for number in reversed(range(6))]
    assert forward == backward[::-1]


def test_blocks_balance_the_strata() -> None:
    design = _design(sizes=[50])
    pool = _pool(0.0, design, persons=400)
    drawn = allocate(design, pool, 50, np.random.default_rng(3))
    for stratum in (0, 1):
        arms = np.bincount(drawn.arm[pool.strata[drawn.person] == stratum], minlength=2)
        assert abs(int(arms[0]) - int(arms[1])) <= design.block


def test_looks_end_a_trial_with_a_large_effect_and_seldom_one_without() -> None:
    design = _design(looks=[0.5], replicates=300)
    large, _ = power_rows(design, replicates_of(design, _pool(2.0, design), PLAIN))
    none, _ = power_rows(design, replicates_of(design, _pool(0.0, design), PLAIN))
    assert (large[0].stopped or 0.0) > 0.9
    assert (1.0 if none[0].stopped is None else none[0].stopped) < 0.02


def test_dropout_and_absent_values_are_missing() -> None:
    design = _design(dropout=0.5)
    pool = _pool(0.0, design)
    drawn = allocate(design, pool, 40, np.random.default_rng(1))
    sources = [pool.values["as shipped", arm.name] for arm in design.arm]
    seen = measured(design, pool, drawn, "b12", Observation(), sources, 0, np.random.default_rng(1))
    assert 0.2 < np.isnan(seen[:, -1]).mean() < 0.8
    assert np.isfinite(seen[:, 0]).all()


@pytest.mark.parametrize("method", ["mixed", "ancova"])
def test_change_is_estimated(method: str) -> None:
    design = _design(
        endpoint=[{"name": "b12", "column": "b12", "kind": "change", "visit": "12 mo", "analysis": method}],
        sizes=[100],
        replicates=20,
    )
    rows, _ = power_rows(design, replicates_of(design, _pool(1.0, design), PLAIN))
    assert abs(rows[0].estimate - 1.0) < 0.2
    assert rows[0].power > 0.9


def test_responders_and_times() -> None:
    rules = {"kind": "responder", "rise": 0.5}
    design = _design(
        endpoint=[
            {"name": "share", "column": "b12", "visit": "12 mo", **rules},
            {"name": "time", "column": "b12", "visit": "12 mo", **rules, "kind": "time"},
        ],
        replicates=100,
        sizes=[80],
    )
    rows, _ = power_rows(design, replicates_of(design, _pool(1.5, design), PLAIN))
    assert all(row.power > 0.8 and row.estimate > 0.2 for row in rows)
    endpoint = design.endpoint[0]
    seen = np.array([[0.0, 0.6, 0.4], [0.0, np.nan, np.nan], [1.0, 1.2, 1.6]])
    np.testing.assert_array_equal(responded(endpoint, seen)[:, 2], [False, False, True])
    few = analyse(
        endpoint, seen, np.array([1, 0, 1]), np.zeros(3, dtype=np.int64), np.array([0.0, 182.6, 365.25])
    )
    assert few.p == 1.0


def test_columns_vary_as_people_do() -> None:
    ledger = Ledger.shipped()
    amplitude = observation_of("tibial_motor.ankle.amplitude", ledger)
    _, deviation = ledger.vector("norm.tibial_motor.amplitude")
    assert np.hypot(amplitude.between, amplitude.within) == pytest.approx(deviation)
    seen = amplitude.observe(np.full((4000, 2), 10.0), np.random.default_rng(1))
    assert seen[:, 0].std() == pytest.approx(deviation, rel=0.1)
    assert np.corrcoef(seen.T)[0, 1] > 0.4, "a person keeps what is his own"
    assert (amplitude.observe(np.full((9, 2), np.nan), np.random.default_rng(1)) == 0.0).all()
    scale = observation_of("scale.total", ledger).observe(np.full((500, 2), 15.0), np.random.default_rng(2))
    assert set(np.unique(scale)) <= set(range(17))


@pytest.mark.parametrize("name", sorted(shipped_trials()))
def test_shipped_trials_are_whole(name: str) -> None:
    design = load_design(name)
    assert design.name == name
    assert design.needs
    for arm in design.arm:
        assert design.of_arm(arm).persons == design.pool


def test_half_of_a_shift_lies_between_the_ledger_and_the_whole() -> None:
    name = "myelin.peripheral.remyelination"
    shifts = [one.arm["methylcobalamin"][name] for one in load_design("methylcobalamin").hypothesis[1:3]]
    shipped, end = Ledger.shipped()[name], Ledger.shipped().entry(name).range[1]  # type: ignore[index]
    assert shifts[1] == end
    assert shifts[0] == pytest.approx((shipped + end) / 2, rel=0.01)


def test_the_hypothesis_of_rats_is_the_dose_that_worked_and_called_an_extrapolation() -> None:
    rats = load_design("methylcobalamin").hypothesis[-1]
    assert rats.name == "as in rats"
    assert rats.arm == {"methylcobalamin": {"people.methylcobalamin": 0.5}}
    assert "an extrapolation, assumed" in rats.note


def test_all_trials_are_one_command_and_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from remyelin.cli import trial as command

    run: list[tuple[str, Path | None]] = []
    design = _design(replicates=10, sizes=[10])
    found = analysed(design, _pool(1.0, design, persons=40))

    def one(name: str, out: Path | None, *rest: Any) -> TrialResult:
        run.append((name, out))
        return found

    monkeypatch.setattr(command, "_one", one)
    command.trial("all", out=tmp_path)
    assert run == [(name, tmp_path / name) for name in shipped_trials()]
    assert capsys.readouterr().out.count("Made for a test") == len(run)
    command.trial("all", out=tmp_path, as_json=True)
    document = json.loads(capsys.readouterr().out)  # fails where there are several
    assert document["schema"] == "remyelin-trials-1"
    assert document["version"]
    assert [one["schema"] for one in document["trials"]] == ["remyelin-trial-1"] * len(shipped_trials())
    with pytest.raises(InputError, match="--out DIR"):
        command.trial("all")


def test_a_result_ends_with_what_it_would_need_to_be_believed() -> None:
    design = _design(replicates=10, sizes=[20], needs="A measured rate of repair.")
    found = analysed(design, _pool(0.5, design))
    assert "Needed to believe it: A measured rate of repair." in " ".join(describe(found).split())
    assert "A measured rate of repair." in render_trial(found)
    assert all(load_design(name).needs for name in shipped_trials())


def test_a_recalled_interval_is_called_recalled_wherever_the_model_lies_in_it() -> None:
    rows = load_design("open").published
    assert rows[0].mark == "recall", "read at the source: the words below may go"
    recalled = {
        "endpoint": "b12",
        "value": 0.5,
        "low": 0.0,
        "high": 1.0,
        "source": "dangour2015",
        "mark": "recall",
    }
    read = {**recalled, "mark": "read", "low": 0.45, "high": 0.55}
    alone = {"endpoint": "b12", "value": 0.5, "source": "dangour2015", "mark": "recall"}
    design = _design(replicates=20, sizes=[40], published=[recalled, read, alone])
    found = analysed(design, _pool(0.5, design))
    told = [beside(found, row) for row in design.published]
    assert told[0]["verdict"] == "the model's median lies in the published interval as recalled"
    assert told[0]["interval"].endswith("(from memory)")
    assert told[0]["value"].endswith("(from memory)")
    assert "recalled" not in told[1]["verdict"]
    assert told[1]["interval"].endswith("(read)")
    assert told[2]["verdict"] == "the published difference as recalled lies in the model's range"
    for text in (" ".join(describe(found).split()), html.unescape(render_trial(found))):
        for row in told:
            assert row["verdict"] in text
            assert row["interval"] in text
    assert "Dangour" in render_trial(found)
    own = {**alone, "source": "Nobody 2030"}
    unknown = analysed(_design(replicates=10, sizes=[40], published=[own]), _pool(0.5, design))
    assert "Nobody 2030" in render_trial(unknown), "a source outside the bibliography is not dropped"
    page = " ".join((Path(__file__).parents[3] / "docs" / "trial.md").read_text(encoding="utf-8").split())
    sentences = [one for one in page.split(". ") if "published interval" in one]
    assert sentences
    assert all("as recalled" in one and "memory" in one for one in sentences)


def test_the_page_of_trials_has_figures_of_the_designs_as_they_are() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "trial.md").read_text(encoding="utf-8")
    designs = [load_design(name).model_dump(mode="json", exclude=set(WORDS)) for name in shipped_trials()]
    content = json.dumps(designs, sort_keys=True).encode()
    made = f"<!-- figures: designs {hashlib.sha256(content).hexdigest()[:12]}, by python examples/trials_table.py"
    assert made in text, "remyelin trial all --out DIR; python examples/trials_table.py DIR"
    rows = text.split("<!-- figures:", 1)[1].split("<!-- end of figures -->", 1)[0]
    for name in shipped_trials():
        design = load_design(name)
        assert rows.count(f"| `{name}` |") == len(design.endpoint) * len(design.hypothesis)


GOOD = (shipped_trials()["positive-control"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("sizes = [10, 20, 30]", "sizes = [1]", "sizes"),
        ('visit = "12 mo"', 'visit = "18 mo"', "visit"),
        ('column = "scale.total"', 'colunm = "scale.total"', "column"),
        ('regimen = "uk neurological"', 'regimen = "1 mg by moonlight"', "regimen"),
        ('population = "healton-1991"', 'population = "healton-1992"', "healton-1991"),
        ('name = "untreated"', 'name = "treated"', "treated"),
        ("replicates = 1000", "replicates = 1000\nlooks = [1.5]", "looks"),
        ("replicates = 1000", "replicates = 1000\nblock = 3", "block"),
        ("replicates = 1000", 'replicates = 1000\nwindow = "80 d"', "window"),
        ('kind = "change"', 'kind = "responder"', "at_most"),
        ('visits = ["0 d", "3 mo", "6 mo", "12 mo"]', 'visits = ["1 mo", "12 mo"]', "visits"),
        ("sizes = [10, 20, 30]", "sizes = [1]", "sizes: 1 per arm cannot be analysed; give 3 to"),
        ("sizes = [10, 20, 30]", "sizes = [20, 10]", "sizes: list each once, smallest first"),
        ('visit = "12 mo"', 'visit = "18 mo"', "lies after the end of the trial on day 365.25"),
        ('visit = "12 mo"', 'visit = "9 mo"', "not among the visits after the first"),
        ('column = "scale.total"', 'column = "scale.totl"', "did you mean 'scale.total'"),
        ("replicates = 1000", "replicates = 1000\nlooks = [1.5]", "looks: 1.5 lies outside the trial"),
        ("replicates = 1000", "replicates = 1000\nlooks = [0.5, 0.25]", "looks: list each once"),
        ('strata = ["sex"]', 'strata = ["hight"]', "strata: no covariate 'hight'; did you mean 'height'"),
    ],
)
def test_a_bad_design_is_one_sentence(old: str, new: str, named: str) -> None:
    assert old in GOOD
    began = time.monotonic()
    with pytest.raises(InputError) as refused:
        parse_design(GOOD.replace(old, new, 1), "file.toml")
    assert time.monotonic() - began < 2.0
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


REGIMEN = 'regimen = "uk neurological"'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        # the four that were asked for first
        ("sizes = [10, 20, 30]", "sizes = [1]", "sizes: 1 per arm cannot be analysed; give 3 to 100,000."),
        (
            'column = "scale.total"',
            'column = "happiness"',
            "endpoint 'disability': no column 'happiness' in a cohort",
        ),
        (
            'column = "scale.total"',
            'column = "serum_b12"\nlogarithm = true',
            "endpoint 'disability': no column 'serum_b12' in a cohort",
        ),
        ('visit = "12 mo"', 'visit = "5 y"', "lies after the end of the trial on day 365.25"),
        ("replicates = 1000", "replicates = 1000\nlooks = [1.2]", "looks: 1.2 lies outside the trial"),
        # and others that somebody will write
        ("sizes = [10, 20, 30]", "sizes = [-5]", "sizes: -5 per arm cannot be analysed"),
        ("sizes = [10, 20, 30]", "sizes = []", "sizes: "),
        ("sizes = [10, 20, 30]", 'sizes = ["ten"]', "sizes[0]: "),
        ("pool = 120", "pool = 3", "pool: input should be greater than or equal to 10, not 3."),
        ("replicates = 1000", "replicates = 0", "replicates: input should be greater than or equal to 10"),
        ("replicates = 1000", "replicates = 1000\nalpha = 1.5", "alpha: input should be less than 0.5"),
        ("replicates = 1000", "replicates = 1000\ndropout = 1.0", "dropout: input should be less than 0.9"),
        (
            REGIMEN,
            REGIMEN + '\ndelay = "2 y"',
            "arm 'treated': its delay reaches the last visit; begin earlier.",
        ),
        (
            REGIMEN,
            REGIMEN + '\ndelay = "-1 mo"',
            "arm[0].delay: '-1 mo' is impossible for a duration; it must lie between 0 and",
        ),
        (REGIMEN, 'delay = "1 mo"', "arm 'treated': a delay needs a regimen that begins after it."),
        (
            'kind = "change"',
            'kind = "change"\nfall = 2.0',
            "endpoint 'disability': a change has no 'fall'; remove it.",
        ),
        (
            'kind = "change"',
            'kind = "change"\nanalysis = "logistic"',
            "a change is analysed by ancova or mixed",
        ),
        (
            'visits = ["0 d", "3 mo", "6 mo", "12 mo"]',
            'visits = ["0 d", "12 mo", "6 mo"]',
            "visits: dates are out of order",
        ),
        ('visits = ["0 d", "3 mo", "6 mo", "12 mo"]', 'visits = ["0 d"]', "visits: "),
        ('title = "Treated', 'tilte = "Treated', "unknown key 'tilte'; did you mean 'title'?"),
        ("sizes = [10, 20, 30]\n", "", "key 'sizes' is missing"),
        ('[[arm]]\nname = "untreated"', '[arm2]\nname = "untreated"', "unknown key 'arm2'"),
        (
            "[[endpoint]]",
            '[[hypothesis]]\nname = "x"\neverybody = { "no.such.entry" = 1.0 }\n[[endpoint]]',
            "no.such.entry",
        ),
        ("seed = 11", "seed = = 11", "file.toml"),
        # words for what pydantic would name by its types
        ("sizes = [10, 20, 30]", "sizes = 10", "sizes: must be a list, not 10."),
        ("sizes = [10, 20, 30]", "sizes = [10.5]", "sizes[0]: must be a whole number, not 10.5."),
        ("sizes = [10, 20, 30]", f"sizes = {list(range(3, 40))}", "sizes: 37 are given; give at most 20."),
        (
            'name = "untreated"',
            'name = "обычный"',
            "arm[1].name: 'обычный' is no name; give 1 to 64 small letters",
        ),
        (
            'population = "healton-1991"',
            "population = 5",
            "population: give the name of a shipped population",
        ),
        (
            'visits = ["0 d", "3 mo", "6 mo", "12 mo"]',
            'visits = ["0 d", "900 y"]',
            "visits[1]: '900 y' is impossible",
        ),
        # what was accepted and came to nothing, or to nonsense
        (
            'column = "scale.total"',
            'column = "covariate.age"',
            "'covariate.age' is the same under every arm; give a measurement of a visit",
        ),
        ('column = "scale.total"', 'column = "day"', "'day' is the same under every arm"),
        (
            'visit = "12 mo"',
            'visit = "0 d"',
            "endpoint 'disability': its visit must come after the first, which is the baseline.",
        ),
        (
            'kind = "change"',
            'kind = "change"\nlogarithm = true',
            "'scale.total' can be 0, which has no logarithm",
        ),
        (
            'kind = "change"',
            'kind = "responder"\nfall = 1.0\nlogarithm = true',
            "only a change has a logarithm; remove it.",
        ),
        (
            'kind = "change"',
            'kind = "responder"\nfall = -2.0',
            "a fall of -2 is none; give a number above 0.",
        ),
        (
            'kind = "change"',
            'kind = "responder"\nfall = nan',
            "endpoint[0].fall: input should be a finite number",
        ),
        ('strata = ["sex"]', 'strata = ["sex", "sex"]', "strata: list each once."),
        (
            'strata = ["sex"]',
            'strata = ["filtration"]',
            "strata: 'filtration' is the same in all persons of this population; give age or height or intake or sex.",
        ),
        (
            "replicates = 1000",
            "replicates = 1000\nlooks = [0.2]",
            "looks: 0.2 of 10 per arm are fewer than the 3 that can be analysed",
        ),
        (
            'name = "untreated"',
            'name = "untreated"\nexposure = "continues"',
            "arm 'untreated': nobody in this population breathes nitrous oxide; remove exposure.",
        ),
        ('name = "untreated"', 'name = "untreated"\ndelay = "0 d"', "a delay needs a regimen"),
        (
            "[[endpoint]]",
            '[[published]]\nendpoint = "disability"\nvalue = 1.0\nlow = 2.0\nhigh = 1.0\nsource = "x"\n[[endpoint]]',
            "published 'disability': 1 does not lie between low (2) and high (1); give the interval of this value.",
        ),
        (
            "[[endpoint]]",
            '[[published]]\nendpoint = "disability"\nvalue = 1.0\nlow = 0.5\nsource = "x"\n[[endpoint]]',
            "published 'disability': give both ends of the interval, low and high, or none.",
        ),
        (
            "[[endpoint]]",
            '[[hypothesis]]\nname = "a"\neverybody = { "myelin.peripheral.remyelination" = 99.0 }\n[[endpoint]]',
            "hypothesis 'a': cannot set 'myelin.peripheral.remyelination' to 99 1/day",
        ),
    ],
)
def test_a_bad_design_ends_the_command_with_one_sentence_and_status_2(
    old: str, new: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from remyelin.cli.main import main

    assert old in GOOD
    path = tmp_path / "file.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["trial", str(path), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "out").exists(), "nothing was computed or written"


def test_the_command_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # its thirty courses an arm are computed by this process: another takes seconds to start
    monkeypatch.setattr(sys.modules[build_pool.__module__], "COHORT_CHUNK", 30)
    listed = call("trial", "--json")
    assert {row["name"] for row in json.loads(listed.stdout)["rows"]} == set(shipped_trials())
    out = tmp_path / "trial"
    given = (
        "positive-control",
        "--out",
        out,
        "--workers",
        "1",
        "--pool",
        "10",
        "--replicates",
        "12",
        "--json",
    )
    first = call("trial", *given)
    assert first.returncode == 0
    found = json.loads(first.stdout)
    assert {"schema", "design", "rows", "assurance"} <= set(found)
    assert {"endpoint", "visit", "n", "power", "power_error", "estimate", "low", "high", "type_one"} <= set(
        found["rows"][0]
    )
    assert all(row["power"] > 0.9 for row in found["rows"] if row["n"] == 30)
    page = (out / "positive-control.html").read_text(encoding="utf-8")
    assert "never medical advice" in page
    # the second is a process of its own, which has the kept pool alone
    program = [sys.executable, "-m", "remyelin.cli.main", "trial", *map(str, given)]
    again = subprocess.run(program, capture_output=True, text=True, check=True)
    assert again.stdout == first.stdout, "the kept pool gives the same trial"
    wrong = call("trial", "positive-contol")
    assert wrong.returncode == 2
    assert "positive-control" in wrong.stderr


OWN = trial_text(10, IN_PLACE)
KILLED = """
import os, signal, sys
from pathlib import Path
from remyelin.analysis.trial import parse_design, run_trial
design, folder, when = parse_design(sys.argv[1], "own"), Path(sys.argv[2]), sys.argv[3]
def progress(what, done, total):
    if what == when and done >= total / 2:
        os.kill(os.getpid(), signal.SIGKILL)
run_trial(design, folder, progress=progress, cluster=sys.argv[4] if len(sys.argv) > 4 else None)
"""


def test_a_population_may_stand_in_the_trial() -> None:
    design = parse_design(OWN, "f")
    assert design.of_arm(design.arm[0]).persons == 10
    for old, new, message in (
        ("presentation", "presentaton", "population.presentaton: unknown key; did you mean 'presentation'"),
        ('"heights"', '"height"', "no block 'height'"),
        ("duration =", "durations =", "unknown key 'covariate.durations'"),
    ):
        with pytest.raises(InputError, match=message):
            parse_design(OWN.replace(old, new, 1), "f")


@pytest.mark.parametrize(
    "who", ["", pytest.param("local:2", marks=pytest.mark.skipif(not LONG, reason="REMYELIN_LONG=1"))]
)
def test_a_killed_trial_goes_on_and_finds_the_same(who: str, tmp_path: Path) -> None:
    design, folder = parse_design(OWN, "f"), tmp_path / "pool"
    for when in ("untreated", "replicates") if LONG else ("untreated",):
        command = [sys.executable, "-c", KILLED, OWN, str(folder), when, *([who] if who else [])]
        assert subprocess.run(command, check=False, capture_output=True).returncode == -9
    said: list[tuple[str, int, int]] = []
    found = run_trial(design, folder, progress=lambda *state: said.append(state))
    assert all(done == total for what, done, total in said if what == "treated"), (
        "it was finished before the end"
    )
    assert found.as_dict() == run_trial(design, tmp_path / "other").as_dict()


def test_an_absent_response_counts_as_none_in_the_same_persons() -> None:
    design = _design(
        endpoint=[
            {"name": "P40", "column": "tibial_sep.P40.amplitude", "kind": "change", "visit": "12 mo"},
        ]
    )
    pool = _pool(0.0, design, persons=40)
    look = observation_of("tibial_sep.P40.amplitude", Ledger.shipped())
    for arm, size in (("new", 1.5), ("old", np.nan)):
        pool.values["as shipped", arm]["tibial_sep.P40.amplitude"] = np.full((1, 40, 3), size)  # type: ignore[index]
    row = paired(design, pool, {"tibial_sep.P40.amplitude": look})[0]
    assert row.persons == 40
    assert row.mean == 1.5


def test_finished_sizes_are_read_again(tmp_path: Path) -> None:
    design = _design(sizes=[20, 40, 60], replicates=50)
    pool = _pool(0.5, design)

    def stopped(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicates_of(design, pool, PLAIN, stopped, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    for path in list(tmp_path.iterdir())[:1]:
        path.write_bytes(b"broken")  # is computed again
    said: list[int] = []
    found, _ = power_rows(
        design, replicates_of(design, pool, PLAIN, lambda done, total: said.append(done), tmp_path)
    )
    assert len(said) == 6, "twice the 50 of each size, read or computed"
    assert found == power_rows(design, replicates_of(design, pool, PLAIN))[0]
    other = design.model_copy(update={"seed": 2})
    assert (
        power_rows(other, replicates_of(other, pool, PLAIN, lambda done, total: None, tmp_path))[0] != found
    )


@pytest.fixture(scope="module")
def two() -> Iterator[Processes]:
    """Two processes for several tests: each takes seconds to start."""
    started = Processes(2)
    yield started
    started.close()


def test_replicates_have_the_same_bits_for_any_number_of_processes(tmp_path: Path, two: Processes) -> None:
    mixed = {"name": "all visits", "column": "b12", "kind": "change", "visit": "12 mo", "analysis": "mixed"}
    better = {"name": "better", "column": "b12", "kind": "responder", "rise": 0.5, "visit": "12 mo"}
    design = _design(sizes=[20, 60], replicates=70, endpoint=[mixed, better], dropout=0.1, looks=[0.5])
    pool = _pool(0.5, design)
    alone = power_rows(design, replicates_of(design, pool, PLAIN))
    for name, workers in (("one", Processes(1)), ("two", Lent(two))):
        folder = tmp_path / name
        assert (
            power_rows(
                design,
                replicates_of(design, pool, PLAIN, folder=folder, by=lambda n, w=workers: w),
            )
            == alone
        )
        # what processes kept is what one process goes on with
        assert len(list(folder.iterdir())) == 4
        next(folder.iterdir()).unlink()
        assert power_rows(design, replicates_of(design, pool, PLAIN, folder=folder)) == alone


def test_a_killed_process_of_replicates_changes_nothing(two: Processes) -> None:
    design = _design(sizes=[20], replicates=300)
    pool = _pool(0.5, design)
    killed: list[int] = []

    def strike(done: int, total: int) -> None:
        if not killed:
            killed.append(two.pids[0])
            os.kill(killed[0], signal.SIGKILL)

    struck = replicates_of(design, pool, PLAIN, strike, by=lambda n: Lent(two))
    assert power_rows(design, struck) == power_rows(design, replicates_of(design, pool, PLAIN))
    assert killed


def test_a_replicate_that_cannot_be_computed_stops_the_trial() -> None:
    setup = ReplicateSetup(_design(sizes=[20]), _pool(0.0, _design()), PLAIN, (Purpose(0, 0),))
    with pytest.raises(
        SimulationError, match="replicate 3 with 20 persons per arm cannot be computed: it died"
    ):
        setup.worker().give_up(3, "it died")

    class Lost(Serial):
        def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
            raise WorkersLost("no worker of the cluster is left")

    design = _design(sizes=[20])
    with pytest.raises(Stopped, match="no worker of the cluster is left; nothing is kept"):
        replicates_of(design, _pool(0.0, design), PLAIN, by=lambda n: Lost())


def test_few_replicates_are_computed_by_the_process_itself() -> None:
    assert isinstance(executor_of(None, None)(PARALLEL_FROM - 1), Serial)
    assert isinstance(executor_of(1, None)(PARALLEL_FROM), Serial)
    assert isinstance(executor_of(2, None)(PARALLEL_FROM), Processes)


def test_other_names_or_another_noise_are_another_trial(tmp_path: Path) -> None:
    design = _design()
    pool = _pool(0.5, design, persons=20)

    def key(pool: Pool, noise: Observation = PLAIN["b12"]) -> str:
        return Kept.of(tmp_path, design, pool, {"b12": noise}).key

    def renamed(arms: tuple[str, str], column: str = "b12") -> Pool:
        values = {
            ("as shipped", arm): {column: given["b12"]}
            for arm, given in zip(arms, pool.values.values(), strict=True)
        }
        return replace(pool, values=values)

    assert key(renamed(("new", "old"))) == key(pool)
    keys = [
        key(pool),
        key(pool, Observation(within=0.1)),
        key(pool, Observation(absent=0.0)),
        key(renamed(("new", "older"))),
        key(renamed(("new", "old"), "mma")),
        key(replace(pool, days=pool.days + 1.0)),
        key(replace(pool, strata=1 - pool.strata)),
    ]
    assert len(set(keys)) == len(keys)
    # the same bytes cut otherwise
    shape = {name: {"b12": given["b12"].reshape(1, 30, 2)} for name, given in pool.values.items()}
    assert key(replace(pool, values=shape)) not in keys


def test_a_visit_that_nobody_came_to_is_left_out_and_said() -> None:
    mixed = {"name": "b12", "column": "b12", "kind": "change", "visit": "12 mo", "analysis": "mixed"}
    design = _design(endpoint=[mixed], sizes=[30], replicates=20)
    pool = _pool(1.0, design, persons=200)
    whole = analysed(design, pool)
    assert [row.redundant for row in whole.rows] == [0.0]
    assert not left_out(whole)
    for given in pool.values.values():
        given["b12"][:, :, 1] = np.nan
    found = analysed(design, pool)
    assert found.rows[0].redundant == 1.0
    assert found.rows[0].power > 0.8
    assert found.rows[0].estimate == pytest.approx(1.0, abs=0.3)
    (sentence,) = left_out(found)
    assert sentence.startswith(
        "b12: in up to 100.0 % of the replicates a column of the model said nothing new"
    )
    assert unbroken(sentence) in render_trial(found)
    assert "said nothing new" in describe(found)


def test_arms_are_printed_with_their_doses() -> None:
    design = _design(replicates=10, sizes=[10])
    found = analysed(design, _pool(1.0, design, persons=40))
    dose = "hydroxocobalamin 1 mg intramuscular, every 2 days for 21 days, then "
    dose += "hydroxocobalamin 1 mg intramuscular, every 2 months"
    for text in (render_trial(found), " ".join(describe(found).split())):
        assert f"published schedule (UK, with neurological signs): {dose}" in text
        assert "no treatment" in text


def test_persons_who_come_more_than_once_are_named_on_the_terminal_and_on_the_page() -> None:
    design = _design(replicates=10, sizes=[10, 20, 40])
    found = analysed(design, _pool(1.0, design, persons=40))
    for text in (render_trial(found), " ".join(describe(found).split())):
        assert "The pool holds 40 persons: with 40 per arm persons come more than once" in text
    small = analysed(_design(replicates=10, sizes=[10]), _pool(1.0, design, persons=40))
    assert "more than once" not in describe(small)


def test_the_trial_of_a_pool_says_what_it_needs() -> None:
    design = _design(replicates=50, sizes=[20, 80])
    row = needed(design, _pool(0.5, design), PLAIN)[0]
    assert row.visit == design.visits[-1]
    assert row.n == pytest.approx(63, abs=8), "2 (1.96 + 0.84)^2 / 0.5^2"
