"""Numba compilation, kept on disk by the content of a kernel.

Numba by itself keeps compiled kernels beside their source file, where a reinstallation or a new environment loses
them, and does not notice when a number or another kernel that one is built from has changed. Here a kernel is found
again by a hash of its own instructions and of everything it is built from, in a folder of the user.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, Final, TypeVar

import numba
import numpy as np
from numba import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache, _Cache

from remyelin.base.errors import UncachedKernels
from remyelin.base.files import cache_folder

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_LOG: Final = logging.getLogger("remyelin.kernels")
OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "arcp", "afn"},
}


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel in nopython mode without the GIL, and cache the compiled code.

    Examples
    --------
    >>> @compiled
    ... def double(x: float) -> float:
    ...     return 2 * x
    >>> double(3.0)
    6.0
    """
    dispatcher: Any = numba.njit(**OPTIONS)(function)
    dispatcher._cache = _Kept(function)
    return dispatcher  # type: ignore[no-any-return]


def kernel_folder() -> Path:
    """Return the folder of compiled kernels, which belong to one compiler."""
    return cache_folder() / f"numba-{version('numba')}-llvmlite-{version('llvmlite')}"


def kernels_kept() -> bool:
    """Whether kernels compiled by an earlier run are at hand."""
    return any(kernel_folder().glob("*.nbi"))


class _Kept(_Cache):
    """The compiled forms of one kernel on disk, opened at its first use: only then are its callees defined.

    What cannot be read is compiled again, and what cannot be written is not kept; neither is an error.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._opened: Any = None

    @property
    def cache_path(self) -> str:
        return str(self._open().cache_path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            found = self._open().load_overload(sig, target_context)
            if found is not None:
                _LOG.debug("%s: read from the cache", self._function.__qualname__)
            return found
        except Exception:  # a damaged file raises anything
            with suppress(Exception):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            _LOG.debug("%s: compiled", self._function.__qualname__)
            self._open().save_overload(sig, data)
        except Exception:
            _warn()

    def enable(self) -> None:
        self._open().enable()

    def disable(self) -> None:
        self._open().disable()

    def flush(self) -> None:
        self._open().flush()

    def _open(self) -> Any:
        if self._opened is None:
            self._opened = _opened(self._function)
        return self._opened


def _opened(function: Callable[..., Any]) -> Any:
    """Return the cache of a kernel by content; numba's own where the content cannot be told; none where neither is."""
    try:
        cache: Any = _ByContent(function)  # type: ignore[no-untyped-call]
        if cache.usable():
            return cache
    except (TypeError, OSError, RuntimeError):  # something in it that cannot be described; no home folder
        pass
    try:
        return FunctionCache(function)  # type: ignore[no-untyped-call]
    except RuntimeError:
        _warn()
        return NullCache()


_said: set[str] = set()


def _warn() -> None:
    """Say once in a process that kernels are not kept."""
    if _said:
        return
    _said.add("said")
    warnings.warn(
        "compiled kernels cannot be kept (no writable cache): every process compiles its own, which takes "
        "seconds; set NUMBA_CACHE_DIR to a folder that can be written.",
        UncachedKernels,
        stacklevel=2,
    )


class _Folder:
    """Location at which numba reads and writes one kernel."""

    def __init__(self, function: Any) -> None:
        self._py_file = function.__code__.co_filename  # numba names it in warnings
        self._folder = kernel_folder()

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return "by content"  # the file's name says it all


class _Implementation(CompileResultCacheImpl):
    """Numba's reading and writing of compiled kernels under a name of our own."""

    def __init__(self, function: Any) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = _Folder(function)
        name = f"{function.__module__}.{function.__qualname__}".replace("<", "").replace(">", "")
        python = f"py{sys.version_info.major}{sys.version_info.minor}{getattr(sys, 'abiflags', '')}"
        self._filename_base = f"{name}-{content(function)}.{python}"


class _ByContent(FunctionCache):
    _impl_class = _Implementation

    def usable(self) -> bool:
        """Whether the kernel is there already, or can be written."""
        folder, name = Path(self._cache_path), self._impl.filename_base
        if (folder / f"{name}.nbi").exists():
            return True
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        """Tell compiled forms of one kernel apart: by the types of its arguments and by the processor.

        Numba adds a pickle of what the kernel is built from. That differs from process to process where it holds other
        kernels, and the name of the file says it already.
        """
        return sig, codegen.magic_tuple(), tuple(_records(sig))


def _records(kind: Any) -> Iterator[tuple[str, ...]]:
    """Yield the fields of the records among types: two that only change places would be taken for one another."""
    if isinstance(kind, types.NamedTuple | types.NamedUniTuple):
        yield kind.fields
    if isinstance(kind, tuple | types.Tuple | types.NamedTuple):
        for item in kind:
            yield from _records(item)


def content(function: Any) -> str:
    """Return a hash of a kernel: its instructions, and every number and other kernel it is built from.

    Raises
    ------
    TypeError
        If it uses something that cannot be described.
    """
    options = [(name, sorted(value) if isinstance(value, set) else value) for name, value in OPTIONS.items()]
    return hashlib.sha256(repr((_described(function, {}), options)).encode()).hexdigest()[:20]


def _described(value: Any, seen: dict[int, int]) -> Any:
    """Describe something a kernel uses by values that print the same in every process."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return type(value).__name__, repr(value)
    if isinstance(value, tuple):
        return tuple(_described(item, seen) for item in value)
    if isinstance(value, frozenset):
        return sorted(repr(_described(item, seen)) for item in value)
    if isinstance(value, np.generic | np.ndarray):
        return str(value.dtype), value.shape, hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, np.dtype):
        return "dtype", repr(value.descr)
    if isinstance(value, ModuleType):
        return "module", value.__name__
    if isinstance(value, type | BuiltinFunctionType | np.ufunc):
        return "named", getattr(value, "__module__", ""), value.__name__
    if id(value) in seen:
        return "again", seen[id(value)]
    seen[id(value)] = len(seen)
    if hasattr(value, "py_func"):  # another kernel
        return _described(value.py_func, seen)
    if hasattr(value, "_defn"):  # an intrinsic: code that writes code, from anything in its file
        return "intrinsic", hashlib.sha256(Path(value._defn.__code__.co_filename).read_bytes()).hexdigest()
    if isinstance(value, FunctionType):
        return _function(value, seen)
    raise TypeError(f"{value!r} cannot be described.")


def _function(function: FunctionType, seen: dict[int, int]) -> Any:
    names = [name for name in _names(function.__code__) if name in function.__globals__]
    outside = [(name, _described(function.__globals__[name], seen)) for name in names]
    cells = [_described(cell.cell_contents, seen) for cell in function.__closure__ or ()]
    return _code(function.__code__, function.__doc__, seen), outside, cells


def _code(code: CodeType, doc: str | None, seen: dict[int, int]) -> Any:
    constants = [
        _code(item, None, seen) if isinstance(item, CodeType) else _described(item, seen)
        for item in code.co_consts
        if item is None or item is not doc
    ]
    return code.co_code.hex(), constants, code.co_names, code.co_varnames, code.co_freevars, code.co_flags


def _names(code: CodeType) -> list[str]:
    """Return the names code may look up outside itself, in a fixed order."""
    found = dict.fromkeys(code.co_names)
    for item in code.co_consts:
        if isinstance(item, CodeType):
            found |= dict.fromkeys(_names(item))
    return list(found)
