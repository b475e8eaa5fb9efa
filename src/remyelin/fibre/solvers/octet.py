"""Eight neighbouring numbers as one value of a kernel: a vector register by construction.

From plain loops the compiler makes vectors only where it can prove that arrays do not overlap. Here :func:`read` and
:func:`write` move eight numbers at a time, ``+ - * /`` and comparisons work on all eight, and :func:`pick` chooses
between two values number by number.

Examples
--------
>>> import numba, numpy as np
>>> @numba.njit
... def double(buffer):
...     write(buffer, 8, read(buffer, 0) + read(buffer, 0))
>>> buffer = np.arange(16.0)
>>> double(buffer)
>>> buffer[8:].tolist()
[0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

WIDTH: Final = 8  # numbers in an octet
BYTE_BITS: Final = 8
LANE_BITS: Final = 32


class Octet(types.Type):
    """Type of eight numbers of one type in a kernel."""

    def __init__(self, dtype: Any) -> None:
        super().__init__(name=f"Octet({dtype})")
        self.dtype = dtype


class Choice(types.Type):
    """Type of eight answers of a comparison in a kernel."""


CHOICE: Final = Choice(name="Choice")


@register_model(Octet)
class _OctetModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Octet) -> None:
        real = ir.FloatType() if kind.dtype == types.float32 else ir.DoubleType()
        super().__init__(manager, kind, ir.VectorType(real, WIDTH))  # type: ignore[no-untyped-call]


@register_model(Choice)
class _ChoiceModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Choice) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.IntType(1), WIDTH))  # type: ignore[no-untyped-call]


def instruction(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation of kernels from the function that writes its code for the compiler."""
    return intrinsic(definition)


@instruction
def read(typing: Any, buffer: Any, at: Any) -> tuple[Any, Callable[..., Any]]:
    """Return ``buffer[at : at + 8]`` of a flat array."""
    signature = Octet(buffer.dtype)(buffer, at)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, alignment = _place(context, builder, signature.args[0], args)
        value = builder.load(pointer)
        value.align = alignment
        return value

    return signature, codegen


@instruction
def write(typing: Any, buffer: Any, at: Any, value: Any) -> tuple[Any, Callable[..., Any]]:
    """Set ``buffer[at : at + 8]`` of a flat array."""
    signature = types.void(buffer, at, value)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, alignment = _place(context, builder, signature.args[0], args)
        builder.store(args[2], pointer).align = alignment
        return context.get_dummy_value()

    return signature, codegen


@instruction
def spread(typing: Any, value: Any) -> tuple[Any, Callable[..., Any]]:
    """Return eight times one number."""
    signature = Octet(value)(value)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(signature.return_type)
        blank, zero = ir.Constant(vector, ir.Undefined), ir.Constant(ir.IntType(LANE_BITS), 0)
        first = builder.insert_element(blank, args[0], zero)
        lanes = ir.Constant(ir.VectorType(ir.IntType(LANE_BITS), WIDTH), [0] * WIDTH)
        return builder.shuffle_vector(first, blank, lanes)

    return signature, codegen


@instruction
def pick(typing: Any, chosen: Any, value: Any, otherwise: Any) -> tuple[Any, Callable[..., Any]]:
    """Return the numbers of `value` where `chosen` holds, and those of `otherwise` elsewhere."""
    signature = value(chosen, value, otherwise)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return signature, codegen


@instruction
def any_of(typing: Any, chosen: Any) -> tuple[Any, Callable[..., Any]]:
    """Whether a comparison holds for any of the eight."""
    signature = types.boolean(chosen)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        whole = ir.IntType(WIDTH)
        return builder.icmp_unsigned("!=", builder.bitcast(args[0], whole), ir.Constant(whole, 0))

    return signature, codegen


def _place(context: Any, builder: Any, kind: Any, args: Any) -> tuple[Any, int]:
    """Return a pointer to eight numbers of an array, and the alignment (bytes) of one of them."""
    data = context.make_array(kind)(context, builder, args[0]).data
    vector = ir.VectorType(context.get_value_type(kind.dtype), WIDTH)
    return builder.bitcast(
        builder.gep(data, [args[1]]), vector.as_pointer()
    ), kind.dtype.bitwidth // BYTE_BITS


def _operator(
    operation: Callable[..., Any], result: Callable[[Octet], Any], code: Callable[..., Any]
) -> None:
    """Define an operator for two octets of one type: the type of its result, and the code it is made of."""

    def typed(context: Any) -> Callable[..., Any]:
        def typer(first: Any, second: Any) -> Any:
            return result(first) if isinstance(first, Octet) and first == second else None

        return typer

    def lowered(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return code(builder, *args)

    type_callable(operation)(typed)
    lower_builtin(operation, Octet, Octet)(lowered)  # type: ignore[no-untyped-call]


def _same(kind: Octet) -> Octet:
    return kind


def _choice(kind: Octet) -> Choice:
    return CHOICE


_operator(operator.add, _same, lambda builder, a, b: builder.fadd(a, b))
_operator(operator.sub, _same, lambda builder, a, b: builder.fsub(a, b))
_operator(operator.mul, _same, lambda builder, a, b: builder.fmul(a, b))
_operator(operator.truediv, _same, lambda builder, a, b: builder.fdiv(a, b))
_operator(operator.gt, _choice, lambda builder, a, b: builder.fcmp_ordered(">", a, b))
_operator(operator.lt, _choice, lambda builder, a, b: builder.fcmp_ordered("<", a, b))
_operator(operator.eq, _choice, lambda builder, a, b: builder.fcmp_ordered("==", a, b))
_operator(operator.ne, _choice, lambda builder, a, b: builder.fcmp_unordered("!=", a, b))
