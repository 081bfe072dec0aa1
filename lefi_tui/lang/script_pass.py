"""One pass over a script: what is known of it as a whole, and what the pass has found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lefi_tui.core.record import Record
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.resolver import Declared
from lefi_tui.lang.scope import Scope, Shared, Wrong
from lefi_tui.lang.source import Source
from lefi_tui.lang.tree import Body
from lefi_tui.lang.types import Type


class SettingInfo(Record):
    """A setting as a form shows it. Values are Lefi text."""

    name: str
    kind: str
    default: str
    value: str
    low: str
    high: str
    choices: tuple[str, ...]
    doc: str
    type: str = ""  # in words: `USDT`, `a percent`


class Pass:
    def __init__(
        self,
        source: Source,
        declared: Declared,
        overrides: Mapping[str, str],
        timeframe_ms: int | None,
        shared: Shared,
    ) -> None:
        self.source = source
        self.declared = declared
        self.overrides = overrides
        self.timeframe_ms = timeframe_ms
        self.shared = shared
        self.settings: list[SettingInfo] = []
        self.states: dict[str, tuple[Type, Any]] = {}
        self.bodies: list[Body] = []
        self.policy = Policy()


def attempt(check: Any) -> None:
    try:
        check()
    except Wrong:
        return


def statements_of(now: Pass, scope: Scope) -> Checker:
    return Checker(now.shared, scope, now.source.text)
