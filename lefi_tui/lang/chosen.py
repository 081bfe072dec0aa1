"""Values that a person chose for a script's settings: which of them it does not take, and what it
takes instead.

The rule it keeps: what a person typed is told by its name and value, never as a line of the script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.program import check
from lefi_tui.lang.script_pass import SettingInfo

OPTION: Final = "--set"
_NO_VALUE: Final = "LF201"  # it reads as a name


class NotTaken(Record):
    """A value that is refused, or a name that there is not."""

    name: str
    value: str
    why: str
    next_step: str

    @property
    def option(self) -> str:
        """As it was typed."""
        return f"{OPTION} {self.name}={self.value}"


def not_taken(source: str, chosen: Mapping[str, str], timeframe_ms: int = 0) -> NotTaken | None:
    """The first of them; None where all are taken, or where the script itself is wrong. What only
    all of them together spoil is the fault of none."""
    by_itself = check(source, timeframe_ms=timeframe_ms or None).program
    if by_itself is None or not chosen:
        return None
    known = {each.name: each for each in by_itself.settings}
    for name, value in chosen.items():
        if name not in known:
            why = f"The script has no setting `{name}`."
            names = ", ".join(known)
            return NotTaken(name, value, why, f"It has {names}" if names else f"Leave {name} out")
    if check(source, settings=chosen, timeframe_ms=timeframe_ms or None).program is not None:
        return None
    for name, value in chosen.items():
        alone = check(source, settings={name: value}, timeframe_ms=timeframe_ms or None)
        wrong = [each for each in alone.diagnostics if each.is_error]
        if wrong:
            why = _why(known[name], value) if wrong[0].code == _NO_VALUE else wrong[0].message
            way = f"Write {OPTION} {name}=… with {takes(known[name])}"
            return NotTaken(name, value, why, way)
    return None


def _why(setting: SettingInfo, value: str) -> str:
    return f"`{value}` is no value for `{setting.name}`, which is {setting.type}."


def takes(setting: SettingInfo) -> str:
    """`a number, 2 to 200`, `one of a, b`."""
    if setting.choices:
        return f"one of {_listed(setting.choices)}"
    between = f"{setting.low} to {setting.high}" if setting.low else ""
    return ", ".join(filter(None, (setting.type, between)))


def _listed(choices: Sequence[str]) -> str:
    return ", ".join(each.strip('"') for each in choices)
