"""The settings in force, each with the place it comes from, and what could not be used."""

from __future__ import annotations

from lefi_tui.core.record import Record


class SettingRow(Record):
    name: str
    value: str
    origin: str  # default, a file, or a variable of the environment
    meaning: str


class AccountSetting(Record):
    name: str
    exchange: str
    mode: str  # paper | sandbox | live


class PlaceRow(Record):
    """Where something lives on this machine."""

    name: str
    place: str


class SettingsView(Record):
    """`problems` in four parts each; an unusable line leaves its default in force."""

    rows: tuple[SettingRow, ...]
    accounts: tuple[AccountSetting, ...]
    places: tuple[PlaceRow, ...]
    problems: tuple[str, ...]
    live_is_shut_because: str  # empty when live orders may go out
    keys: tuple[tuple[str, str], ...] = ()  # actions with the keys this user gave them
    waiting: tuple[str, ...] = ()  # what the file says otherwise than when this desk began
