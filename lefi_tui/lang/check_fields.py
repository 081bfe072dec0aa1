"""What stands behind a value: a field of an event, indicator or order, and `[n]`, its past."""

from __future__ import annotations

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang import ways_out
from lefi_tui.lang.builtins import BUILTINS, HISTORY_MAX, ORDER_FIELDS, TIME_FIELDS
from lefi_tui.lang.check_events import own_field
from lefi_tui.lang.check_held import field_of_name, refuse_whole
from lefi_tui.lang.check_values import Values
from lefi_tui.lang.scope import Local, Wrong, needs_later
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type


class Fields(Values):
    def field_of(self, node: s.Field) -> X:
        if isinstance(node.target, s.Name) and node.target.name == "event":
            return self._event_field(node)
        if isinstance(node.target, s.Call):
            return self._field_of_call(node, node.target)
        if isinstance(node.target, s.Name):
            found = field_of_name(self, node, node.target)
            if found is not None:
                return found
        return self._field_of_value(node, self.value(node.target))

    def refuse_whole(self, node: s.Name) -> None:
        refuse_whole(self, node)

    def _field_of_call(self, node: s.Field, call: s.Call) -> X:
        builtin = BUILTINS.get(call.name)
        if builtin is None or not builtin.fields:
            return self._field_of_value(node, self.value(call))
        if node.name not in builtin.fields:
            raise self.no_field(node, list(builtin.fields))
        return self.picked(call, node.name)

    def _field_of_value(self, node: s.Field, target: X) -> X:
        if self.seen(target).kind == "order":
            return self._order_field(node, target)
        if self.seen(target) == t.TIME:
            if node.name not in TIME_FIELDS:
                raise self.no_field(node, list(TIME_FIELDS))
            return self.make(node.name, t.NUMBER, [target], span=node.span)
        raise self.no_field(node, [])

    def _order_field(self, node: s.Field, order: X) -> X:
        kinds = self.fields_of(self.seen(order))
        if node.name not in kinds:
            raise self.no_field(node, list(kinds))
        return self.make("order", kinds[node.name], [order], node.name, span=node.span)

    def fields_of(self, kind: Type) -> dict[str, Type]:
        """What can be read behind a value of this type."""
        if kind == t.TIME:
            return dict.fromkeys(TIME_FIELDS, t.NUMBER)
        if kind.kind != "order":
            return {}
        kinds = {
            "price": t.price(kind.base, kind.quote),
            "base": t.amount(kind.base),
            "quote": t.amount(kind.quote),
            "account": t.amount(self.shared.currency),
            "text": t.TEXT,
        }
        return {name: kinds[rule] for name, rule in ORDER_FIELDS}

    def watch_fields(self, span: Span, kinds: dict[str, Type]) -> None:
        if self.shared.watch is not None and kinds:
            self.shared.watch.fields[span] = kinds

    def picked(self, call: s.Call, field: str) -> X:
        raise NotImplementedError

    def _event_field(self, node: s.Field) -> X:
        if "event" in self.scope.broken:
            raise Wrong
        if node.name not in self.scope.fields and self.scope.event == "Event":
            return own_field(self, node)
        if node.name not in self.scope.fields:
            raise self.no_field(node, list(self.scope.fields))
        return self.scope.fields[node.name]

    def no_field(self, node: s.Field, known: list[str]) -> Wrong:
        message = f"There is no field `{node.name}` here."
        hint, fix = ways_out.meant(node.name, node.name_span, known)
        return self.wrong("LF214", node.name_span, message, hint, fix)

    def history(self, node: s.Index) -> X:
        steps = self._steps_back(node)
        target = self._looked_back_at(node.target) if steps else self.value(node.target)
        if target.type.kind == "list":
            message = "A list has no [n]; `for x in …` goes through it."
            raise self.wrong("LF215", node.target.span, message)
        if steps == 0:
            return target
        if target.is_series:
            return self.past_of(target, steps, node.span)
        if target.op in {"local", "state"} and target.type.kind != "order":
            name = target.value
            key = f"{target.op}:{name}"
            old = self.scope.pasts.get(key, (name, False, 0))
            self.scope.pasts[key] = (name, target.op == "state", max(steps, old[2]))
            return X("past", target.type, (target,), steps, node.span)
        message = "[n] reads back a series, or a name; this is neither."
        raise self.wrong("LF215", node.target.span, message, "Give it a name first.")

    def _looked_back_at(self, node: s.Expr) -> X:
        """A name's earlier values may be read before this run has given it one."""
        scope = self.scope
        name = node.name if isinstance(node, s.Name) else ""
        is_later = name in scope.given and name not in {*scope.assigned, *scope.params}
        if not is_later or name in scope.broken or name in self.shared.state_types:
            return self.value(node)
        if name in self.shared.constants:
            return self.value(node)
        local = scope.locals.get(name)
        if local is None:
            scope.names += 1
            kind = Type("none", name=f"{name}@{node.span.start}#{scope.names}")
            local = Local(f"{name}_{scope.names}", kind, None, node.span)
            scope.locals[name] = local
            scope.named.append(local)
        local.is_used = True
        return X("local", self.shared.bindings.seen(local.type), value=local.id, span=node.span)

    def past_of(self, series: X, steps: int, span: Span) -> X:
        """A series' value `steps` events ago."""
        if series.is_const:
            return series
        value = self.make("hist", series.type, [series], steps, span=span)
        if value.warm < series.warm + steps:
            warm = series.warm + steps
            late = X(
                "hist", series.type, (series,), steps, span, is_series=True, warm=warm,
                clock=series.clock, needs=needs_later((series,), steps),
                settled=max(series.settled, 1) + steps,
            )  # fmt: skip
            key = ("hist", steps, (), series.type, id(series))
            self.scope.memo[key] = value = late
        return self.stateful(value)

    def _steps_back(self, node: s.Index) -> int:
        index = self.value(node.index)
        if not index.is_const or not isinstance(index.value, float):
            message = "How far [n] reads back is constant, so that memory has a bound."
            raise self.wrong("LF208", node.index.span, message)
        if index.value != index.value // 1 or not 0 <= index.value <= HISTORY_MAX:
            message = f"[n] takes a whole number from 0 to {HISTORY_MAX:,}."
            raise self.wrong("LF215", node.index.span, message)
        return int(index.value)
