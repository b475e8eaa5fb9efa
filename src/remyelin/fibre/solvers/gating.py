"""The gates of neighbouring nodes, advanced together from the rows of one table: the kernels' innermost piece.

Written in the compiler's own terms, because from plain loops it makes one load per number: here one load
fetches the eight numbers of a table row, and four rows are transposed in registers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types

from remyelin.fibre.solvers.octet import WIDTH, instruction

GATES: Final = ("m", "h", "p", "s")
NUMBER_BITS: Final = 32
PLACE_BITS: Final = 64
#: Which of two rows of eight stand side by side, as a transposition of four rows in registers takes them.
PAIRS: Final = ([0, 8, 1, 9, 4, 12, 5, 13], [2, 10, 3, 11, 6, 14, 7, 15])
FOURS: Final = ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15])
OFFSETS: Final = [0, 1, 2, 3, 8, 9, 10, 11]
FACTORS: Final = [4, 5, 6, 7, 12, 13, 14, 15]


@instruction
def advance_eight(
    typing: Any, buffer: Any, at: Any, stride: Any, table: Any, place: Any
) -> tuple[Any, Callable[..., Any]]:
    """Advance the four gates of eight neighbouring lanes with these places in the table.

    A table row holds the four offsets and four factors of ``gate = offset + factor * gate``, and then what they rise by
    to the next row.
    """
    signature = types.void(buffer, at, stride, table, place)
    lanes, gates = WIDTH, len(GATES)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        of_buffer, _, _, of_table, _ = signature.args
        states = context.make_array(of_buffer)(context, builder, args[0]).data
        entries = context.make_array(of_table)(context, builder, args[3]).data
        real = context.get_value_type(of_buffer.dtype)
        number, place_type = ir.IntType(NUMBER_BITS), ir.IntType(PLACE_BITS)
        vector, numbers = ir.VectorType(real, lanes), ir.VectorType(number, lanes)
        blank = ir.Constant(vector, ir.Undefined)
        alignment = of_buffer.dtype.bitwidth // 8
        fma = ("contract",)

        def load(pointer: Any) -> Any:
            value = builder.load(builder.bitcast(pointer, vector.as_pointer()))
            value.align = alignment
            return value

        def pick(first: Any, second: Any, which: list[int]) -> Any:
            return builder.shuffle_vector(first, second, ir.Constant(numbers, which))

        place = args[4]
        row = builder.fptosi(place, numbers)
        fraction = builder.fsub(place, builder.sitofp(row, vector))
        entry = builder.mul(row, ir.Constant(numbers, [4 * gates] * lanes))
        both = []
        for lane in range(lanes):
            first = builder.zext(builder.extract_element(entry, ir.Constant(number, lane)), place_type)
            value = load(builder.gep(entries, [first]))
            rise = load(builder.gep(entries, [builder.add(first, ir.Constant(place_type, 2 * gates))]))
            share = pick(fraction, blank, [lane] * lanes)
            both.append(builder.fadd(value, builder.fmul(share, rise, flags=fma), flags=fma))

        def turned(a: Any, b: Any, c: Any, d: Any) -> list[Any]:
            """Four rows of (4 offsets, 4 factors) become, gate by gate, (4 offsets, 4 factors) of the four lanes."""
            ab, cd = [pick(a, b, which) for which in PAIRS], [pick(c, d, which) for which in PAIRS]
            return [pick(x, y, which) for x, y in zip(ab, cd, strict=True) for which in FOURS]

        position = args[1]
        for front, back in zip(turned(*both[:4]), turned(*both[4:]), strict=True):
            offset = pick(front, back, OFFSETS)
            factor = pick(front, back, FACTORS)
            pointer = builder.gep(states, [position])
            gate = builder.fadd(offset, builder.fmul(factor, load(pointer), flags=fma), flags=fma)
            builder.store(gate, builder.bitcast(pointer, vector.as_pointer())).align = alignment
            position = builder.add(position, args[2])
        return context.get_dummy_value()

    return signature, codegen
