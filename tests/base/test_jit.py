"""Compiled kernels are kept by content: found again after a reinstallation, never mistaken, never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.core.registry import cpu_target

from remyelin.base import jit
from remyelin.base.jit import compiled, content, kernel_folder, kernels_kept

MODULE = """
from remyelin.base.jit import compiled

FACTOR = 2.0

@compiled
def outer(x):
    return FACTOR * inner(x)

@compiled
def inner(x):
    return x + 1.0

if __name__ == "__main__":
    print(outer(3.0), sum(outer.stats.cache_hits.values()), sum(outer.stats.cache_misses.values()))
"""


def run(module: Path, cache: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(module)],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_kernel_is_found_again_at_another_place_and_compiled_anew_when_what_it_calls_changes(
    tmp_path: Path,
) -> None:
    cache = tmp_path / "cache"
    first, second = tmp_path / "first" / "module.py", tmp_path / "second" / "module.py"
    first.parent.mkdir()
    first.write_text(MODULE)
    assert run(first, cache) == ["8.0", "0", "1"]
    second.parent.mkdir()
    second.write_text("# another installation: other path, time and lines\n" + MODULE)
    shutil.rmtree(first.parent)
    assert run(second, cache) == ["8.0", "1", "0"]
    second.write_text(MODULE.replace("x + 1.0", "x + 2.0"))
    assert run(second, cache) == ["10.0", "0", "1"]


def test_a_damaged_file_is_compiled_again_in_silence(tmp_path: Path) -> None:
    cache, module = tmp_path / "cache", tmp_path / "module.py"
    module.write_text(MODULE)
    run(module, cache)
    kept = sorted(cache.rglob("*.nb?"))
    assert len(kept) == 4  # an index and a compiled form of each
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert run(module, cache) == ["8.0", "0", "1"]


def scaled(x: float) -> float:
    return FACTOR * x


FACTOR = 1.0


def test_content_tells_kernels_apart_by_what_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(scaled)
    monkeypatch.setitem(globals(), "FACTOR", 2.0)
    assert content(scaled) != before

    def made(scale: float, table: np.ndarray) -> object:
        def kernel(x: float) -> float:
            return scale * x + table[0]

        return kernel

    one, same = made(1.0, np.ones(2)), made(1.0, np.ones(2))
    assert content(one) == content(same)
    assert content(one) != content(made(2.0, np.ones(2)))
    assert content(one) != content(made(1.0, np.zeros(2)))
    with pytest.raises(TypeError, match="cannot be described"):
        content(made(1.0, [1.0]))  # type: ignore[arg-type]


def test_a_kernel_that_holds_another_is_found_again_and_records_are_told_apart() -> None:
    class Pair(NamedTuple):
        low: float
        high: float

    class Turned(NamedTuple):
        high: float
        low: float

    def made() -> Any:
        inner = numba.njit(inline="always")(lambda x: x + 1.0)

        def kernel(pair: Any) -> float:
            return inner(pair.low)  # type: ignore[no-any-return]

        return kernel

    codegen = cpu_target.target_context.codegen()
    one, same = (jit._ByContent(made()) for _ in range(2))
    keys = [
        cache._index_key((numba.typeof(record),), codegen)
        for cache in (one, same)
        for record in (Pair(1.0, 2.0), Turned(1.0, 2.0))
    ]
    assert one._impl.filename_base == same._impl.filename_base
    assert keys[0][1:] == keys[2][1:]
    assert keys[0][2] == (("low", "high"),)
    assert keys[0][1:] != keys[1][1:]


def test_every_kernel_of_the_engine_can_be_told_by_content() -> None:
    from remyelin.fibre.solvers import assembly, full, moments
    from remyelin.fibre.solvers import kernel_batch as chain
    from remyelin.fibre.solvers import kernel_single as along

    kernels = [
        chain.kernel(8, 6),
        along.kernel(1040, 6),
        moments.reduce_piece,
        assembly.write_rows,
        full._run,
    ]
    found = [content(kernel.py_func) for kernel in kernels]
    assert len(set(found)) == len(kernels)
    assert content(chain.kernel(16, 6).py_func) not in found


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel_folder().is_relative_to(tmp_path)
    assert not kernels_kept()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert kernel_folder().parent == tmp_path / "caches" / "remyelin"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert kernel_folder().parent == tmp_path / "local" / "remyelin"


def test_without_a_place_to_write_kernels_are_compiled_in_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))

    def refusing(function: object) -> object:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(jit, "FunctionCache", refusing)
    monkeypatch.setattr(jit, "_said", set())

    def double(x: float) -> float:
        return 2 * x

    kernel = compiled(double)
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        assert kernel(3.0) == 6.0
