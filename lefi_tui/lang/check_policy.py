"""The policy block: one table of keys, their defaults and what each takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.diagnostic import nearest
from lefi_tui.lang.scope import Wrong


@dataclass(frozen=True, slots=True)
class Policy:
    partial_fill: str = "keep"
    timeout_ms: float = 30_000.0
    retry: int = 3
    rate_count: int = 60
    rate_per_ms: float = 60_000.0
    overlap: str = ""  # "": skip for market data, queue for the rest
    approval_ms: float = 900_000.0
    discount: float = 0.0


_WORDS = {
    "partial_fill": ("keep", "cancel", "complete"),
    "overlap": ("skip", "queue", "parallel"),
}
KEYS = ("partial_fill", "timeout", "retry", "rate", "overlap", "approval", "discount")


def read_policy(check: Checker, rules: list[s.Rule]) -> Policy:
    policy = Policy()
    for rule in rules:
        try:
            policy = replace(policy, **_changes(check, rule))
        except Wrong:
            continue
    return policy


def _changes(check: Checker, rule: s.Rule) -> dict[str, Any]:
    if rule.name not in KEYS:
        meant = nearest(rule.name, list(KEYS))
        hint = f"Did you mean `{meant}`?" if meant else f"There is {', '.join(KEYS)}."
        raise check.wrong("LF401", rule.name_span, f"There is no policy `{rule.name}`.", hint)
    if rule.name in _WORDS:
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


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value >= 0 and value % 1 == 0


def _of(check: Checker, rule: s.Rule, value: Any, fits: bool) -> Any:  # noqa: FBT001 -- a verdict
    if fits and (rule.per is None):
        return value
    raise check.wrong("LF402", rule.value.span, _EXAMPLES[rule.name])


_EXAMPLES = {
    "timeout": "A timeout is a duration: timeout = 30s.",
    "approval": "How long an approval may take: approval = within 15m.",
    "discount": "A discount is a percent: discount = 5%.",
    "retry": "How often to try again, a whole number: retry = 3.",
    "rate": "How many orders in how long: rate = 10 per 1m.",
}


def _word(check: Checker, rule: s.Rule) -> str:
    words = _WORDS[rule.name]
    if isinstance(rule.value, s.Name) and rule.value.name in words:
        return rule.value.name
    raise check.wrong("LF402", rule.value.span, f"{rule.name} is one of {', '.join(words)}.")


def _rate(check: Checker, rule: s.Rule, count: Any) -> dict[str, Any]:
    per = check.value(rule.per) if rule.per is not None else None
    if per is None or per.type != t.DURATION or not per.value or not _is_whole(count) or not count:
        raise check.wrong("LF402", rule.value.span, _EXAMPLES["rate"])
    return {"rate_count": int(count), "rate_per_ms": per.value}
