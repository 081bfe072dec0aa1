"""Blocks that may wait for a person or for their orders, and cash flows that are planned.

The rules it keeps: an `execute` holds no `return`, no second `execute` and no `finalize`; what is
planned is recorded and moves no money.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.check_statements import Statements
from lefi_tui.lang.scope import TooMuch, Wrong
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import Authorize, Execute, Finalize, Plan, Set, Statement, X

DAY_MS: Final = 86_400_000.0
_DAYS_A_YEAR: Final = 365.0


class Checker(Statements):
    """All parts of the checker together."""

    def waiting(self, node: s.Authorize | s.Execute | s.Finalize) -> Statement:
        word = type(node).__name__.lower()
        span = Span(node.span.start, node.span.start + len(word))
        self.waits(f"`{word}`", span)
        self._refuse_place(word, span)
        self.shared.blocks += 1
        number = self.shared.blocks
        match node:
            case s.Authorize():
                return self._authorize(node, number)
            case s.Execute():
                then, other = self._both(node.body, node.other, "execute")
                return Execute(number, then, other, span)
            case s.Finalize():
                then, _ = self._both(node.body, None, "finalize")
                return Finalize(number, then, span)

    def _refuse_place(self, word: str, span: Span) -> None:
        around = set(self.scope.inside)
        if self.shared.declared.kind == "indicator":
            message = f"This script is an indicator; it has nothing to `{word}`."
            raise self.wrong("LF213", span, message, "Write `kind automated`, or Notify.")
        if word == "finalize" and around & {"execute", "finalize"}:
            message = f"`finalize` can't stand inside `{self.scope.inside[-1]}`."
            raise self.wrong("LF219", span, message, "Put it around, or after it.")
        if word == "execute" and "execute" in around:
            message = "`execute` can't stand inside `execute`: one transaction has no second."
            raise self.wrong("LF219", span, message, "Put all steps into the outer one.")

    def _authorize(self, node: s.Authorize, number: int) -> Authorize:
        role = (node.role.plain or "") if node.role is not None else ""
        if node.role is not None and not role:
            raise self.wrong("LF208", node.role.span, "A role is a constant text.")
        within_ms = self.shared.approval_ms
        if node.within is not None:
            within_ms = self._within(node.within)
        then, other = self._both(node.body, node.other, "authorize")
        return Authorize(number, role, within_ms, then, other, node.span)

    def _within(self, node: s.Expr) -> float:
        value = self.value(node)
        if not value.is_const or value.type != t.DURATION or not value.value > 0:
            message = "How long a person may take is a constant duration, like 10m."
            raise self.wrong("LF204", node.span, message)
        return float(value.value)

    def _both(
        self, body: s.Block, other: s.Block | None, word: str
    ) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        around, self.scope.inside = self.scope.inside, (*self.scope.inside, word)
        try:
            then, after = self.inside(body)
        finally:
            self.scope.inside = around
        otherwise, after_other = self.inside(other) if other is not None else ((), None)
        self.merge(after, after_other)
        return then, otherwise

    # ---- pays

    def planned(self, node: s.Pays) -> list[Statement]:
        """The present value is added to the name, and the dated row goes to the ledger."""
        try:
            amount, due, rate, present = self._flow(node.value)
            name = self.value(s.Name(node.name_span, node.name))
        except TooMuch:
            raise
        except Wrong:
            self.look_at([node.value.amount])
            raise
        if name.op not in {"local", "state"}:
            message = f"`{node.name}` can't be changed; a state or a local takes what is planned."
            raise self.wrong("LF218", node.name_span, message)
        kind = self.shared.bindings.unified(name.type, present.type)
        if kind is None:
            held, paid = self.seen(name), self.seen(present)
            message = f"`{node.name}` holds {held}; what it pays is in {paid}."
            raise self.wrong("LF202", node.span, message, "A name keeps its unit.")
        is_state = name.op == "state"
        total = self.make("add", kind, [name, present], span=node.span)
        unit = self.seen(amount).base
        plan = Plan(node.name, unit, amount, due, rate, present, node.span)
        return [plan, Set(str(name.value), total, is_state=is_state, span=node.span)]

    def present_value(self, node: s.PaysValue) -> X:
        return self._flow(node)[3]

    def _flow(self, node: s.PaysValue) -> tuple[X, X, X, X]:
        """Amount, due date in ms, rate a year, and present value: A / (1 + r) ^ (days / 365)."""
        amount = self.value(node.amount)
        kind = self.seen(amount)
        if kind.kind not in {"amount", *t.OPEN}:
            message = f"What is paid is an amount, like 100 USDT; this is {kind}."
            raise self.wrong("LF202", node.amount.span, message)
        rate = self._rate(node)
        due, days = self._due(node)
        one, year = (self.const(each, t.NUMBER, node.span) for each in (1.0, _DAYS_A_YEAR))
        grown = self.folded("add", t.NUMBER, [one, rate], node.span)
        years = self.folded("div", t.NUMBER, [days, year], node.span)
        factor = self.folded("pow", t.NUMBER, [grown, years], node.span)
        return amount, due, rate, self.folded("div", kind, [amount, factor], node.span)

    def _rate(self, node: s.PaysValue) -> X:
        if node.at is None:
            return self.const(self.shared.discount, t.PERCENT, node.span)
        rate = self.value(node.at)
        if self.seen(rate) != t.PERCENT:
            message = f"A rate is a percent a year, like 5%; this is {self.seen(rate)}."
            raise self.wrong("LF202", node.at.span, message)
        return rate

    def _due(self, node: s.PaysValue) -> tuple[X, X]:
        """When, in ms, and how many days from now, never below 0."""
        if "time" not in self.scope.fields:
            message = "Cash flows are planned in handlers, where there is an event's time."
            raise self.wrong("LF208", node.span, message)
        now = self.scope.fields["time"]
        day = self.const(DAY_MS, t.NUMBER, node.span)
        zero = self.const(0.0, t.NUMBER, node.span)
        if node.within is not None:
            wait = self.value(node.within)
            if self.seen(wait) != t.DURATION:
                message = f"`in` takes a duration, like 30d; this is {self.seen(wait)}."
                raise self.wrong("LF202", node.within.span, message)
            due = self.make("add", t.TIME, [now, wait])
        elif node.on is not None:
            due = self.const(self._date_ms(node.on), t.TIME, node.on.span)
            wait = self.make("sub", t.DURATION, [due, now])
        else:
            return now, zero
        days = self.folded("div", t.NUMBER, [wait, day], node.span)
        return due, self.folded("max", t.NUMBER, [days, zero], node.span)

    def _date_ms(self, node: s.Text) -> float:
        try:
            date = datetime.fromisoformat(node.plain or "")
        except ValueError as error:
            message = 'A date is written year-month-day, like "2026-12-31".'
            raise self.wrong("LF204", node.span, message) from error
        at = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        return at.timestamp() * 1_000
