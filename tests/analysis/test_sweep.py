"""Sweeps of one case."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from remyelin import InputError, Ledger, load_case, run_course, sweep


def test_a_sweep_is_the_course_itself_at_each_value() -> None:
    name = "myelin.shared.stripping"
    low = Ledger.shipped().entry(name).range[0]
    found = sweep("stabler-2013", {name: [low, Ledger.shipped()[name]]}, ["b12", "disability", "severity"])
    assert found["disability"].dims == (name, "time")
    for value in found[name].values:
        ledger = Ledger.shipped().replace({name: float(value)})
        course = run_course(load_case("stabler-2013"), ledger, findings=False)
        for output in found.data_vars:
            whole = course.data[output].isel(plan=0).sel(time=found["time"])
            np.testing.assert_array_equal(
                found[output].sel({name: value}).transpose(*whole.dims).values, whole.values
            )


def test_order_and_workers_change_nothing() -> None:
    values = {"person.age": ["40 y", "70 y"], "treatment.0.start": ["0 d", "30 d", "90 d"]}
    seen: list[tuple[int, int]] = []
    one = sweep("pernicious-anaemia", values, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 6)
    assert seen[-1] == (6, 6)
    assert "treatment should not be delayed" in one.attrs["caution"]
    xr.testing.assert_identical(one, sweep("pernicious-anaemia", values, workers=2))
    back = sweep("pernicious-anaemia", {name: given[::-1] for name, given in reversed(values.items())})
    xr.testing.assert_equal(one, back.transpose(*one.dims).sel({name: one[name] for name in values}))


@pytest.mark.parametrize(
    ("values", "outputs"),
    [
        ({}, ["b12"]),
        ({"person.age": []}, ["b12"]),
        ({"no.such": [1.0]}, ["b12"]),
        ({"person.age": ["-3 y"]}, ["b12"]),
        ({"treatment.9.start": ["0 d"]}, ["b12"]),
        ({"plan.horizon": ["12 mo"]}, ["b12"]),
        ({"person.age": ["40 y"]}, ["b21"]),
        ({"person.age": ["40 y"]}, "b12"),
        ({"myelin.shared.injury": [1e9]}, ["b12"]),
        ({"person.age": [f"{n} y" for n in range(20, 90)] * 200}, ["b12"]),
    ],
)
def test_bad_input_is_one_sentence(values: dict[str, list[float | str]], outputs: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        sweep("pernicious-anaemia", values, outputs)
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of a process group")
def test_an_interrupt_while_the_workers_start_ends_a_sweep(tmp_path: Path) -> None:
    script = tmp_path / "swept.py"
    script.write_text(
        "import signal\n"
        "from remyelin import sweep\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    told = lambda done, count: print(done, flush=True)\n"
        "    ages = [f'{age} y' for age in range(30, 60)]\n"
        "    sweep('vegan-diet', {'person.age': ages}, ['b12'], workers=2, progress=told)\n",
        encoding="utf-8",
    )
    running = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "0\n"
    time.sleep(0.5)  # the workers import the package
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=120)
    assert running.returncode != 0
    assert "KeyboardInterrupt" in errors
