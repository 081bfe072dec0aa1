"""What a script is once it is checked, as data: its handlers as forms over numbered slots."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import field

from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record
from lefi_tui.core.symbol import Named
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.feeds import Feed
from lefi_tui.lang.form import Form, Slots
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.lang.script_tests import ScriptTest


class Handler(Record):
    """One `on …`, or the whole body of a script without handlers (event "body")."""

    index: int
    event: str
    symbol: str
    timeframe_ms: int
    every_ms: int
    cron: str
    zone: str
    fields: tuple[str, ...]  # names of the values that `step` takes as `event`, in this order
    steps_max: int  # the most steps one event can cost
    warmup: int  # events needed before statements are carried out
    line: int
    hears: str = ""  # the custom event or command it is for
    key: str = ""  # of a command
    takes: tuple[tuple[str, str], ...] = ()  # fields of a custom event: number text bool any


class SiteInfo(Record):
    number: int
    action: str
    symbol: str
    line: int
    column: int


class Blueprint(Record):
    title: str
    kind: str
    source: str
    settings: tuple[SettingInfo, ...]
    policy: Policy
    handlers: tuple[Handler, ...]
    reads: tuple[ReadKey, ...]
    sites: tuple[SiteInfo, ...]
    symbols: tuple[str, ...]
    tests: tuple[ScriptTest, ...]
    forms: tuple[Form, ...]
    slots: Slots
    states: Mapping[str, int]  # state: its slot
    waits: tuple[str, ...] = ()  # places where a run may wait, in words
    feeds: tuple[Feed, ...] = ()
    settled: int = 0  # candles after which its indicators are the same wherever history began
    state_types: Mapping[str, str] = field(default_factory=dict)  # state: what it holds, in words
    named: tuple[Named, ...] = ()  # its markets
