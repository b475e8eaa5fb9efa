"""Numba compilation with a cache where there is a place for one."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import numba

from remyelin.errors import UncachedKernels

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel in nopython mode without the GIL, cached on disk where a cache can be written."""
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "fastmath": {"contract", "nsz", "arcp", "afn"},
    }
    try:
        kernel = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        # numba finds no writable cache directory: compile for this process only.
        _uncached("no writable cache")
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    _forgive(kernel)
    return kernel  # type: ignore[no-any-return]


def _forgive(kernel: Any) -> None:
    """Let a kernel that cannot be kept, as on a full disk, or read be compiled for this process only."""
    cache = getattr(kernel, "_cache", None)
    for name in ("save_overload", "load_overload"):
        usual = getattr(cache, name, None)
        if usual is None:  # another numba
            continue

        def tolerant(*arguments: Any, usual: Callable[..., Any] = usual) -> Any:
            try:
                return usual(*arguments)
            except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
                _uncached(str(error))
                return None

        with suppress(AttributeError):
            setattr(cache, name, tolerant)


_said: set[str] = set()


def _uncached(why: str) -> None:
    """Say once in a process that kernels are not kept."""
    if _said:
        return
    _said.add(why)
    warnings.warn(
        f"compiled kernels cannot be kept ({why}): every process compiles its own, which takes "
        "seconds; set NUMBA_CACHE_DIR to a folder that can be written.",
        UncachedKernels,
        stacklevel=3,
    )
