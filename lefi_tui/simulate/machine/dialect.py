"""A small dialect of Python as machine code: functions of doubles, whole numbers and arrays.

What is written in it runs as Python too, so it can be read, tested and held against its own machine
code. The rules it keeps: strict IEEE, in the sequence written: nothing fused, nothing reassociated;
a word outside the dialect is refused by its line, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from llvmlite import ir

from lefi_tui.simulate.machine.dialect_values import Scope, Values, refuse
from lefi_tui.simulate.machine.eights import EIGHT
from lefi_tui.simulate.machine.words import NOTHING, TYPES, WHOLE


def symbol_of(name: str) -> str:
    """Its name in machine code, where others may have the plain one."""
    return f"lefi_{name}"


Found = tuple[ast.FunctionDef, Scope]


def translate(
    texts: Iterable[tuple[str, Scope]], name: str, wanted: Iterable[str] | None = None
) -> Any:
    """One module of the functions in these texts, each text with the constants it may name: of
    all, or of those that are wanted and what they call. One that is `...` stands elsewhere."""
    found = {node.name: (node, scope) for text, scope in texts for node in functions_of(text)}
    if wanted is not None:
        found = _reached(found, wanted)
    module = ir.Module(name)
    functions = {each: _declared(module, node) for each, (node, _) in found.items()}
    for each, (node, scope) in found.items():
        if not _is_elsewhere(node):
            _Body(node, functions[each], functions, scope).write()
    return module


@lru_cache(maxsize=32)
def functions_of(text: str) -> tuple[ast.FunctionDef, ...]:
    """Kept: the operators are in every script."""
    return tuple(each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))


def _reached(found: Mapping[str, Found], wanted: Iterable[str]) -> dict[str, Found]:
    names, reached = list(wanted), set()
    while names:
        name = names.pop()
        if name in found and name not in reached:
            reached.add(name)
            calls = (each for each in ast.walk(found[name][0]) if isinstance(each, ast.Call))
            names += [each.func.id for each in calls if isinstance(each.func, ast.Name)]
    return {name: each for name, each in found.items() if name in reached}


def _is_elsewhere(node: ast.FunctionDef) -> bool:
    first = node.body[0]
    return isinstance(first, ast.Expr) and ast.unparse(first) == "..."


def _declared(module: ir.Module, node: ast.FunctionDef) -> ir.Function:
    takes = [_type(each.annotation, node) for each in node.args.args]
    function = ir.Function(
        module, ir.FunctionType(_type(node.returns, node), takes), symbol_of(node.name)
    )
    function.attributes.add("nounwind")
    if EIGHT in takes:  # a call would bring it through memory
        function.attributes.add("alwaysinline")
    if _is_elsewhere(node):
        # The loop calls these of few candles: what it keeps at hand is not put away for them.
        function.attributes.add("cold")
    for argument, each in zip(function.args, node.args.args, strict=True):
        argument.name = each.arg
        if argument.type.is_pointer:  # two arrays that are given are never the same
            argument.add_attribute("noalias")
    return function


def _type(annotation: ast.expr | None, node: ast.AST) -> Any:
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return NOTHING
    if isinstance(annotation, ast.Name) and annotation.id in TYPES:
        return TYPES[annotation.id]
    refuse(node, "needs its types: float, int, bool, Floats, Ints")


class _Body(Values):
    """One function under way."""

    def __init__(
        self,
        node: ast.FunctionDef,
        function: ir.Function,
        functions: Mapping[str, ir.Function],
        scope: Scope,
    ) -> None:
        super().__init__(function, functions, scope)
        self.node = node
        self.loops: list[tuple[Any, Any]] = []  # where continue and break go

    def write(self) -> None:
        for argument in self.function.args:
            self.put(argument.name, argument)
        self._all(self.node.body)
        if not self.at.block.is_terminated:
            if self.function.function_type.return_type is not NOTHING:
                refuse(self.node, "may end without an answer")
            self.at.ret_void()
        ir.IRBuilder(self.entry).branch(self.begin)

    # ---- statements

    def _all(self, nodes: Sequence[ast.stmt]) -> None:
        for node in nodes:
            if self.at.block.is_terminated:
                refuse(node, "is never reached")
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        write = self._STATEMENTS.get(type(node))
        if write is None:
            refuse(node, "is no statement of the dialect")
        write(self, node)

    def _assign(self, node: ast.Assign) -> None:
        """Names in a row get the value one after the other; a pair of values is a pair of names."""
        first = node.targets[0]
        if isinstance(first, ast.Tuple) and isinstance(node.value, ast.Tuple):
            values = [self.value(each) for each in node.value.elts]
            if len(node.targets) > 1 or len(values) != len(first.elts):
                refuse(node, "has other numbers of names than of values")
            for target, value in zip(first.elts, values, strict=True):
                self.store(target, value)
            return
        value = self.value(node.value)
        for target in node.targets:
            self.store(target, value)

    def _typed(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            refuse(node, "has no value")
        self.store(node.target, self.value(node.value))

    def _more(self, node: ast.AugAssign) -> None:
        known = ast.BinOp(_loaded(node.target), node.op, node.value)
        self.store(node.target, self.value(ast.copy_location(known, node)))

    def _leave(self, node: ast.Break | ast.Continue) -> None:
        self.at.branch(self.loops[-1][isinstance(node, ast.Break)])

    def _said(self, node: ast.Expr) -> None:
        """A call for what it does; a text is told to a reader."""
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            self.value(node.value)

    def _if(self, node: ast.If) -> None:
        condition = self.truth(node.test)
        then, other, after = (self.block() for _ in range(3))
        self.at.cbranch(condition, then, other)
        goes_on = False
        for block, body in ((then, node.body), (other, node.orelse)):
            self.at.position_at_end(block)
            self._all(body)
            if not self.at.block.is_terminated:
                self.at.branch(after)
                goes_on = True
        self.at.position_at_end(after)
        if not goes_on:
            self.at.unreachable()

    def _while(self, node: ast.While) -> None:
        test, body, after = (self.block() for _ in range(3))
        self.at.branch(test)
        self.at.position_at_end(test)
        self.at.cbranch(self.truth(node.test), body, after)
        self._loop(node.body, body, (test, after))
        self.at.position_at_end(after)

    def _loop(self, nodes: Sequence[ast.stmt], body: ir.Block, ends: tuple[Any, Any]) -> None:
        self.loops.append(ends)
        self.at.position_at_end(body)
        self._all(nodes)
        self.loops.pop()
        if not self.at.block.is_terminated:
            self.at.branch(ends[0])

    def _for(self, node: ast.For) -> None:
        """`for name in range(…)`: the count is fixed when it begins."""
        name, given = node.target, node.iter
        is_range = isinstance(given, ast.Call) and ast.unparse(given.func) == "range"
        if not (isinstance(name, ast.Name) and is_range):
            refuse(node, "counts no range")
        assert isinstance(given, ast.Call)
        assert isinstance(name, ast.Name)
        ends = [self.cast(self.value(each), WHOLE, node) for each in given.args]
        first, limit = (ir.Constant(WHOLE, 0), ends[0]) if len(ends) == 1 else ends
        self.put(name.id, first)
        test, body, step, after = (self.block() for _ in range(4))
        self.at.branch(test)
        self.at.position_at_end(test)
        now = self.at.load(self.names[name.id])
        self.at.cbranch(self.at.icmp_signed("<", now, limit), body, after)
        self._loop(node.body, body, (step, after))
        self.at.position_at_end(step)
        now = self.at.load(self.names[name.id])
        self.put(name.id, self.at.add(now, ir.Constant(WHOLE, 1)))
        self.at.branch(test)
        self.at.position_at_end(after)

    def _return(self, node: ast.Return) -> None:
        wanted = self.function.function_type.return_type
        if node.value is None:
            self.at.ret_void()
        else:
            self.at.ret(self.cast(self.value(node.value), wanted, node))

    _STATEMENTS: ClassVar[Mapping[type[ast.stmt], Callable[[Any, Any], None]]] = {
        ast.Assign: _assign,
        ast.AnnAssign: _typed,
        ast.AugAssign: _more,
        ast.If: _if,
        ast.While: _while,
        ast.For: _for,
        ast.Return: _return,
        ast.Break: _leave,
        ast.Continue: _leave,
        ast.Expr: _said,
    }


def _loaded(target: ast.expr) -> ast.expr:
    told = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(told, target)
