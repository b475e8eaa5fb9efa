"""Products of neighbouring lanes in one vector operation, where the compiler cannot prove that arrays differ."""

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
            kinds, values = signature.args[::2], args[::2]
            real = context.get_value_type(kinds[0].dtype)
            vector = ir.VectorType(real, lanes)
            alignment = kinds[0].dtype.bitwidth // np.iinfo(np.uint8).bits
            pointers = [
                builder.bitcast(
                    builder.gep(context.make_array(kind)(context, builder, value).data, [index]),
                    vector.as_pointer(),
                )
                for kind, value, index in zip(kinds, values, args[1::2], strict=True)
            ]
            read = []
            for pointer in pointers:
                value = builder.load(pointer)
                value.align = alignment
                read.append(value)
            fused = ("contract",)
            total = builder.fadd(read[0], builder.fmul(read[1], read[2], flags=fused), flags=fused)
            builder.store(total, pointers[0]).align = alignment
            return context.get_dummy_value()

        return signature, codegen

    return operation
