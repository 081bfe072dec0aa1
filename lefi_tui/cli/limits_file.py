"""`--limits FILE`: a TOML file with the names of [limits], bare or under that heading."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, get_type_hints

from lefi_tui.adapters.calendar_files import read as read_calendar
from lefi_tui.core.risk.limits import ABOUT, Limits
from lefi_tui.errors import FileUnreadableError
from lefi_tui.requests import LimitsAsked
from lefi_tui.settings_check import WrongValueError, checked
from lefi_tui.settings_tables import LimitSettings

BYTES_MAX: Final = 100_000
CALENDAR: Final = "events_file"
HOW: Final = "`lefi limits --all` lists the names, each with what it is for"


def read(file: Path) -> LimitsAsked:
    """Nothing in it may be wrong: a limit that is not kept would tell of a safety that is none."""
    table = _table(file)
    table = table.get("limits", table)
    if not isinstance(table, dict) or not table:
        raise FileUnreadableError("it sets no limit", where=str(file), next_step=HOW)
    hints = get_type_hints(LimitSettings, include_extras=True)
    values: dict[str, Any] = {}
    for name, given in table.items():
        if name not in hints:
            raise FileUnreadableError(f"`{name}` is no limit", where=str(file), next_step=HOW)
        try:
            values[name] = checked(hints[name], given, is_text=False)
        except WrongValueError as error:
            where = f"{file}: {name}"
            raise FileUnreadableError(str(error), where=where, next_step=HOW) from error
    calendar = values.pop(CALENDAR, "")
    limits = Limits(**{name: values[name] for name in ABOUT if name in values})
    if not calendar:
        return LimitsAsked(limits)
    place = file.parent / Path(calendar).expanduser()
    return LimitsAsked(limits, read_calendar(place), str(place))


def _table(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            data = opened.read(BYTES_MAX + 1)
    except OSError as error:
        raise FileUnreadableError(error.strerror or str(error), where=str(file)) from error
    if len(data) > BYTES_MAX:
        raise FileUnreadableError("it is over 100 kB", where=str(file), next_step=HOW)
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileUnreadableError(f"not TOML: {error}", where=str(file), next_step=HOW) from error
