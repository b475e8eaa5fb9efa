"""Kernels compile where no cache can be written, and say so."""

from __future__ import annotations

from collections.abc import Callable

import numba
import pytest

from remyelin.base.jit import compiled


def test_without_a_cache_kernels_are_compiled_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    original = numba.njit

    def refusing(*args: object, **options: object) -> Callable[..., object]:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return original(*args, **options)

    monkeypatch.setattr(numba, "njit", refusing)

    def double(x: float) -> float:
        return 2 * x

    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        kernel = compiled(double)
    assert kernel(3.0) == 6.0
