"""Settings changed while a bot runs: what is typed, what is wrong with it, what the change does.

The rule it keeps: nothing is sent that the language refuses, and a person reads the change first.
"""

from __future__ import annotations

from collections.abc import Mapping

from lefi_tui.core.money import words
from lefi_tui.core.record import Record
from lefi_tui.lang.program import check
from lefi_tui.views.bot_view import BotSetting, BotView

RESETS = "Its states stay. Its indicators begin anew from past candles; no order is touched."


class Change(Record):
    """One setting before and after, as Lefi text."""

    setting: BotSetting
    after: str

    def __str__(self) -> str:
        """fast 12 -> 13 (default 12, 2 to 200)"""
        known = self.setting
        about = ", ".join(filter(None, (f"default {plain(known.default)}", bounds(known))))
        return f"{known.name} {plain(known.value)} -> {plain(self.after)} ({about})"


def plain(value: str) -> str:
    """A text as a person types it in a form: without its quotes."""
    is_text = len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]
    return value[1:-1] if is_text else value


def bounds(setting: BotSetting) -> str:
    if setting.choices:
        return f"one of {', '.join(plain(each) for each in setting.choices)}"
    return f"{setting.low} to {setting.high}" if setting.low else ""


def takes(setting: BotSetting) -> str:
    """Type or unit, and bounds: "number 2 to 200"."""
    if setting.choices:
        return bounds(setting)
    kind = {"bare": "number"}.get(setting.kind, setting.kind)
    return " ".join(filter(None, (kind, bounds(setting))))


def changes(view: BotView, typed: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs from the values in force, in the order of the script."""
    return tuple(
        Change(each, typed[each.name].strip())
        for each in view.settings
        if each.name in typed and plain(typed[each.name].strip()) != plain(each.value)
    )


def wrong(view: BotView, typed: Mapping[str, str]) -> dict[str, str]:
    """Why a value can't be taken, by its setting; under "" what is wrong with all of them together.

    A name that the bot does not have is wrong by itself.
    """
    names = {each.name for each in view.settings}
    listed = ", ".join(each.name for each in view.settings) or "none"
    found = {
        name: f"{view.id} has no setting {name}; it has {listed}."
        for name in typed
        if name not in names
    }
    if found:
        return found
    wanted = {each.setting.name: each.after for each in changes(view, typed)}
    found = {name: text for name, value in wanted.items() if (text := _refusal(view, name, value))}
    if found or not wanted:
        return found
    together = _refused(view, {**view.chosen, **wanted})
    return {"": together} if together else {}


def _refusal(view: BotView, name: str, value: str) -> str:
    if not value:
        return "Nothing is typed here."
    return _refused(view, {**view.chosen, name: value})


def _refused(view: BotView, chosen: Mapping[str, str]) -> str:
    if view.kind == "indicator":  # no text of Lefi: the engine has the word
        return ""
    found = check(view.source, settings=chosen).diagnostics
    return next((each.message for each in found if each.is_error), "")


def impact(view: BotView, wanted: tuple[Change, ...]) -> str:
    """What a change does besides; a market that is left keeps what is open in it."""
    left = [share for share in view.shares if share.symbol not in _symbols(view, wanted)]
    told = [
        f"{words(each.units)} of {each.symbol} stays open, and the bot looks at it no more."
        for each in left
    ]
    return " ".join((RESETS, *told))


def _symbols(view: BotView, wanted: tuple[Change, ...]) -> tuple[str, ...]:
    chosen = {**view.chosen, **{each.setting.name: each.after for each in wanted}}
    if view.kind == "indicator":
        return (chosen["symbol"],)
    program = check(view.source, settings=chosen).program
    return view.symbols if program is None else program.symbols
