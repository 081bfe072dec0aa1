"""What the desk is given when it opens: a way to the engine, and everything that reads files."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import field

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.queries import Channel
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.views.shelf import Startable
from lefi_tui.views.work_plan import WorkPlan
from screens.alerts import SILENT, AlertRules
from screens.asking import Dialog
from screens.hand import Hand
from screens.keys import TABLE, KeyTable
from screens.rooms import Room
from widgets.ink import TRUE_COLOR, Palette


def _nothing_more() -> None:
    """All is there before the screen is."""


def _no_objection() -> str:
    """The screen may leave; whatever runs goes on elsewhere."""
    return ""


def _no_form(_what: Startable, _view: DeskView, _go: Go) -> Dialog | None:
    """Everything starts with its defaults."""
    return None


async def _nothing(_cause: signal.Signals) -> None:
    """No clean-up was asked for."""


# Account, settings that differ, how long it is for.
Go = Callable[[str, Mapping[str, str], WorkPlan], None]
FormOf = Callable[[Startable, DeskView, Go], Dialog | None]


class DeskSetup(Record):
    """What the desk is given. `shelf` may read files; it is called in a thread of its own."""

    channel: Channel
    shelf: Callable[[], Sequence[Startable]] = tuple
    form: FormOf = _no_form
    account: str = "demo"  # where `n` starts bots
    mode: Mode = Mode.DEMO  # on the frame until the first view says it
    palette: Palette = TRUE_COLOR
    rooms: Mapping[str, Room] = field(default_factory=dict)  # the other screens, by name
    table: KeyTable = TABLE
    scripts: Callable[[], Sequence[ScriptRow]] = tuple  # by name, in a thread too
    alerts: AlertRules = SILENT
    greeting: str = ""  # said on the first screen; what stood above it is hidden
    at_first_frame: Callable[[], None] = _nothing_more  # work that would hold that up
    goes_on_without_us: bool = False  # the engine lives in another process
    outlives_screen: bool = False  # it lives in this one, and a lost line does not end it
    hand: Hand = field(default_factory=Hand)  # of keys that wait for no screen
    detach: Callable[[], str] = _no_objection  # called before the screen leaves alone; why not
    clean_up: Callable[[signal.Signals], Awaitable[None]] = _nothing
