"""Expressions to typed values: names, operators, units, history, fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from lefi_tui.core.symbol import parse_symbol
from lefi_tui.lang import shares, ways_out
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import CANDLE_NAMES
from lefi_tui.lang.diagnostic import Fix
from lefi_tui.lang.maths import FOLDS
from lefi_tui.lang.resolver import parts_of
from lefi_tui.lang.scope import LEVELS_MAX, Checking, Compared, Joined, TooMuch, Wrong, is_open
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type
from lefi_tui.lang.unchanging import between

_NAMES: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "mod": "mod", "^": "pow", "<": "lt",
    "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne", "and": "and", "or": "or",
    "??": "coalesce",
}  # fmt: skip
OF_CANDLE: Final = "Candle fields are names in an `on Candle(…)` handler."
UNKNOWN: Final = "Give it a value before this line, or make it a setting or a state."
SHARE: Final = "A percent is a share: write what it is of, as in 5% * close."
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})


class Values(Checking):
    def value(self, node: s.Expr) -> X:
        self.count(node.span)
        if self.scope.level >= LEVELS_MAX:
            raise self.too_deep(node.span, LEVELS_MAX)
        self.scope.level += 1
        try:
            found = self._value(node)
        finally:
            self.scope.level -= 1
        if self.shared.watch is not None:
            self.shared.watch.see(node.span, found)
        return found

    def _value(self, node: s.Expr) -> X:  # noqa: C901, PLR0911, PLR0912 -- dispatch
        match node:
            case s.Number():
                return self.const(node.value, t.BARE, node.span)
            case s.Percent():
                return self.const(node.value, t.PERCENT, node.span)
            case s.Duration():
                return self.const(node.ms, t.DURATION, node.span)
            case s.Amount():
                return self.const(node.value, t.amount(node.unit), node.span)
            case s.Bool():
                return self.const(node.value, t.BOOL, node.span)
            case s.Missing():
                return self.const(float("nan"), t.NONE, node.span)
            case s.Text():
                return self._text(node)
            case s.Name():
                return self._name(node)
            case s.Items():
                return self._items(node)
            case s.Unary():
                return self._unary(node)
            case s.Binary():
                return self._chain(node)
            case s.Choice():
                return self._choice(node)
            case s.Index():
                return self.history(node)
            case s.Field():
                return self.field_of(node)
            case s.Call():
                return self.called(node)
            case s.DecideCall():
                return self.called(node.call)  # which says where a transaction stands
            case s.PaysValue():
                return self.present_value(node)
            case s.Broken():
                raise Wrong

    def called(self, node: s.Call) -> X:
        raise NotImplementedError

    def present_value(self, node: s.PaysValue) -> X:
        raise NotImplementedError

    def history(self, node: s.Index) -> X:
        raise NotImplementedError

    def field_of(self, node: s.Field) -> X:
        raise NotImplementedError

    def refuse_whole(self, node: s.Name) -> None:
        raise NotImplementedError

    def looked(self, node: s.Expr) -> X:
        """The value; where it is wrong, its other parts are looked at too before that is passed
        on. What was said once is not said again."""
        try:
            return self.value(node)
        except TooMuch:
            raise
        except Wrong:
            self.look_at(parts_of(node))
            raise

    def look_at(self, parts: Iterable[s.Expr | s.Arg]) -> None:
        for part in parts:
            node = part.value if isinstance(part, s.Arg) else part
            try:
                self.looked(node)
            except TooMuch:
                raise
            except Wrong:
                continue

    # ---- names

    def _name(self, node: s.Name) -> X:
        name = node.name
        self.shared.used.add(name)
        if name in self.scope.params:
            return self.scope.params[name]
        if name in self.scope.broken:
            raise Wrong
        if name in self.scope.locals:
            return self._local(node)
        if name in self.shared.constants:
            return self.shared.constants[name]
        if name in self.shared.state_types:
            kind = self.shared.bindings.seen(self.shared.state_types[name])
            return X("state", kind, value=name, span=node.span)
        if name in self.scope.fields and self.scope.bare_fields:
            return self.scope.fields[name]
        raise self._unknown(node)

    def _local(self, node: s.Name) -> X:
        local = self.scope.locals[node.name]
        local.is_used = True
        if node.name not in self.scope.assigned:
            raise self._without_value(node)
        self.refuse_whole(node)
        if local.series is not None:
            return local.series
        kind = self.shared.bindings.seen(local.type)
        return X("local", kind, value=local.id, span=node.span)

    def _unknown(self, node: s.Name) -> Wrong:
        declared = self.shared.declared
        if node.name in declared.settings or node.name in declared.states:
            return Wrong()  # its declaration has its own message
        known = [*self.scope.locals, *self.scope.params, *declared.settings, *declared.states]
        known += self.scope.fields if self.scope.bare_fields else []
        known += declared.functions
        if node.name in self.scope.given:
            return self._without_value(node)
        hint, fix = ways_out.meant(node.name, node.span, known)
        if node.name in self.scope.fields:  # of an event whose fields are no names
            hint, fix = "", ways_out.written(f"event.{node.name}", node.span)
        elif fix is None:
            is_candle = node.name in CANDLE_NAMES
            hint = OF_CANDLE if is_candle else UNKNOWN
        return self.wrong("LF201", node.span, f"`{node.name}` is not known here.", hint, fix)

    def _without_value(self, node: s.Name) -> Wrong:
        message = f"`{node.name}` has no value here on some way through the script."
        return self.wrong("LF209", node.span, message, "Give it one before, on every way.")

    def _text(self, node: s.Text) -> X:
        plain = node.plain
        if plain is not None:
            is_symbol = plain.upper() == plain and parse_symbol(plain) is not None
            return self.const(plain, t.SYMBOL if is_symbol else t.TEXT, node.span)
        parts = [
            self.const(part, t.TEXT, node.span)
            if isinstance(part, str)
            else self.in_words(self.value(part))
            for part in node.parts
        ]
        return self.make("text", t.TEXT, parts, span=node.span)

    def in_words(self, value: X) -> X:
        """As a text shows it: an order by its status."""
        if self.seen(value).kind != "order":
            return value
        return self.make("order", t.TEXT, [value], "status", span=value.span)

    def _items(self, node: s.Items) -> X:
        items = [self.value(each) for each in node.items]
        for item, written in zip(items, node.items, strict=True):
            if not item.is_const:
                raise self.wrong("LF208", written.span, "What stands in a list is constant.")
        kind = items[0].type if items else t.TEXT
        return self.const(tuple(items), Type("list", item=kind), node.span)

    # ---- operators

    def _unary(self, node: s.Unary) -> X:
        operand = self.value(node.operand)
        if node.op == "not":
            return self.make("not", t.BOOL, [self.condition(operand, node.operand.span)])
        kind = self.seen(operand)
        if kind.kind not in t.NUMERIC or kind == t.TIME:
            raise self.wrong("LF211", node.span, f"`-` takes a number, this is {kind}.")
        return self.folded("neg", kind, [operand], node.span)

    def _chain(self, node: s.Binary) -> X:
        """A left-leaning chain, one operator after the other, without recursion."""
        chain: list[s.Binary] = [node]
        while isinstance(chain[-1].left, s.Binary):
            chain.append(chain[-1].left)
        left = self.value(chain[-1].left)
        for link in reversed(chain):
            left = self.watched(link.span, self._binary(link, left))
        return left

    def _binary(self, node: s.Binary, left: X) -> X:
        if node.op in {"==", "!="} and isinstance(node.right, s.Missing):
            op = "isnone" if node.op == "==" else "isthere"
            return self.make(op, t.BOOL, [left], span=node.span)
        right = self.value(node.right)
        match node.op:
            case "and" | "or":
                sides = [
                    self.condition(left, node.left.span),
                    self.condition(right, node.right.span),
                ]
                joint = self.make(node.op, t.BOOL, sides, span=node.span)
                self.shared.joined.append(Joined(node.span, joint))
                return joint
            case "+" | "-":
                return self._sum(node, left, right)
            case "*" | "/" | "mod" | "^":
                return self._product(node, left, right)
            case "??":
                kind = self.joined(left, right, node)
                return self.make("coalesce", kind, [left, right], span=node.span)
            case _:
                return self._compared(node, left, right)

    def condition(self, value: X, span: Span) -> X:
        kind = self.seen(value)
        if kind.kind == "order":
            return self.make("filled", t.BOOL, [value], span=span)
        if self.shared.bindings.unified(kind, t.BOOL) != t.BOOL:
            raise self.wrong("LF211", span, f"A condition is true or false; this is {kind}.")
        if value.op in {"state", "local"}:  # may hold none still, which is no truth
            return self.make("eq", t.BOOL, [value, self.const(1.0, t.NUMBER, span)], span=span)
        return value

    def joined(self, left: X, right: X, node: s.Binary | s.Choice) -> Type:
        """One type for both, or the message that names both units."""
        kind = self.shared.bindings.unified(left.type, right.type)
        if kind is None:
            raise self._differ(node, left, right)
        return kind

    def _sum(self, node: s.Binary, left: X, right: X) -> X:
        one, other = self.seen(left), self.seen(right)
        if "text" in {one.kind, other.kind} and node.op == "+":
            both = [self.in_words(left), self.in_words(right)]
            return self.make("text", t.TEXT, both, span=node.span)
        is_share = other.kind == "percent" and one.kind in {"amount", "price"}
        if is_open(one) or is_open(other):
            kind = self.shared.bindings.unified(one, other)
        else:
            kind = t.added(node.op, one, other)
        if kind is None:
            raise self._differ(node, left, right)
        if not is_share:
            return self.folded(_NAMES[node.op], kind, [left, right], node.span)
        whole = self.const(1.0, t.NUMBER, node.span)
        factor = self.folded(_NAMES[node.op], t.NUMBER, [whole, right], node.span)
        return self.folded("mul", kind, [left, factor], node.span)

    def _product(self, node: s.Binary, left: X, right: X) -> X:
        one, other = self.seen(left), self.seen(right)
        if node.op == "*":
            kind = t.multiplied(one, other)
        elif node.op == "/":
            kind = t.divided(one, other)
        elif node.op == "mod":
            kind = self.shared.bindings.unified(one, other) if one.kind in t.NUMERIC else None
        else:
            plain = {"number", *t.OPEN}
            kind = t.NUMBER if one.kind in plain and other.kind in plain else None
        if kind is None:
            raise self._differ(node, left, right)
        return self.folded(_NAMES[node.op], kind, [left, right], node.span)

    def _compared(self, node: s.Binary, left: X, right: X) -> X:
        one, other = self.seen(left), self.seen(right)
        kind = self.shared.bindings.unified(one, other)
        if kind is None:
            raise self._differ(node, left, right)
        if kind.kind in t.NUMERIC:
            found = self.make(_NAMES[node.op], t.BOOL, [left, right], span=node.span)
            sides = (node.left.span, node.right.span)
            self.shared.compared.append(Compared(node.span, sides, (found,)))
            return found
        if node.op in _ORDERED or kind.kind in {"list", "order"}:
            raise self.wrong("LF211", node.span, f"{kind} has no order; use == or !=.")
        op = "same" if node.op == "==" else "differs"
        return self.make(op, t.BOOL, [left, right], span=node.span)

    def _differ(self, node: s.Binary | s.Choice, one: X, other: X) -> Wrong:
        left, right = self.seen(one), self.seen(other)
        fix = ways_out.joined_in_one_unit(self.text, node, (left, right))
        fix = fix or self._of_share(node, one, other)
        is_share = t.PERCENT in {left, right} and {left.kind, right.kind} <= t.NUMERIC
        hint = SHARE if is_share and fix is None else ""
        if isinstance(node, s.Choice):
            message = f"Both values are of one unit; these are {left} and {right}."
            return self.wrong("LF202", node.span, message, hint, fix)
        verb = f"`{node.op}` does not join {left} and {right}."
        numeric = left.kind in t.NUMERIC and right.kind in t.NUMERIC
        code = "LF202" if numeric else "LF211"
        return self.wrong(code, node.span, verb, hint, fix)

    def _of_share(self, node: s.Binary | s.Choice, one: X, other: X) -> Fix | None:
        nodes = (node.one, node.other) if isinstance(node, s.Choice) else (node.left, node.right)
        left, right = (
            shares.Side(each, value, self.seen(value))
            for each, value in zip(nodes, (one, other), strict=True)
        )
        return shares.joined(self.text, node, (left, right), self.money)

    def _choice(self, node: s.Choice) -> X:
        condition = self.condition(self.value(node.condition), node.condition.span)
        one, other = self.value(node.one), self.value(node.other)
        kind = self.joined(one, other, node)
        return self.make("choice", kind, [condition, one, other], span=node.span)

    def folded(self, op: str, kind: Type, args: list[X], span: Span) -> X:
        """The value; a constant where all its parts are (numbers only)."""
        if all(each.is_const and isinstance(each.value, float) for each in args):
            fold: Callable[..., Any] = FOLDS[op]
            value = fold(*(each.value for each in args))
            return self.const(value, kind, span, between(op, args))
        return self.make(op, kind, args, span=span)
