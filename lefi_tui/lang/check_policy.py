"""The policy block: its keys stand in one table, and each takes what the table says."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang import ways_out
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.scope import Wrong
from lefi_tui.lang.source import Span
from lefi_tui.lang.told_policy import POLICY


class Policy(Record):
    partial_fill: str = "keep"
    timeout_ms: float = 30_000.0
    retry: int = 3
    rate_count: int = 60
    rate_per_ms: float = 60_000.0
    overlap: str = ""  # "": skip for market data, queue for the rest
    approval_ms: float = 900_000.0
    discount: float = 0.0


def read_policy(check: Checker, rules: list[s.Rule]) -> Policy:
    policy = Policy()
    for rule in rules:
        try:
            policy = replace(policy, **_changes(check, rule))
        except Wrong:
            continue
    return policy


def _changes(check: Checker, rule: s.Rule) -> dict[str, Any]:
    if rule.name not in POLICY:
        hint, fix = ways_out.meant(rule.name, rule.name_span, list(POLICY))
        message = f"There is no policy `{rule.name}`."
        raise check.wrong("LF401", rule.name_span, message, hint, fix)
    if rule.is_within is not (rule.name == "approval"):
        raise _within(check, rule)
    if POLICY[rule.name].words:
        return {rule.name: _word(check, rule)}
    value = check.value(rule.value)
    match rule.name:
        case "timeout":
            return {"timeout_ms": _of(check, rule, value.value, value.type == t.DURATION)}
        case "approval":
            return {"approval_ms": _of(check, rule, value.value, value.type == t.DURATION)}
        case "discount":
            return {"discount": _of(check, rule, value.value, value.type == t.PERCENT)}
        case "retry":
            return {"retry": int(_of(check, rule, value.value, _is_whole(value.value)))}
        case _:
            return _rate(check, rule, value.value)


def _within(check: Checker, rule: s.Rule) -> Wrong:
    """`approval = within 15m` has the word, and nothing else has it."""
    start = rule.value.span.start
    words = "within " if rule.name == "approval" else ""
    begin = start if words else check.text.index("within", rule.name_span.end, start)
    fix = Fix(f"Write {words or 'it without within'}".rstrip(), (Edit(Span(begin, start), words),))
    place = rule.value.span if words else Span(begin, begin + len("within"))
    return check.wrong("LF402", place, POLICY[rule.name].takes, fix=fix)


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value >= 0 and value % 1 == 0


def _of(check: Checker, rule: s.Rule, value: Any, fits: bool) -> Any:  # noqa: FBT001 -- a verdict
    if fits and (rule.per is None):
        return value
    raise check.wrong("LF402", rule.value.span, POLICY[rule.name].takes)


def _word(check: Checker, rule: s.Rule) -> str:
    words = POLICY[rule.name].words
    if isinstance(rule.value, s.Name) and rule.value.name in words:
        return rule.value.name
    raise check.wrong("LF402", rule.value.span, POLICY[rule.name].takes)


def _rate(check: Checker, rule: s.Rule, count: Any) -> dict[str, Any]:
    per = check.value(rule.per) if rule.per is not None else None
    if per is None or per.type != t.DURATION or not per.value or not _is_whole(count) or not count:
        raise check.wrong("LF402", rule.value.span, POLICY["rate"].takes)
    return {"rate_count": int(count), "rate_per_ms": per.value}
