"""The gates of neighbouring nodes, advanced together from the rows of one table: the kernels' innermost piece.

Written in the compiler's own terms, because from plain loops it makes one load per number: here one load
fetches the eight numbers of a table row, and four rows are transposed in registers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

GATES: Final = ("m", "h", "p", "s")


@intrinsic
def advance_gates(
    typing: Any, buffer: Any, at: Any, stride: Any, table: Any, rows: Any, fractions: Any
) -> tuple[Any, Callable[..., Any]]:
    """Advance the four gates of one or four neighbouring lanes from interpolated table rows.

    A table row holds the four offsets and then the four factors of ``gate = offset + factor * gate``. One
    row is one vector load, so four lanes cost eight loads and a transposition rather than 64 loads.
    """
    signature = types.void(buffer, at, stride, table, rows, fractions)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        of_buffer, _, _, of_table, of_rows, _ = signature.args
        count, gates = len(of_rows), len(GATES)
        states = context.make_array(of_buffer)(context, builder, args[0]).data
        entries = context.make_array(of_table)(context, builder, args[1 + 2]).data
        real = context.get_value_type(of_buffer.dtype)
        index = ir.IntType(of_rows.dtype.bitwidth)
        alignment = of_buffer.dtype.bitwidth // np.iinfo(np.uint8).bits
        row_type = ir.VectorType(real, 2 * gates)
        blank = ir.Constant(row_type, ir.Undefined)
        fma = ("contract",)

        def load(pointer: Any, kind: Any) -> Any:
            value = builder.load(builder.bitcast(pointer, kind.as_pointer()))
            value.align = alignment
            return value

        def store(value: Any, pointer: Any) -> None:
            builder.store(value, builder.bitcast(pointer, value.type.as_pointer())).align = alignment

        def pick(first: Any, second: Any, which: list[int]) -> Any:
            mask = ir.Constant(ir.VectorType(ir.IntType(np.iinfo(np.int32).bits), len(which)), which)
            return builder.shuffle_vector(first, second, mask)

        def interpolated(row: Any, fraction: Any) -> Any:
            below = load(builder.gep(entries, [row]), row_type)
            next_row = builder.add(row, ir.Constant(index, 2 * gates))
            above = load(builder.gep(entries, [next_row]), row_type)
            first = builder.insert_element(
                blank, fraction, ir.Constant(ir.IntType(np.iinfo(np.int32).bits), 0)
            )
            share = pick(first, blank, [0] * (2 * gates))
            return builder.fadd(
                below, builder.fmul(share, builder.fsub(above, below, flags=fma), flags=fma), flags=fma
            )

        def updated(both: Any, position: Any) -> None:
            offset = pick(both, blank, list(range(gates)))
            factor = pick(both, blank, list(range(gates, 2 * gates)))
            pointer = builder.gep(states, [position])
            gate = load(pointer, offset.type)
            store(builder.fadd(offset, builder.fmul(factor, gate, flags=fma), flags=fma), pointer)

        table_rows = [
            interpolated(
                builder.extract_value(args[2 + 2], lane), builder.extract_value(args[1 + 2 + 2], lane)
            )
            for lane in range(count)
        ]
        if count == 1:
            updated(table_rows[0], args[1])
            return context.get_dummy_value()

        # Four rows of (4 offsets, 4 factors) become, gate by gate, (4 offsets, 4 factors) of the four lanes.
        width = 2 * gates

        def interleaved(first: Any, second: Any, start: int) -> Any:
            bases = (start, start + gates)
            return pick(
                first, second, [k for base in bases for j in (0, 1) for k in (base + j, base + j + width)]
            )

        def paired(first: Any, second: Any, start: int) -> Any:
            bases = (start, start + gates)
            return pick(first, second, [base + j + k for base in bases for k in (0, width) for j in (0, 1)])

        a, b, c, d = table_rows
        position = args[1]
        for start in (0, 2):
            front, back = interleaved(a, b, start), interleaved(c, d, start)
            for half in (0, 2):
                updated(paired(front, back, half), position)
                position = builder.add(position, args[2])
        return context.get_dummy_value()

    return signature, codegen
