"""What a person beside the terminal notices: words on any screen, the bell, a desktop notification.

The rules it keeps: nothing of before this screen rings; in quiet hours only what is urgent; however
much happens, one ring in two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lefi_tui.core.notices import Severity
from lefi_tui.core.quiet_hours import NS, is_quiet
from lefi_tui.core.record import Record
from lefi_tui.errors import shown
from lefi_tui.views.desk_view import DeskView, LogRow

BELL: Final = "\a"
DESKTOP: Final = "\x1b]9;{}\x1b\\"  # OSC 9: iTerm2, kitty, WezTerm, Windows Terminal, foot
DESKTOP_MAX: Final = 200
RING_NS: Final = 2 * NS
OFF: Final = "off"


class AlertRules(Record):
    """The least severity of each; "off" for never."""

    screen: str = OFF
    bell: str = OFF
    desktop: str = OFF
    quiet: str = ""
    zone: str = "UTC"


SILENT: Final = AlertRules()


class Alerts:
    def __init__(
        self, rules: AlertRules, say: Callable[[str], None], write: Callable[[str], None]
    ) -> None:
        self._rules = rules
        self._say = say
        self._write = write
        self._seen: int | None = None  # the newest line of the log
        self._rang_ns = 0

    def look(self, view: DeskView) -> None:
        newest = view.log[0].number if view.log else 0
        seen, self._seen = self._seen, newest
        if seen is None or newest <= seen:
            return
        news = [row for row in view.log if row.number > seen and row.severity is not None]
        worst = max(news, key=_rank, default=None)
        if worst is None or self._is_quiet(worst, view.at_ns):
            return
        if self._wants(self._rules.screen, worst):
            self._say(_words(worst, len(news)))
        if view.at_ns - self._rang_ns >= RING_NS:
            self._ring(worst, news, view.at_ns)

    def _ring(self, worst: LogRow, news: Sequence[LogRow], at_ns: int) -> None:
        if self._wants(self._rules.bell, worst):
            self._write(BELL)
            self._rang_ns = at_ns
        if self._wants(self._rules.desktop, worst):
            self._write(DESKTOP.format(_words(worst, len(news))[:DESKTOP_MAX]))
            self._rang_ns = at_ns

    def _is_quiet(self, worst: LogRow, at_ns: int) -> bool:
        if worst.severity is Severity.URGENT or not self._rules.quiet:
            return False
        return is_quiet(self._rules.quiet, self._rules.zone, at_ns)

    @staticmethod
    def _wants(least: str, row: LogRow) -> bool:
        return least != OFF and _rank(row) >= Severity(least).rank


def _rank(row: LogRow) -> int:
    return -1 if row.severity is None else row.severity.rank


def _words(row: LogRow, count: int) -> str:
    more = f" (and {count - 1} more)" if count > 1 else ""
    parts = [each for each in (f"{row.what}{more}", row.where, row.why) if each]
    return shown(". ".join(parts), keep="")
