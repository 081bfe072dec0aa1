"""Statements: assignments, branches, loops written out, transactions at numbered sites."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import shares, ways_out
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.check_events import sent
from lefi_tui.lang.check_held import held_in, hold, is_whole, names_of_fields
from lefi_tui.lang.check_orders import Orders
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.resolver import assigned_names, parts_of, series_names
from lefi_tui.lang.scope import NODES_MAX, STEPS_MAX, Local, TooMuch, Wrong
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import Branch, Say, Set, Statement, Stop, X, reads_account
from lefi_tui.lang.types import Type

TURNS_MAX: Final = 20_000  # of one loop; past this 20,000 steps an event are surely passed


class Statements(Orders):
    def body(self, statements: tuple[s.Statement, ...]) -> tuple[Statement, ...]:
        """A handler's or a loop turn's own statements, outside any if."""
        scope = self.scope
        outer, outer_given = scope.candidates, scope.given
        if not outer_given:  # the handler's own statements, not those of a loop in it
            scope.held = held_in(statements)
        scope.candidates = series_names(statements)
        scope.given = outer_given | frozenset(assigned_names(statements))
        out = self._block(statements)
        scope.candidates, scope.given = outer, outer_given
        return out

    def _block(self, statements: tuple[s.Statement, ...]) -> tuple[Statement, ...]:
        out: list[Statement] = []
        for statement in statements:
            try:
                is_loop = isinstance(statement, (s.For, s.Repeat))
                self.count(statement.span, is_step=not is_loop)
                out += self._statement(statement)
            except TooMuch:
                raise
            except Wrong:
                # What it would have named is not "unknown" further down: one mistake, one message.
                names = set(assigned_names((statement,))) - set(self.shared.state_types)
                self.scope.broken |= names
        return tuple(out)

    def _statement(self, node: s.Statement) -> list[Statement]:  # noqa: C901, PLR0911 -- dispatch
        match node:
            case s.Assign():
                return self._assign(node)
            case s.Do():
                return self._do(node.call)
            case s.Return():
                if "execute" in self.scope.inside:
                    message = "`return` can't stand inside `execute`: its steps end it."
                    raise self.wrong("LF219", node.span, message)
                return [Stop()]
            case s.If():
                return self._if(node)
            case s.For():
                return self._for(node)
            case s.Repeat():
                return self._repeat(node)
            case s.DecideTable():
                return self._table(node)
            case s.DecideStatement():
                return [self.ordered(self.decided(node.call), is_advised=True)]
            case s.Authorize() | s.Execute() | s.Finalize():
                return [self.waiting(node)]
            case s.Pays():
                return self.planned(node)

    def waiting(self, node: s.Authorize | s.Execute | s.Finalize) -> Statement:
        raise NotImplementedError

    def planned(self, node: s.Pays) -> list[Statement]:
        raise NotImplementedError

    # ---- assignments

    def _assign(self, node: s.Assign) -> list[Statement]:
        self._refuse_target(node)
        effect = self.effect(node.value)
        if effect is not None:
            return self._named_order(node, *effect)
        if node.name not in self.shared.declared.states:
            return self._assign_fields(node)
        value = self.looked(node.value)
        if node.name in self.shared.state_types:
            kind = self.shared.state_types[node.name]
            self._keep_type(node, kind, value)
            self.watched(node.name_span, X("state", kind, value=node.name, span=node.span))
            return [Set(node.name, value, is_state=True, span=node.span)]
        raise Wrong  # its declaration is wrong, so its type is not known

    def _assign_fields(self, node: s.Assign) -> list[Statement]:
        """A local, with the fields that are read of it."""
        out: list[Statement] = []
        try:
            for each, value in names_of_fields(self, node):
                out += self._assign_local(each, value)
                self.scope.locals[each.name].is_used = True
            if is_whole(self, node):
                hold(self, node)
                return out
        except TooMuch:
            raise
        except Wrong:
            self.look_at(parts_of(node.value))
            raise
        return [*out, *self._assign_local(node, self.looked(node.value))]

    def _named_order(self, node: s.Assign, call: s.Call, is_advised: bool) -> list[Statement]:  # noqa: FBT001 -- as written
        """`o = Buy(…)`: the run waits until the order is final."""
        if node.name in self.shared.state_types:
            message = f"`{node.name}` is a state; an order's result lives as long as its run."
            raise self.wrong("LF202", node.span, message, "Keep a part of it: x = o.price.")
        order = self.ordered(call, self._order_name(node.name), is_advised=is_advised)
        return [order, *self._assign_local(node, self.outcome_of(order))]

    def _order_name(self, name: str) -> str:
        self.scope.names += 1
        return f"{name}_order_{self.scope.names}"

    def _refuse_target(self, node: s.Assign) -> None:
        declared = self.shared.declared
        if node.name in declared.settings or node.name in self.scope.params:
            what = "a setting" if node.name in declared.settings else "given by its loop"
            message = f"`{node.name}` is {what}; a script can't change it."
            raise self.wrong("LF218", node.name_span, message, "Use a state or another name.")
        if self.scope.bare_fields and node.name in self.scope.fields:
            message = f"`{node.name}` is the candle's; choose another name."
            raise self.wrong("LF218", node.name_span, message)

    def _keep_type(self, node: s.Assign, kind: Type, value: X) -> None:
        joined = self.shared.bindings.unified(kind, value.type)
        if joined is None:
            old = self.shared.bindings.seen(kind)
            message = f"`{node.name}` holds {old}; this is {self.seen(value)}."
            kinds = (self.seen(value), old)
            fix = ways_out.in_unit(self.text, node.value, *kinds)
            fix = fix or shares.of_money(self.text, node.value, kinds, self.money)
            raise self.wrong("LF202", node.span, message, "A name keeps its type.", fix)

    def _assign_local(self, node: s.Assign, value: X) -> list[Statement]:
        scope = self.scope
        local = scope.locals.get(node.name)
        if local is None:
            scope.names += 1
            kind = value.type
            if value.is_const and kind.kind in t.OPEN:
                place = node.name_span.start  # another handler's name is another name
                kind = Type(kind.kind, name=f"{node.name}@{place}#{scope.names}")
            local = Local(f"{node.name}_{scope.names}", kind, None, node.name_span)
            scope.locals[node.name] = local
            scope.named.append(local)
        else:
            self._keep_type(node, local.type, value)
        is_once = node.name.partition(".")[0] in scope.candidates and scope.is_straight
        is_series = is_once and value.is_series and f"local:{local.id}" not in scope.pasts
        is_series = is_series and not (scope.waited and reads_account(value))
        self.watched(node.name_span, X("local", local.type, value=local.id, span=node.span))
        self.watch_fields(node.name_span, self.fields_of(self.seen(value)))
        scope.assigned.add(node.name)
        scope.broken.discard(node.name)
        if is_series and value.op == "const":  # the same at every event, and no constant of a bot
            local.series = self.make("held", local.type, [value], span=value.span)
            return []
        if is_series:
            local.series = self.stateful(value)
            return []
        return [Set(local.id, value, is_state=False, span=node.span)]

    # ---- branches and loops

    def _if(self, node: s.If) -> list[Statement]:
        asked = node.condition
        if isinstance(asked, s.Unary) and asked.op == "not":
            asked = asked.operand
        is_negated = asked is not node.condition
        effect = self.effect(asked)
        if effect is not None:
            return self._if_filled(node, effect, is_negated=is_negated)
        self._offer_nesting(node)
        condition = self._tried(node.condition)
        then, other = self._both_ways(node)
        if condition is None:
            raise Wrong
        written = self.written(node.condition.span)
        return [Branch(condition, then, other, node.condition.span, written)]

    def _if_filled(
        self, node: s.If, effect: tuple[s.Call, bool], *, is_negated: bool
    ) -> list[Statement]:
        """`if Buy(…) { }`: the run waits, then goes on by what became of the order."""
        order = None
        try:
            order = self.ordered(effect[0], self._order_name("if"), is_advised=effect[1])
        except TooMuch:
            raise
        except Wrong:
            order = None  # its blocks are looked at anyway
        then, other = self._both_ways(node)
        if order is None:
            raise Wrong
        condition = self.make("filled", t.BOOL, [self.outcome_of(order)])
        if is_negated:
            condition = self.make("not", t.BOOL, [condition])
        written = self.written(node.condition.span)
        return [order, Branch(condition, then, other, node.condition.span, written)]

    def _both_ways(self, node: s.If) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        then, after_then = self.inside(node.then)
        other, after_other = self.inside(node.other) if node.other else ((), None)
        self.merge(after_then, after_other)
        return then, other

    def _tried(self, node: s.Expr) -> X | None:
        """A condition, or None where it is wrong and said: its blocks are looked at anyway."""
        try:
            return self.condition(self.looked(node), node.span)
        except TooMuch:
            raise
        except Wrong:
            return None

    def _offer_nesting(self, node: s.If) -> None:
        """`if a and Buy(…) { }` is meant as one if inside another."""
        both = node.condition
        if not isinstance(both, s.Binary) or both.op != "and" or node.other is not None:
            return
        if not isinstance(both.right, s.Call) or self.effect(both.right) is None:
            return
        start, end = both.right.span.start, node.then.span.end
        if self.text[both.op_span.end : start].isspace():
            edits = (Edit(Span(both.op_span.start, start), "{ if "), Edit(Span(end, end), " }"))
            self.scope.nesting[both.right.span] = Fix("Nest the ifs", edits)

    def written(self, span: Span) -> str:
        return " ".join(self.text[span.start : span.end].split())

    def inside(self, block: s.Block) -> tuple[tuple[Statement, ...], set[str]]:
        """A block that may or may not run: what it assigned, not yet certain outside."""
        scope = self.scope
        before, straight = set(scope.assigned), scope.is_straight
        scope.is_straight = False
        out = self._block(block.statements)
        after = set(scope.assigned)
        if any(isinstance(each, Stop) for each in out):
            after = before | set(scope.locals)  # whoever goes on did not come this way
        scope.assigned, scope.is_straight = before, straight
        return out, after

    def merge(self, then: set[str], other: set[str] | None) -> None:
        self.scope.assigned |= then & (self.scope.assigned if other is None else other)

    def _table(self, node: s.DecideTable) -> list[Statement]:
        """`decide { … }` is a chain of ifs; the first true row is carried out."""
        rows = [self._row(row) for row in node.rows]
        self._merge_rows(node, [assigned for _, _, assigned in rows])
        out: tuple[Statement, ...] = ()
        for row, (condition, action, _) in zip(reversed(node.rows), reversed(rows), strict=True):
            if row.condition is None:
                out = action
            elif condition is None:
                raise Wrong
            else:
                span = row.condition.span
                out = (Branch(condition, action, out, span, self.written(span)),)
        return list(out)

    def _row(self, row: s.Row) -> tuple[X | None, tuple[Statement, ...], set[str]]:
        condition = None if row.condition is None else self._tried(row.condition)
        action, assigned = self.inside(row.action)
        return condition, action, assigned

    def _merge_rows(self, node: s.DecideTable, assigned: list[set[str]]) -> None:
        """What every row gives a value has one behind the table, if some row is always taken."""
        if node.rows and node.rows[-1].condition is None:
            self.scope.assigned |= set.intersection(*assigned)

    def _for(self, node: s.For) -> list[Statement]:
        items = self._once_through(node, node.items)
        if not items.is_const or items.type.kind != "list":
            self._look_inside(node)
            message = "`for` goes through a constant list, so that it always ends."
            raise self.wrong("LF208", node.items.span, message)
        for item in items.value:
            self.watched(node.name_span, item)
        return self._turns(node, node.items.span, [{node.name: item} for item in items.value])

    def _repeat(self, node: s.Repeat) -> list[Statement]:
        count = self._once_through(node, node.count)
        is_whole = count.is_const and isinstance(count.value, float) and count.value % 1 == 0
        if not is_whole or count.value < 0:
            self._look_inside(node)
            raise self.wrong("LF208", node.count.span, "`repeat` takes a constant whole number.")
        if count.value > TURNS_MAX:
            self._look_inside(node)
            message = f"{count.value:,.0f} turns are over {TURNS_MAX:,} steps an event."
            raise self.wrong("LF216", node.count.span, message)
        return self._turns(node, node.count.span, [{}] * int(count.value))

    def _turns(
        self, node: s.For | s.Repeat, span: Span, turns: list[dict[str, X]]
    ) -> list[Statement]:
        """Every turn written out; the first tells what all will take."""
        scope = self.scope
        nodes, steps = scope.nodes, scope.steps
        out: list[Statement] = []
        for number, names in enumerate(turns):
            self.count(span)
            out += self._turn(node.body, names)
            if number == 0:
                whole = (scope.steps - steps) * len(turns)
                if whole > STEPS_MAX or (scope.nodes - nodes) * len(turns) > NODES_MAX:
                    raise self.too_many(span, whole)
        return out

    def _once_through(self, node: s.For | s.Repeat, number: s.Expr) -> X:
        """What a loop goes by; where that is wrong, its body is looked at all the same."""
        try:
            return self.looked(number)
        except TooMuch:
            raise
        except Wrong:
            self._look_inside(node)
            raise

    def _look_inside(self, node: s.For | s.Repeat) -> None:
        if isinstance(node, s.For):
            self.scope.broken.add(node.name)
        self.inside(node.body)

    def _turn(self, body: s.Block, names: dict[str, X]) -> tuple[Statement, ...]:
        """One turn, with its own indicators; the names it made end with it."""
        scope = self.scope
        known, params = set(scope.locals), scope.params
        scope.params = {**params, **names}
        out = self.body(body.statements)
        scope.params = params
        for name in set(scope.locals) - known:
            del scope.locals[name]
            scope.assigned.discard(name)
        return out

    # ---- calls that stand alone

    def _do(self, call: s.Call) -> list[Statement]:
        if call.name in self.shared.declared.functions:
            message = f"`{call.name}(…)` is a value and does nothing alone."
            raise self.wrong("LF211", call.span, message)
        try:
            return self._done_alone(call)
        except TooMuch:
            raise
        except Wrong:
            self.look_at(call.args)
            raise

    def _done_alone(self, call: s.Call) -> list[Statement]:
        builtin = self.builtin(call)
        if builtin.group == "word":
            return [self._say(builtin, call)]
        if builtin.group != "transaction":
            message = f"`{call.name}(…)` is a value and does nothing alone."
            raise self.wrong("LF211", call.span, message, f"Give it a name: x = {call.name}(…).")
        return [self.ordered(call)]

    def _say(self, builtin: Builtin, call: s.Call) -> Statement:
        if builtin.name == "Emit":
            return sent(self, builtin, call)
        args = self.bound(builtin, call)
        text = self.value(args["text"].value)
        channel = self.constant_text(args["channel"], "A channel") if "channel" in args else ""
        return Say(builtin.name.lower(), text, channel, call.span)
