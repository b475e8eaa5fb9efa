"""Numba compilation with a cache where there is a place for one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel in nopython mode without the GIL, cached on disk where a cache can be written."""
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "fastmath": {"contract", "nsz", "arcp", "afn"},
    }
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        # numba finds no writable cache directory: compile for this process only.
        warnings.warn(
            "compiled kernels cannot be kept (no writable cache): every process compiles its own, which takes "
            "seconds; set NUMBA_CACHE_DIR to a folder that can be written.",
            RuntimeWarning,
            stacklevel=2,
        )
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
