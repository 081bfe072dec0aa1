"""Values of the dialect as machine code: names, arithmetic, comparisons, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, ClassVar, NoReturn

from llvmlite import ir

from lefi_tui.simulate.machine.eights import EIGHT, spread_out
from lefi_tui.simulate.machine.words import CALLS, COMPARE, DOUBLE, FLOATS, TRUTH, WHOLE, WHOLES

Scope = Mapping[str, Any]  # constants of the text's module, by name


class DialectError(Exception):
    """A word outside the dialect."""


def refuse(node: ast.AST, why: str) -> NoReturn:
    raise DialectError(f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)!r} {why}")


class Values:
    """Of one function under way; `at` is where the next instruction goes."""

    def __init__(
        self, function: ir.Function, functions: Mapping[str, ir.Function], scope: Scope
    ) -> None:
        self.function, self.functions, self.scope = function, functions, scope
        self.entry = function.append_basic_block("entry")
        self.begin = function.append_basic_block("begin")
        self.names: dict[str, Any] = {}  # of variables: where they stand
        self.at = ir.IRBuilder(self.begin)

    def block(self) -> Any:
        return self.function.append_basic_block()

    # ---- names and places

    def put(self, name: str, value: Any) -> None:
        if name not in self.names:
            above = ir.IRBuilder(self.entry)
            self.names[name] = above.alloca(value.type, name=name)
        place = self.names[name]
        self.at.store(self.cast(value, place.type.pointee, ast.Name(name)), place)

    def store(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name():
                self.put(target.id, value)
            case ast.Subscript():
                place = self._place(target)
                self.at.store(self.cast(value, place.type.pointee, target), place)
            case _:
                refuse(target, "takes no value")

    def _place(self, node: ast.Subscript) -> Any:
        index = self.cast(self.value(node.slice), WHOLE, node)
        return self.at.gep(self.value(node.value), [index])

    # ---- values

    def value(self, node: ast.expr) -> Any:
        write = self._VALUES.get(type(node))
        if write is None:
            refuse(node, "is no value of the dialect")
        return write(self, node)

    def _literal(self, node: ast.Constant) -> Any:
        return constant(node.value, node)

    def _loaded(self, node: ast.Subscript) -> Any:
        return self.at.load(self._place(node))

    def _named(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.at.load(self.names[node.id])
        if node.id in self.scope:
            return constant(self.scope[node.id], node)
        refuse(node, "has no value yet")

    def _of_module(self, node: ast.Attribute) -> Any:
        """A constant of a module that the text's module knows by name."""
        module = self.scope.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if not isinstance(module, ModuleType):
            refuse(node, "is no constant of a module")
        return constant(getattr(module, node.attr), node)

    def _arithmetic(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        kind = type(node.op)
        if left.type == WHOLE and right.type == WHOLE and kind in WHOLES:
            return getattr(self.at, WHOLES[kind])(left, right)
        if kind not in FLOATS:
            refuse(node, "is no arithmetic of the dialect")
        return getattr(self.at, FLOATS[kind])(*self._pair(left, right, node))

    def _pair(self, left: Any, right: Any, node: ast.AST) -> tuple[Any, Any]:
        """Both doubles, or both eight of them."""
        wanted = EIGHT if EIGHT in {left.type, right.type} else DOUBLE
        return self.cast(left, wanted, node), self.cast(right, wanted, node)

    def _unary(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return self.at.not_(self.truth(node.operand))
        value = self.value(node.operand)
        if not isinstance(node.op, ast.USub):
            refuse(node, "is no arithmetic of the dialect")
        return self.at.neg(value) if value.type == WHOLE else self.at.fneg(value)

    def truth(self, node: ast.expr) -> Any:
        value = self.value(node)
        if value.type != TRUTH:
            refuse(node, "is neither true nor false; compare it")
        return value

    def _compared(self, node: ast.Compare) -> Any:
        if len(node.ops) > 1:
            refuse(node, "compares more than two")
        op = COMPARE[type(node.ops[0])]
        left, right = self.value(node.left), self.value(node.comparators[0])
        if left.type == WHOLE and right.type == WHOLE:
            return self.at.icmp_signed(op, left, right)
        pair = self._pair(left, right, node)
        # What is not equal to itself is a missing number: `!=` alone holds for it.
        return (self.at.fcmp_unordered if op == "!=" else self.at.fcmp_ordered)(op, *pair)

    def _junction(self, node: ast.BoolOp) -> Any:
        """The second one is looked at only where the first leaves it open."""
        is_and = isinstance(node.op, ast.And)
        after = self.block()
        told: list[tuple[Any, ir.Block]] = []
        for number, each in enumerate(node.values):
            value = self.truth(each)
            told.append((value, self.at.block))
            if number + 1 < len(node.values):
                more = self.block()
                self.at.cbranch(value, *((more, after) if is_and else (after, more)))
                self.at.position_at_end(more)
        self.at.branch(after)
        self.at.position_at_end(after)
        return self._either(TRUTH, told)

    def _choice(self, node: ast.IfExp) -> Any:
        then, other, after = self.block(), self.block(), self.block()
        self.at.cbranch(self.truth(node.test), then, other)
        ends: list[tuple[Any, Any]] = []
        for block, given in ((then, node.body), (other, node.orelse)):
            self.at.position_at_end(block)
            value = self.value(given)
            ends.append((value, self.at.block))
        kinds = {str(value.type): value.type for value, _ in ends}
        kind = DOUBLE if str(DOUBLE) in kinds else ends[0][0].type
        told = []
        for value, block in ends:
            self.at.position_at_end(block)
            told.append((self.cast(value, kind, node), block))
            self.at.branch(after)
        self.at.position_at_end(after)
        return self._either(kind, told)

    def _either(self, kind: Any, told: list[tuple[Any, Any]]) -> Any:
        phi = self.at.phi(kind)
        for value, block in told:
            phi.add_incoming(value, block)
        return phi

    def _call(self, node: ast.Call) -> Any:
        if not isinstance(node.func, ast.Name) or node.keywords:
            refuse(node, "is no call of the dialect")
        given = [self.value(each) for each in node.args]
        name = node.func.id
        if name in self.functions:
            function = self.functions[name]
            takes = function.function_type.args
            pairs = zip(given, takes, strict=True)
            return self.at.call(function, [self.cast(v, kind, node) for v, kind in pairs])
        if name in CALLS:
            return CALLS[name](self.at, given)
        refuse(node, "calls what the dialect does not know")

    def cast(self, value: Any, wanted: Any, node: ast.AST) -> Any:
        if value.type == wanted:
            return value
        if value.type == WHOLE and wanted == DOUBLE:
            return self.at.sitofp(value, DOUBLE)
        if value.type == DOUBLE and wanted == EIGHT:
            return spread_out(self.at, value)
        refuse(node, f"is {value.type}, {wanted} is needed")

    _VALUES: ClassVar[Mapping[type[ast.expr], Callable[[Any, Any], Any]]] = {
        ast.Constant: _literal,
        ast.Name: _named,
        ast.Subscript: _loaded,
        ast.Attribute: _of_module,
        ast.BinOp: _arithmetic,
        ast.UnaryOp: _unary,
        ast.Compare: _compared,
        ast.BoolOp: _junction,
        ast.IfExp: _choice,
        ast.Call: _call,
    }


def constant(value: Any, node: ast.AST) -> Any:
    if isinstance(value, bool):
        return ir.Constant(TRUTH, value)
    if isinstance(value, int):
        return ir.Constant(WHOLE, value)
    if isinstance(value, float):
        return ir.Constant(DOUBLE, value)
    refuse(node, "is no constant of the dialect")
