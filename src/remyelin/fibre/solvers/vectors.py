"""Operations on neighbouring lanes in one vector, where the compiler cannot prove that arrays differ."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic


@cache
def add_product(lanes: int) -> Callable[..., None]:
    """Return an operation ``into[i:i+lanes] += first[j:j+lanes] * second[k:k+lanes]`` for one number of lanes.

    Called as ``operation(into, i, first, j, second, k)`` with flat arrays of one type. The three runs of
    numbers are read before the first is written, so they may overlap.
    """

    @intrinsic
    def operation(
        typing: Any, into: Any, at: Any, first: Any, first_at: Any, second: Any, second_at: Any
    ) -> tuple[Any, Callable[..., Any]]:
        signature = types.void(into, at, first, first_at, second, second_at)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointers, read = _loaded(context, builder, signature.args[::2], args, lanes)
            fused = ("contract",)
            total = builder.fadd(read[0], builder.fmul(read[1], read[2], flags=fused), flags=fused)
            _store(builder, total, pointers[0], signature.args[0])
            return context.get_dummy_value()

        return signature, codegen

    return operation


@cache
def multiply(lanes: int) -> Callable[..., None]:
    """Return an operation ``into[i:i+lanes] = first[j:j+lanes] * second[k:k+lanes]``, called as :func:`add_product`."""

    @intrinsic
    def operation(
        typing: Any, into: Any, at: Any, first: Any, first_at: Any, second: Any, second_at: Any
    ) -> tuple[Any, Callable[..., Any]]:
        signature = types.void(into, at, first, first_at, second, second_at)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointers, read = _loaded(context, builder, signature.args[::2], args, lanes)
            _store(builder, builder.fmul(read[1], read[2]), pointers[0], signature.args[0])
            return context.get_dummy_value()

        return signature, codegen

    return operation


def _loaded(context: Any, builder: Any, kinds: Any, args: Any, lanes: int) -> tuple[list[Any], list[Any]]:
    """Return pointers to runs of lanes, and their values."""
    pointers, read = [], []
    for kind, value, index in zip(kinds, args[::2], args[1::2], strict=True):
        vector = ir.VectorType(context.get_value_type(kind.dtype), lanes)
        where = builder.gep(context.make_array(kind)(context, builder, value).data, [index])
        pointers.append(builder.bitcast(where, vector.as_pointer()))
        found = builder.load(pointers[-1])
        found.align = _alignment(kind)
        read.append(found)
    return pointers, read


def _store(builder: Any, value: Any, pointer: Any, kind: Any) -> None:
    builder.store(value, pointer).align = _alignment(kind)


def _alignment(kind: Any) -> int:
    return int(kind.dtype.bitwidth // np.iinfo(np.uint8).bits)
