"""Calls that have a value: functions written out, reads, indicators, maths."""

from __future__ import annotations

import re
from typing import Final

from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.symbol import parse_symbol
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang import ways_out
from lefi_tui.lang.builtins import BUILTINS, LENGTH_MAX, LEVEL_MAX
from lefi_tui.lang.check_candles import candles
from lefi_tui.lang.check_fields import Fields
from lefi_tui.lang.check_indicators import indicator
from lefi_tui.lang.diagnostic import Edit, Fix, nearest
from lefi_tui.lang.parse_older import OLDER_QUESTION
from lefi_tui.lang.scope import Spelled, Wrong
from lefi_tui.lang.signatures import Builtin, Param, by_place, written
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type

EXPANDED_MAX: Final = 2_000  # each is steps of its own, and 20,000 may run
_TICKER: Final = re.compile(r"[A-Z][A-Z0-9.]{0,9}")
CALLS_MAX: Final = 32  # functions that call functions, written out inside each other
TIMEFRAME_MIN_MS: Final = 1_000


class Calls(Fields):
    def called(self, node: s.Call) -> X:
        function = self.shared.declared.functions.get(node.name)
        if function is not None:
            return self._written_out(function, node)
        builtin = self.builtin(node)
        if builtin.group == "transaction":
            message = f"`{node.name}` stands alone: a statement, right of =, or an if's condition."
            fix = self.scope.nesting.get(node.span)
            raise self.wrong("LF207", node.span, message, "Nest it: if condition { … }.", fix)
        if builtin.group == "word":
            raise self.wrong("LF207", node.span, f"`{node.name}` has no value; it stands alone.")
        if builtin.fields and not builtin.has_own:
            start, end = node.span
            written_so = self.text[start:end]
            message = ways_out.by_field(f"{node.name}(…)", builtin.fields, written_so)
            fix = ways_out.with_field(builtin.fields, node.span)
            raise self.wrong("LF214", node.span, message, fix=fix)
        return self._value_of(builtin, node, "")

    def picked(self, call: s.Call, field: str) -> X:
        return self._value_of(BUILTINS[call.name], call, field)

    def builtin(self, node: s.Call) -> Builtin:
        builtin = BUILTINS.get(node.name)
        if builtin is not None:
            return builtin
        known = [*BUILTINS, *self.shared.declared.functions]
        meant = nearest(node.name, known)
        fix = Fix(f"Write {meant}", (Edit(node.name_span, meant),)) if meant else None
        hint = f"Did you mean `{meant}`?" if meant else "The reference lists the methods."
        if node.name == OLDER_QUESTION:
            hint = "Write `authorize { … }` around what waits for a person."
        raise self.wrong("LF203", node.name_span, f"There is no `{node.name}`.", hint, fix)

    def _written_out(self, function: s.Function, node: s.Call) -> X:
        """The function's body at this place, with its own indicators and its own units."""
        if len(node.args) != len(function.params) or any(each.name for each in node.args):
            listed = ", ".join(each.name for each in function.params)
            message = f"`{function.name}({listed})` takes {_count(len(function.params))}."
            raise self.wrong("LF204", node.span, message)
        self.shared.used.add(function.name)
        if function.name in self.shared.declared.recursive:
            raise Wrong
        values = [
            self.watched(param.span, self.value(each.value))
            for param, each in zip(function.params, node.args, strict=True)
        ]
        self.scope.calls += 1
        self.scope.expanded += 1
        if self.scope.expanded > EXPANDED_MAX:
            message = f"Functions are written out over {EXPANDED_MAX:,} times in this handler."
            raise self.wrong("LF216", node.span, message)
        if self.scope.calls > CALLS_MAX:
            raise self.too_deep(node.span, CALLS_MAX)
        outer, outer_locals = self.scope.params, self.scope.locals
        names = [each.name for each in function.params]
        self.scope.params = dict(zip(names, values, strict=True))
        self.scope.locals = {}
        try:
            return self.value(function.body)
        finally:
            self.scope.params, self.scope.locals = outer, outer_locals
            self.scope.calls -= 1

    # ---- arguments

    def bound(self, builtin: Builtin, node: s.Call) -> dict[str, s.Arg]:
        """Each argument under its parameter's name; what is missing or unknown is said."""
        if any(isinstance(each.value, s.Broken) for each in node.args):
            raise Wrong  # said; who knows what was meant to be given
        placed = self._positional(builtin, node)
        known = {each.name: each for each in builtin.params}
        for arg in node.args:
            if arg.name is None:
                continue
            if arg.name not in known:
                message = f"`{node.name}` has no argument `{arg.name}`."
                hint, fix = ways_out.meant(arg.name, arg.name_span, list(known))
                raise self.wrong("LF204", arg.name_span, message, hint, fix)
            if arg.name in placed:
                raise self.wrong("LF204", arg.name_span, f"`{arg.name}` is given twice.")
            placed[arg.name] = arg
        missing = [each.name for each in builtin.params if not _is_given(each, placed)]
        if missing:
            message = f"`{node.name}` needs {' and '.join(missing)}."
            raise self.wrong("LF204", node.name_span, message, _signature(builtin))
        return placed

    def _positional(self, builtin: Builtin, node: s.Call) -> dict[str, s.Arg]:
        given = [each for each in node.args if each.name is None]
        places = [each for each in builtin.params if not each.is_named]
        if builtin.result == "joined":
            return {f"{number}": each for number, each in enumerate(given)} | _filled(
                builtin, given
            )
        if len(given) > len(places):
            span = given[len(places)].value.span
            message = f"`{node.name}` takes {_count(len(places))}."
            raise self.wrong("LF204", span, message, _signature(builtin))
        stand_for = by_place(builtin.params, len(given))
        return {place.name: arg for place, arg in zip(stand_for, given, strict=False)}

    def symbol(self, arg: s.Arg) -> str:
        value = self.value(arg.value)
        if not value.is_const or not isinstance(value.value, str):
            message = 'A symbol is constant: a text or a setting, like "BTC/USDT".'
            raise self.wrong("LF208", arg.value.span, message)
        symbol = value.value
        if parse_symbol(symbol) is None:
            symbol = self._with_quote(symbol, value, arg)
        start, end = value.span
        is_there = self.text[start:end] == f'"{symbol}"'  # not so of a value a person chose
        place = value.span if is_there else arg.value.span
        self.shared.named[Spelled(symbol, place)] = None
        if symbol not in self.shared.symbols:
            self.shared.symbols.append(symbol)
        return symbol

    def _with_quote(self, name: str, value: X, arg: s.Arg) -> str:
        """`"AAPL"`, an older form: in the quote the script names for it, or the account's."""
        pair = ways_out.parted(name)
        if pair or not _TICKER.fullmatch(name):
            message = f"`{name}` is no symbol; write BASE/QUOTE or BASE/QUOTE:SETTLE."
            hint = f'Did you mean "{pair}"?' if pair else ""
            raise self.wrong("LF204", arg.value.span, message, hint)
        known = [each for each in self.shared.symbols if each.startswith(f"{name}/")]
        symbol = known[0] if known else f"{name}/{self.shared.currency}"
        start, end = value.span
        is_there = self.text[start:end] == f'"{name}"'  # not so of a value a person chose
        fix = Fix(f'Write "{symbol}"', (Edit(value.span, f'"{symbol}"'),)) if is_there else None
        message = f"`{name}` without a quote is an older form; today it is `{symbol}`."
        self.say("LF107", value.span if is_there else arg.value.span, message, fix=fix)
        return symbol

    def pair(self, symbol: str) -> tuple[str, str]:
        parsed = parse_symbol(symbol)
        assert parsed is not None
        return parsed[0], parsed[1]

    def constant_text(self, arg: s.Arg, what: str) -> str:
        value = self.value(arg.value)
        if not value.is_const or not isinstance(value.value, str):
            raise self.wrong("LF208", arg.value.span, f"{what} is a constant text.")
        return value.value

    def number(self, arg: s.Arg, what: str) -> float:
        value = self.value(arg.value)
        if not value.is_const or not isinstance(value.value, float):
            raise self.wrong("LF208", arg.value.span, f"{what} is constant: a number or a setting.")
        return value.value

    def length(self, arg: s.Arg) -> int:
        number = self.number(arg, "A length")
        if number != number // 1 or not 1 <= number <= LENGTH_MAX:
            message = f"A length is a whole number from 1 to {LENGTH_MAX:,}."
            raise self.wrong("LF204", arg.value.span, message)
        return int(number)

    def duration(self, arg: s.Arg) -> int:
        value = self.value(arg.value)
        if not value.is_const or value.type != t.DURATION:
            message = "This is a duration, like 5m or 1h30m."
            raise self.wrong("LF204", arg.value.span, message)
        if value.value < TIMEFRAME_MIN_MS:
            raise self.wrong("LF204", arg.value.span, "The shortest is 1s.")
        return int(value.value)

    def series(self, arg: s.Arg) -> X:
        value = self.value(arg.value)
        if value.is_series:
            return value
        name = f"`{arg.value.name}`" if isinstance(arg.value, s.Name) else "This"
        message = f"{name} is no series: an indicator needs a value at every event."
        hint = "Give the name its value once, before any if."
        raise self.wrong("LF206", arg.value.span, message, hint)

    # ---- values

    def _value_of(self, builtin: Builtin, node: s.Call, field: str) -> X:
        args = self.bound(builtin, node)
        match builtin.group:
            case "read":
                return self._read(builtin, args, field, node.span)
            case "candles":
                return candles(self, args, field, node.span)
            case "indicator":
                return indicator(self, builtin, args, field, node.span)
            case _:
                return self._maths(builtin, args, node)

    def _read(self, builtin: Builtin, args: dict[str, s.Arg], field: str, span: Span) -> X:
        if builtin.read == "now":
            if "time" not in self.scope.fields:
                raise self.wrong("LF208", span, "There is an event's time in handlers only.")
            return self.scope.fields["time"]
        symbol = self.symbol(args["symbol"]) if "symbol" in args else ""
        account = self.constant_text(args["account"], "An account") if "account" in args else ""
        bot, named = (
            self.constant_text(args[each], f"A {each}'s name") if each in args else ""
            for each in ("bot", "field")
        )
        level = self._level(args["level"]) if "level" in args else 1
        key = ReadKey(builtin.read or field, symbol, account, bot, named, level)
        if key not in self.shared.reads:
            self.shared.reads.append(key)
        return self.make("read", self.read_type(builtin.result, symbol), (), key, span=span)

    def _level(self, arg: s.Arg) -> int:
        """Of the order book; 1 is the best price."""
        number = self.number(arg, "A level")
        if number != number // 1 or not 1 <= number <= LEVEL_MAX:
            message = f"A level is a whole number from 1 to {LEVEL_MAX}."
            raise self.wrong("LF204", arg.value.span, message)
        return int(number)

    def read_type(self, rule: str, symbol: str) -> Type:
        if rule in {"price", "base", "quote"}:
            base, quote = self.pair(symbol)
            kinds = {"price": t.price(base, quote), "base": t.amount(base)}
            return kinds.get(rule, t.amount(quote))
        plain = {"percent": t.PERCENT, "number": t.NUMBER, "time": t.TIME}
        return plain.get(rule) or t.amount(self.shared.currency)

    def _maths(self, builtin: Builtin, args: dict[str, s.Arg], node: s.Call) -> X:
        if builtin.result == "unit":
            unit = self.constant_text(args["unit"], "A ticker")
            value = self._plain_number(args["x"])
            return self.folded("add", t.amount(unit), [value, self._zero(node.span)], node.span)
        op = builtin.name.lower()
        if builtin.result == "number":
            return self.folded(op, t.NUMBER, [self._plain_number(args["x"])], node.span)
        values = [(self.value(each.value), each.value.span) for each in _in_order(builtin, args)]
        kind = self._all_numbers(values, node)
        if builtin.result == "same":
            return self.folded(op, kind, [values[0][0]], node.span)
        return self._over_all(op, kind, [value for value, _ in values], node.span)

    def _zero(self, span: Span) -> X:
        return self.const(0.0, t.NUMBER, span)

    def _over_all(self, op: str, kind: Type, values: list[X], span: Span) -> X:
        """Min, Max and Mean of any number of values, two by two from the left."""
        step = "add" if op == "mean" else op
        out = values[0]
        for value in values[1:]:
            out = self.folded(step, kind, [out, value], span)
        if op == "mean":
            count = self.const(float(len(values)), t.NUMBER, span)
            out = self.folded("div", kind, [out, count], span)
        return out

    def _all_numbers(self, values: list[tuple[X, Span]], node: s.Call) -> Type:
        kind = self.seen(values[0][0])
        for value, span in values:
            joined = self.shared.bindings.unified(kind, value.type)
            if joined is None or joined.kind not in t.NUMERIC:
                message = f"`{node.name}` does not join {kind} and {self.seen(value)}."
                raise self.wrong("LF202", span, message)
            kind = joined
        return kind

    def _plain_number(self, arg: s.Arg) -> X:
        value = self.value(arg.value)
        kind = self.shared.bindings.unified(value.type, t.NUMBER)
        if kind != t.NUMBER:
            message = f"This takes a plain number, not {self.seen(value)}."
            raise self.wrong("LF202", arg.value.span, message, "Divide by one of its unit first.")
        return value


def _count(values: int) -> str:
    return f"{values or 'no'} value{'s' * (values != 1)} by place"


def _is_given(param: Param, placed: dict[str, s.Arg]) -> bool:
    return param.is_optional or param.name in placed


def _filled(builtin: Builtin, given: list[s.Arg]) -> dict[str, s.Arg]:
    return {place.name: arg for place, arg in zip(builtin.params, given, strict=False)}


def _in_order(builtin: Builtin, args: dict[str, s.Arg]) -> list[s.Arg]:
    numbered = [args[key] for key in sorted((k for k in args if k.isdigit()), key=int)]
    return numbered or [args[each.name] for each in builtin.params]


def _signature(builtin: Builtin) -> str:
    parts = [written(each) for each in builtin.params if not each.is_named]
    return f"{builtin.name}({', '.join(parts)}{', …' if _has_named(builtin) else ''})"


def _has_named(builtin: Builtin) -> bool:
    return any(each.is_named for each in builtin.params)
