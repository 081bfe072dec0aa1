"""The typed tree to the intermediate form: series first, then statements, then what is remembered.

Series are computed at every event of their handler, wherever they are written; statements only
when all that they wait for is warm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.lang import tree
from lefi_tui.lang.feeds import Feed, counters
from lefi_tui.lang.form import (
    Ask,
    Await,
    Finish,
    Form,
    Leave,
    Let,
    Noted,
    Op,
    Plan,
    Put,
    Signal,
    Slots,
    Tell,
    Trade,
    V,
    When,
    Whole,
    cost,
    may_wait,
    value,
)
from lefi_tui.lang.indicators import INDICATORS, Maker
from lefi_tui.lang.labels import label_of
from lefi_tui.lang.maths import is_multiplied
from lefi_tui.lang.source import Source
from lefi_tui.lang.tree import HERE, NAN, Body, Clock, X, shared_parts
from lefi_tui.lang.types import TEXT, level_kind, size_kind

SHOWN_MAX: Final = 12  # values that explain one condition; more explain nothing
HANDED_ON: Final = frozenset({"feed", "held"})  # no operation: the value inside


class Compiler:
    """Of one handler; slots are shared by all handlers of a script."""

    # `states` tells the slot of a name, `reads` the number of a ReadKey.
    def __init__(
        self, slots: Slots, states: dict[str, int], reads: dict[Any, int], source: Source, of: Body
    ) -> None:
        self.slots, self.states, self.reads, self.source, self.body = (
            slots,
            states,
            reads,
            source,
            of,
        )
        self.series: dict[int, dict[str, V]] = {}  # id of X: fields
        self.lets: dict[int, V] = {}
        self.notes: list[Noted] = []
        self.always: list[Op] = []
        self.count_slot = self.runs_slot = self.temps = 0
        self.rings: dict[tuple[str, bool], tuple[int, int]] = {}
        self.pending: list[Op] = []  # of the statement that is lowered
        self.fresh: list[int] = []  # ids of lets, in the order they were made
        self.all_wait = False  # inside execute and finalize
        self.clock = HERE
        self.outputs: dict[Clock, list[tuple[X, int]]] = {}  # value, its slot

    def form(self) -> Form:
        self.count_slot = self.slots.take(f"{self.body.event}.events")
        counted = counters(self.slots, self.body.needs, self.always)
        for number, each in enumerate(self.body.series):
            self._series(each, number)
        before = self._remembered_rings()
        steps = (*before, *self._statements(self.body.statements))
        after = self._remember()
        always = tuple(self.always)
        steps_max = cost(always) + cost(steps) + cost(after)
        return Form(
            always,
            steps,
            after,
            self.body.warm,
            self.count_slot,
            tuple(self.notes),
            steps_max,
            may_wait(steps),
            counted,
        )

    def feeds(self, handler: int, counted: Sequence[tuple[int, int]]) -> list[Feed]:
        """After the handler's own form: one for each of its other candles."""
        out: list[Feed] = []
        for (clock, need), (slot, _) in zip(self.body.needs, counted, strict=True):
            if clock in self.outputs:
                inner = Compiler(self.slots, {}, {}, self.source, self.body)
                inner.clock, inner.count_slot = clock, slot
                outputs = self.outputs[clock]
                slots = tuple(slot for _, slot in outputs)
                out.append(Feed(handler, *clock, need, inner._fed(outputs), slots))
        return out

    def _fed(self, outputs: Sequence[tuple[X, int]]) -> Form:
        for number, each in enumerate(self.body.series):
            self._series(each, number)
        for x, slot in outputs:
            self.always.append(Put(slot, None, self._bound(x)))
        always = tuple(self.always)
        return Form(always, (), (), 0, self.count_slot, (), cost(always))

    def is_foreign(self, x: X) -> bool:
        return x.clock is not None and x.clock != self.clock

    def _from_feed(self, x: X) -> V:
        """What other candles last gave, the same for the whole run."""
        assert x.clock is not None
        slot = self.slots.take("fed", NAN)
        self.outputs.setdefault(x.clock, []).append((x, slot))
        self.temps += 1
        name = f"f{self.temps}"
        self.always.append(Let(name, _truth(x, V("slot", value=slot))))
        self.lets[id(x)] = V("temp", value=name)
        return self.lets[id(x)]

    # ---- series

    def _series(self, x: X, number: int) -> None:
        if self.is_foreign(x):
            return
        if x.op == "indicator":
            sources = [self._bound(each) for each in x.args]
            maker = Maker(self.slots, f"{x.value}{number}", number, self.always)
            self.series[id(x)] = INDICATORS[x.value](maker, sources, x.extra)
        elif x.op == "hist":
            self.series[id(x)] = {"": _truth(x, self._past_event(x))}
        else:
            self.lets[id(x)] = self._bound(x)
        self._flush(self.always)

    def _bound(self, x: X) -> V:
        """The value once, under a name; constants and names stay as they are."""
        v = self._once(x)
        self._flush(self.always)
        if v.op in {"const", "temp", "event"} or (v.op == "read" and not self.body.may_wait):
            return v
        return self._let(v)

    def _once(self, x: X) -> V:
        """The value, with each part that is used twice computed once, before it: a function
        written out inside itself would double its text at every level."""
        for part in shared_parts(x, self._is_known):
            v = self.value(part)
            self.temps += 1
            name = f"s{self.temps}"
            self.pending.append(Let(name, v))
            self.lets[id(part)] = V("temp", value=name)
            self.fresh.append(id(part))
        return self.value(x)

    def _is_known(self, x: X) -> bool:
        is_fed = x.op in HANDED_ON or self.is_foreign(x)
        return is_fed or id(x) in self.lets or id(x) in self.series

    def _flush(self, ops: list[Op]) -> None:
        ops += self.pending
        self.pending = []

    def _let(self, v: V) -> V:
        self.temps += 1
        name = f"s{self.temps}"
        self.always.append(Let(name, v))
        return V("temp", value=name)

    def _past_event(self, x: X) -> V:
        """A ring of the last n values, read before it is written."""
        now, n = self._bound(x.args[0]), int(x.value)
        first = self.slots.take("past", NAN, n)
        if n == 1:
            out = self._let(V("slot", value=first))
            self.always.append(Put(first, None, now))
            return out
        place = self._let(V("slot", value=self.count_slot) % float(n))
        out = self._let(V("at", (place,), first))
        self.always.append(Put(first, place, now))
        return out

    # ---- names remembered from run to run

    def _remembered_rings(self) -> tuple[Op, ...]:
        if not self.body.pasts:
            return ()
        self.runs_slot = self.slots.take(f"{self.body.event}.runs")
        out: list[Op] = []
        for name, is_state, n in self.body.pasts:
            self.rings[name, is_state] = (self.slots.take(f"{name}.runs", NAN, n), n)
            if not is_state:
                out.append(Let(_local(name), value(NAN)))  # a run may leave it without a value
        return tuple(out)

    def _remember(self) -> tuple[Op, ...]:
        if not self.rings:
            return ()
        runs = V("slot", value=self.runs_slot)
        out: list[Op] = []
        for (name, is_state), (first, n) in self.rings.items():
            now = V("slot", value=self.states[name]) if is_state else V("temp", value=_local(name))
            out.append(Put(first, runs % float(n), now))
        out.append(Put(self.runs_slot, None, runs + 1.0))
        return tuple(out)

    def _past_run(self, x: X) -> V:
        target = x.args[0]
        first, n = self.rings[target.value, target.op == "state"]
        runs = V("slot", value=self.runs_slot)
        return _truth(x, V("at", ((runs + float(n - x.value)) % float(n),), first))

    # ---- values

    def value(self, x: X) -> V:  # noqa: PLR0911 -- dispatch
        if self._is_known(x):
            return self._known(x)
        match x.op:
            case "const":
                return V("const", value=x.value)
            case "event":
                return V("event", value=x.value)
            case "read":
                return V("read", value=self.reads[x.value])
            case "local":
                return V("temp", value=_local(x.value))
            case "state":
                return V("slot", value=self.states[x.value])
            case _:
                return self._operation(x)

    def _known(self, x: X) -> V:
        if id(x) in self.lets:
            return self.lets[id(x)]
        if x.op in HANDED_ON:
            return self.value(x.args[0])
        return self._from_feed(x) if self.is_foreign(x) else self.series[id(x)][""]

    def _operation(self, x: X) -> V:
        if x.op == "past":
            return self._past_run(x)
        if x.op == "pick":
            return self.series[id(x.args[0])][x.value]
        if x.op == "order":
            return V("order", (self.value(x.args[0]),), x.value)
        if x.op == "text":
            parts = self._words_of(x)
            shares = tuple(each.type.kind == "percent" for each in parts)
            return V("text", tuple(self.value(each) for each in parts), shares)
        if x.op == "pow" and x.args[1].is_const and is_multiplied(x.args[1].value):
            return self._power(self.value(x.args[0]), int(x.args[1].value))
        return V(x.op, tuple(self.value(each) for each in x.args))

    def _power(self, base: V, times: int) -> V:
        """Multiplications from the left, here and not in each way of running, so that both agree
        to the last digit."""
        self.temps += 1
        name = f"s{self.temps}"
        self.pending.append(Let(name, base))
        one = V("temp", value=name)
        out = one
        for _ in range(times - 1):
            out = V("mul", (out, one))
        return V("finite", (out,))

    def _words_of(self, x: X) -> list[X]:
        """The parts of a text, those of texts inside it beside the others."""
        out: list[X] = []
        for each in x.args:
            is_plain = each.op == "text" and id(each) not in self.lets
            if each.type.item is not None:
                out += _listed(each)
            else:
                out += self._words_of(each) if is_plain else [each]
        return out

    # ---- statements

    def _statements(self, nodes: Sequence[tree.Statement]) -> tuple[Op, ...]:
        out: list[Op] = []
        for node in nodes:
            mark = len(self.fresh)
            op = self._statement(node)
            self._flush(out)
            out.append(op)
            # A part computed inside a branch is not there behind it.
            for key in self.fresh[mark:]:
                self.lets.pop(key, None)
            del self.fresh[mark:]
        return tuple(out)

    def _statement(self, node: tree.Statement) -> Op:  # noqa: C901, PLR0911 -- dispatch
        match node:
            case tree.Set():
                v = self._once(node.value)
                if node.is_state:
                    return Put(self.states[node.name], None, v)
                return Let(_local(node.name), v)
            case tree.Branch():
                return self._branch(node)
            case tree.Stop():
                return Leave()
            case tree.Say():
                return Tell(node.kind, self._as_text(node.text), node.channel)
            case tree.Send():
                return Signal(node.name, tuple((n, self._once(x)) for n, x in node.fields.items()))
            case tree.Transact():
                return self._ordered(node)
            case tree.Authorize():
                then, other = self._inside(node.then), self._inside(node.other)
                return Ask(node.number, node.role, node.within_ms, then, other)
            case tree.Execute():
                then = self._inside(node.then, all_wait=True)
                return Whole(node.number, then, self._inside(node.other))
            case tree.Finalize():
                return Finish(node.number, self._inside(node.then, all_wait=True))
            case tree.Plan():
                return self._plan(node)

    def _branch(self, node: tree.Branch) -> Op:
        condition = self._once(node.condition)
        number = self._note(node)
        then, other = self._inside(node.then), self._inside(node.other)
        return When(condition, then, other, number)

    def _inside(self, nodes: Sequence[tree.Statement], *, all_wait: bool = False) -> tuple[Op, ...]:
        before, outer = self.pending, self.all_wait
        self.pending, self.all_wait = [], all_wait or outer
        out = self._statements(nodes)
        self.pending, self.all_wait = before, outer
        return out

    def _ordered(self, node: tree.Transact) -> Trade | Await:
        trade = self._trade(node)
        if not node.result and not self.all_wait:
            return trade
        # No script's name begins like this: a local may be called `order`.
        return Await(_local(node.result) if node.result else f"o{node.site}", trade)

    def _plan(self, node: tree.Plan) -> Plan:
        values = [self._once(x) for x in (node.amount, node.due, node.rate, node.present)]
        return Plan(node.name, node.unit, *values)

    def _as_text(self, x: X) -> V:
        return V("text", (self._once(x),), (x.type.kind == "percent",))

    def _trade(self, node: tree.Transact) -> Trade:
        named = tuple((name, level_kind(x.type), self._once(x)) for name, x in node.named.items())
        size = None if node.size is None else self._once(node.size)
        kind = "" if node.size is None else size_kind(node.size.type, node.symbol)
        what = node.site, node.action, node.symbol, node.account
        return Trade(*what, size, kind, named, node.is_advised, node.to, node.unit)

    def _note(self, node: tree.Branch) -> int:
        shown: dict[str, V] = {}
        self._show(node.condition, shown, set())
        line = self.source.place(node.span.start).line
        self.notes.append(Noted(line, node.text, tuple(shown.items())))
        return len(self.notes) - 1

    def _show(self, x: X, shown: dict[str, V], seen: set[int]) -> None:
        """The names and readings in a condition, with their values."""
        if id(x) in seen or len(shown) == SHOWN_MAX:
            return
        seen.add(id(x))
        label = label_of(x, self.body)
        if label:
            is_order = x.type.kind == "order"
            value = self.value(x)
            shown.setdefault(label, V("order", (value,), "status") if is_order else value)
            return
        for each in x.args:
            self._show(each, shown, seen)


def _truth(x: X, kept: V) -> V:
    """A condition of before: false where there was none, as a Bool is never none."""
    return V("eq", (kept, value(1.0))) if x.type.kind == "bool" else kept


def _local(name: str) -> str:
    return f"v_{name.replace('.', '_')}"  # of a field; the number behind tells them apart


def _listed(x: X) -> list[X]:
    """A list as it prints: its members between brackets."""
    opens, comma, closes = (replace(x, value=each, type=TEXT) for each in ("[", ", ", "]"))
    parts = [part for each in x.value for part in (comma, each)]
    return [opens, *parts[1:], closes]
