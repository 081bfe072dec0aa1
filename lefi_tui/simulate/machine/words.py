"""The words of the dialect: its types, its operators, its calls. Each is Python as well."""

from __future__ import annotations

import ast
import ctypes
import math
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from struct import Struct
from typing import Any, Final

from llvmlite import ir

from lefi_tui.simulate.machine.eights import EIGHT, EIGHTS

Floats = MutableSequence[float]  # an array of doubles; in machine code its address
Ints = MutableSequence[int]
Table = Sequence[Floats]  # where arrays of doubles stand

DOUBLE: Final = ir.DoubleType()
WHOLE: Final = ir.IntType(64)
TRUTH: Final = ir.IntType(1)
NOTHING: Final = ir.VoidType()
TYPES: Final[Mapping[str, Any]] = {
    "float": DOUBLE,
    "int": WHOLE,
    "bool": TRUTH,
    "Eight": EIGHT,
    "Floats": DOUBLE.as_pointer(),
    "Table": DOUBLE.as_pointer().as_pointer(),
    "Ints": WHOLE.as_pointer(),
}
COMPARE: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
FLOATS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "fadd",
    ast.Sub: "fsub",
    ast.Mult: "fmul",
    ast.Div: "fdiv",
}
WHOLES: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and_",
    ast.LShift: "shl",
    ast.RShift: "ashr",
}


# ---- calls, as Python


def nearest(value: float) -> float:
    """To the nearest whole number, halves to the even one."""
    return float(round(value)) if math.isfinite(value) else value


def floor(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


def ceil(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def whole(value: float) -> int:
    """Cut toward zero; only of what surely fits."""
    return int(value)


def finite(value: float) -> bool:
    return math.isfinite(value)


def bits(value: float) -> int:
    """The 64 bits of a double, as a whole number with a sign."""
    told: int = _WHOLE_64.unpack(_DOUBLE_64.pack(value))[0]
    return told


def floats(count: int) -> Floats:
    """An array of a function's own; `count` is a constant."""
    return [0.0] * count


def near(array: Floats, place: int) -> None:
    """That place is read soon, or may be: the memory brings it meanwhile. It need not be there."""


# ---- calls, as machine code

_MATHEMATICS: Final = ctypes.CDLL(None)
_DOUBLE_64, _WHOLE_64 = Struct("<d"), Struct("<q")
_PREFETCH: Final = "llvm.prefetch.p0"
LIBRARY: Final = ("copysign", "fmod", "exp", "log", "pow")
Written = Callable[[ir.IRBuilder, Sequence[Any]], Any]


def _intrinsic(name: str) -> Written:
    def call(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
        function = at.module.declare_intrinsic(name, [DOUBLE])
        return at.call(function, given)

    return call


def _rounded(name: str) -> Written:
    """A whole number of Python has no -0, so what is rounded to 0 is the plain one."""

    def call(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
        return at.fadd(_intrinsic(name)(at, given), ir.Constant(DOUBLE, 0.0))

    return call


def _smaller(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    """As Python's min: the first one, unless the second is less."""
    one, other = given
    if one.type == WHOLE:
        return at.select(at.icmp_signed("<", other, one), other, one)
    return at.select(at.fcmp_ordered("<", other, one), other, one)


def _larger(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    one, other = given
    if one.type == WHOLE:
        return at.select(at.icmp_signed(">", other, one), other, one)
    return at.select(at.fcmp_ordered(">", other, one), other, one)


def _finite(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    size = _intrinsic("llvm.fabs")(at, given)
    return at.fcmp_ordered("<", size, ir.Constant(DOUBLE, math.inf))


def library_symbols() -> Mapping[str, int]:
    """Of the C library that Python's math uses: where each function stands in this process."""
    found = ((name, getattr(_MATHEMATICS, name)) for name in LIBRARY)
    return {f"libm_{name}": ctypes.cast(each, ctypes.c_void_p).value or 0 for name, each in found}


def _library(name: str, takes: int) -> Written:
    """Under a name of ours: llvm knows some of them by their own, and makes `x * x` of
    `pow(x, 2)`, which is another double for 149 of 200,000."""
    symbol = f"libm_{name}"

    def call(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
        known = at.module.globals.get(symbol)
        if known is None:
            known = ir.Function(at.module, ir.FunctionType(DOUBLE, [DOUBLE] * takes), symbol)
            known.attributes.add("nounwind")
            known.attributes.add("readnone")
        return at.call(known, given)

    return call


def _array(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    above = ir.IRBuilder(at.function.entry_basic_block)
    room = above.alloca(ir.ArrayType(DOUBLE, given[0].constant))
    return at.gep(room, [ir.Constant(WHOLE, 0)] * 2)


def _near(at: ir.IRBuilder, given: Sequence[Any]) -> Any:
    small = ir.IntType(32)
    known = at.module.globals.get(_PREFETCH)
    if known is None:
        takes = [given[0].type, small, small, small]
        known = ir.Function(at.module, ir.FunctionType(NOTHING, takes), _PREFETCH)
    how = [ir.Constant(small, each) for each in (0, 3, 1)]  # to read, and again, data
    return at.call(known, [at.gep(given[0], [given[1]]), *how])


CALLS: Final[Mapping[str, Written]] = {
    **EIGHTS,
    "abs": _intrinsic("llvm.fabs"),
    "floor": _rounded("llvm.floor"),
    "ceil": _rounded("llvm.ceil"),
    "sqrt": _intrinsic("llvm.sqrt"),
    "nearest": _rounded("llvm.rint"),
    "copysign": _library("copysign", 2),
    "fmod": _library("fmod", 2),
    "exp": _library("exp", 1),
    "log": _library("log", 1),
    "pow": _library("pow", 2),
    "min": _smaller,
    "max": _larger,
    "finite": _finite,
    "bits": lambda at, given: at.bitcast(given[0], WHOLE),
    "floats": _array,
    "near": _near,
    "whole": lambda at, given: at.fptosi(given[0], WHOLE),
    "float": lambda at, given: given[0] if given[0].type == DOUBLE else at.sitofp(given[0], DOUBLE),
}
