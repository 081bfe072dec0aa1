"""Eight doubles side by side, in the dialect: arithmetic is of each with each, nothing across them.

What is compared answers eight truths, `Mask`; a double beside an `Eight` stands for eight of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import and_
from typing import Any, Final

from llvmlite import ir

WIDTH: Final = 8
_DOUBLE: Final = ir.DoubleType()
_WHOLE: Final = ir.IntType(64)
EIGHT: Final = ir.VectorType(_DOUBLE, WIDTH)
MASK: Final = ir.VectorType(ir.IntType(1), WIDTH)
_BITS: Final = ir.IntType(WIDTH)
Mask = tuple[bool, ...]


class Eight(tuple[float, ...]):
    """As Python."""

    __slots__ = ()

    def _with(self, other: Any, do: Callable[[float, float], float]) -> Eight:
        return Eight(map(do, self, _spread(other)))

    def _against(self, other: Any, do: Callable[[float, float], bool]) -> Mask:
        return tuple(map(do, self, _spread(other)))

    def __add__(self, other: Any) -> Eight:
        return self._with(other, lambda a, b: a + b)

    def __radd__(self, other: float) -> Eight:
        return _spread(other) + self

    def __sub__(self, other: Any) -> Eight:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Eight:
        return self._with(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Eight:
        return _spread(other) * self

    def __truediv__(self, other: Any) -> Eight:
        return self._with(other, lambda a, b: a / b)

    def __lt__(self, other: Any) -> Any:
        return self._against(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return self._against(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return self._against(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return self._against(other, lambda a, b: a >= b)


def _spread(of: Any) -> Eight:
    return of if isinstance(of, Eight) else Eight((of,) * WIDTH)


# ---- calls, as Python


def eight(values: Sequence[float], at: int) -> Eight:
    """Those of an array from there on."""
    return Eight(values[at : at + WIDTH])


def put_eight(values: Any, at: int, eight: Eight) -> None:
    for number, each in enumerate(eight):
        values[at + number] = each


def alone(value: float) -> Eight:
    """The first of eight, the others 0."""
    return Eight((value, *(0.0,) * (WIDTH - 1)))


def spread(value: float) -> Eight:
    return _spread(value)


def part(of: Eight, at: int) -> float:
    return of[at]


def lesser(one: Eight, other: Eight) -> Eight:
    """As min of each: the first one, unless the second is less."""
    return Eight(map(min, one, other))


def some(mask: Mask) -> bool:
    return any(mask)


def both(one: Mask, other: Mask) -> Mask:
    return tuple(map(and_, one, other))


def leading(mask: Mask) -> int:
    """How many stand before the first one that is true."""
    return (*mask, True).index(True)


def below(count: int) -> Mask:
    """The first so many, for one to eight of them."""
    return tuple(each < count for each in range(WIDTH))


def where(mask: Mask, one: Eight, other: Eight) -> Eight:
    return Eight(a if is_so else b for is_so, a, b in zip(mask, one, other, strict=True))


def times(mask: Mask) -> int:
    """How many of them are true."""
    return sum(mask)


# ---- calls, as machine code


def _place(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    return at.bitcast(at.gep(given[0], [given[1]]), EIGHT.as_pointer())


def _load(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    return at.load(_place(at, given), align=WIDTH)


def _store(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    return at.store(given[2], _place(at, given), align=WIDTH)


def _alone(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    zeros = ir.Constant(EIGHT, [0.0] * WIDTH)
    return at.insert_element(zeros, given[0], ir.Constant(_WHOLE, 0))


def spread_out(at: ir.IRBuilder, value: Any) -> Any:
    first = at.insert_element(ir.Constant(EIGHT, ir.Undefined), value, ir.Constant(_WHOLE, 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return at.shuffle_vector(first, ir.Constant(EIGHT, ir.Undefined), order)


def _lesser(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    one, other = given
    return at.select(at.fcmp_ordered("<", other, one), other, one)


def _some(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    return at.icmp_unsigned("!=", at.bitcast(given[0], _BITS), ir.Constant(_BITS, 0))


def _leading(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    """With a ninth that is always true."""
    bits = at.or_(at.zext(at.bitcast(given[0], _BITS), _WHOLE), ir.Constant(_WHOLE, 1 << WIDTH))
    return at.cttz(bits, ir.Constant(ir.IntType(1), 1))


def _below(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    one = ir.Constant(_WHOLE, 1)
    bits = at.sub(at.shl(one, given[0]), one)
    return at.bitcast(at.trunc(bits, _BITS), MASK)


def _times(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    return at.zext(at.ctpop(at.bitcast(given[0], _BITS)), _WHOLE)


EIGHTS: Final[Mapping[str, Callable[[ir.IRBuilder, Sequence[Any]], Any]]] = {
    "eight": _load,
    "put_eight": _store,
    "alone": _alone,
    "spread": lambda at, given: spread_out(at, given[0]),
    "part": lambda at, given: at.extract_element(given[0], given[1]),
    "lesser": _lesser,
    "some": _some,
    "both": lambda at, given: at.and_(given[0], given[1]),
    "leading": _leading,
    "below": _below,
    "where": lambda at, given: at.select(*given),
    "times": _times,
}
