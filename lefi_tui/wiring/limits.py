"""Limits, calendar, rules of the kill and of protection, as commands that each start says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.core.messages import (
    ChangeLimits,
    Command,
    SetCalendar,
    SetKillRules,
    SetProtectionRules,
)
from lefi_tui.core.protection import ProtectionRules
from lefi_tui.core.risk.limits import SETTINGS, given
from lefi_tui.errors import LefiError
from lefi_tui.requests import LimitsAsked
from lefi_tui.settings import Settings

_log: Final = logging.getLogger(__name__)


def opening_limits(settings: Settings) -> Iterator[Command]:
    """A calendar that can't be read keeps the one that the journal knows, and says so."""
    yield ChangeLimits(SETTINGS, given(settings.limits), is_whole=True, by=SETTINGS)
    if settings.limits.events_file:
        from lefi_tui.adapters.calendar_files import read

        file = settings.config_dir / Path(settings.limits.events_file).expanduser()
        try:
            yield SetCalendar(read(file), str(file), by=SETTINGS)
        except LefiError as error:
            _log.warning("%s", error)


def limits_of(asked: LimitsAsked | None) -> Iterator[Command]:
    """Those of a run on candle files."""
    if asked is not None:
        yield ChangeLimits(SETTINGS, given(asked.limits), is_whole=True, by=SETTINGS)
        if asked.releases:
            yield SetCalendar(asked.releases, asked.calendar, by=SETTINGS)


def kill_rules(settings: Settings) -> SetKillRules:
    given = settings.kill
    return SetKillRules(
        KillRules(
            Flatten(given.flatten),
            given.drawdown_max,
            given.losses_max,
            given.errors_max or None,
            given.spreads_max,
        )
    )


def protection_rules(settings: Settings) -> SetProtectionRules:
    given = settings.protection
    return SetProtectionRules(ProtectionRules(given.alarm_s, given.close_s))
