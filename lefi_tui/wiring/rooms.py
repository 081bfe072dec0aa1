"""Furnishes the desk: its screens with what each needs of files, the user's keys, a greeting."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.errors import render
from lefi_tui.settings import KINDS, Loaded, Settings, load, meaning, value_of
from lefi_tui.terminal.fitness import palette_name
from lefi_tui.wiring.accounts import DEMO
from lefi_tui.wiring.demo import LOG_NAME, socket_path
from lefi_tui.wiring.people import people_rows
from lefi_tui.wiring.shelf import shelf

if TYPE_CHECKING:
    from lefi_tui.settings_tables import NotifySettings
    from lefi_tui.views.desk_view import DeskView
    from lefi_tui.views.queries import Channel
    from lefi_tui.views.scripts import ScriptRow
    from lefi_tui.views.settings_view import SettingsView
    from lefi_tui.views.shelf import Startable
    from screens.alerts import AlertRules
    from screens.asking import Dialog
    from screens.framed import Framed
    from screens.hand import Hand
    from screens.rooms import Room
    from screens.setup import DeskSetup, Go

UNSET = "no bound"


def furnished(
    settings: Loaded, channel: Channel, folder: Path | None = None, **others: Any
) -> DeskSetup:
    """All a desk is given but what is special to how it was opened (`others`).

    `folder` holds the engine's tables, where they are not those of the settings.
    """
    from screens.hand import Hand
    from screens.keys import TABLE
    from screens.setup import DeskSetup

    hand = others.setdefault("hand", Hand(now_ns=SystemClock().now_ns))
    table, problems = TABLE.mapped(settings.settings.keys)
    return replace(
        DeskSetup(
            channel,
            partial(shelf, scripts_folder(settings)),
            start_form,
            DEMO,
            rooms={
                **rooms(settings.settings, scripts_folder(settings), folder),
                "notices": partial(notices_room, channel),
                "keys": partial(keys_room, channel, settings.settings),
                "game": partial(game_room, hand, channel),
            },
            alerts=alerts_of(settings.settings.notify),
            table=table,
            scripts=partial(script_names, scripts_folder(settings)),
            at_first_frame=keep_loaded,
            greeting=settings.complaint or " ".join(problems),
        ),
        **others,
    )


def start_form(what: Startable, view: DeskView, go: Go) -> Dialog | None:
    """Of a script: account, market, settings, window. None where no form can be made from it."""
    from bots.automated.plan import start_refusal_of
    from lefi_tui.lang.program import check
    from screens.start_script import StartForm, StartScriptScreen
    from widgets.ink import PALETTES

    program = check(what.source).program if what.kind == "automated" else None
    if program is None:
        return None
    form = StartForm(program, what.source, view, start_refusal_of, go)
    return StartScriptScreen(form, PALETTES[palette_name(os.environ)])


def notices_room(channel: Channel, _send: Any, palette: Any) -> Framed:
    from screens.notices import NoticesScreen

    return NoticesScreen(channel.ask, palette)


def keys_room(channel: Channel, settings: Settings, _send: Any, palette: Any) -> Framed:
    from lefi_tui.wiring.keys import KeyKeeper
    from screens.exchange_keys import KeysScreen

    return KeysScreen(KeyKeeper(settings), channel.ask, palette)


def game_room(hand: Hand, channel: Channel, send: Any, palette: Any) -> Framed:
    from lefi_tui.views.game_form import NAMES, defaults, doubt, mistake, start, takes
    from screens.game import GameScreen, Given
    from screens.start_game import GameForm

    form = GameForm(NAMES, defaults, takes, mistake, doubt, start)
    return GameScreen(Given(hand, form, channel.ask), send, palette)


def alerts_of(notify: NotifySettings) -> AlertRules:
    from screens.alerts import AlertRules

    return AlertRules(notify.screen, notify.bell, notify.desktop, notify.quiet, notify.zone)


def keep_loaded() -> None:
    """At the first frame: what was loaded for it stays, and is never looked through again."""
    gc.freeze()
    gc.enable()


def scripts_folder(settings: Loaded) -> Path:
    return settings.settings.config_dir / "scripts"


def script_names(scripts: Path) -> Sequence[ScriptRow]:
    from lefi_tui.wiring.script_store import ScriptFolder

    return ScriptFolder(scripts).scripts().rows


def bots_room(scripts: Path, send: Any, palette: Any) -> Framed:
    from lefi_tui.wiring.script_store import ScriptFolder
    from screens.bots import BotsScreen

    return BotsScreen(ScriptFolder(scripts), send, palette)


def _manual(send: Any, palette: Any) -> Framed:
    from screens.manual import ManualScreen

    return ManualScreen(send, palette)


def _orders(send: Any, palette: Any) -> Framed:
    from screens.orders import OrdersScreen

    return OrdersScreen(send, palette)


def _approvals(send: Any, palette: Any) -> Framed:
    from screens.approvals import ApprovalsScreen

    return ApprovalsScreen(send, palette)


def _doubts(send: Any, palette: Any) -> Framed:
    from screens.doubts import DoubtsScreen

    return DoubtsScreen(send, palette)


def _limits(send: Any, palette: Any) -> Framed:
    from screens.limits import LimitsScreen

    return LimitsScreen(send, palette)


def _schedule(send: Any, palette: Any) -> Framed:
    from screens.schedule import ScheduleScreen

    return ScheduleScreen(send, palette)


def lab_room(began: Settings, scripts: Path, send: Any, palette: Any) -> Framed:
    from lefi_tui.wiring.demo_candles import FOLDER
    from lefi_tui.wiring.lab import LabHouse
    from lefi_tui.wiring.script_store import ScriptFolder
    from screens.lab import LabScreen

    kept = began.data_dir
    house = LabHouse(kept / "lab", kept / "candles", kept / FOLDER)
    return LabScreen(ScriptFolder(scripts), house, send, palette)


def lessons_room(scripts: Path, _send: Any, palette: Any) -> Framed:
    from lefi_tui.wiring.lessons import LessonFolder
    from screens.lessons import LessonsScreen

    return LessonsScreen(LessonFolder(scripts), palette)


def gallery_room(began: Settings, scripts: Path, _send: Any, palette: Any) -> Framed:
    from lefi_tui.wiring.demo_candles import FOLDER
    from lefi_tui.wiring.gallery import GalleryHouse
    from lefi_tui.wiring.script_store import ScriptFolder
    from screens.gallery import GalleryScreen

    return GalleryScreen(GalleryHouse(ScriptFolder(scripts), began.data_dir / FOLDER), palette)


def rooms(began: Settings, scripts: Path, tables: Path | None = None) -> Mapping[str, Room]:
    """Each is loaded when it is first gone to: the first frame waits for the desk alone."""

    def scripts_room(send: Any, palette: Any) -> Framed:
        from lefi_tui.wiring.script_store import ScriptFolder
        from screens.scripts import ScriptsScreen

        return ScriptsScreen(ScriptFolder(scripts), send, palette)

    def report_room(send: Any, palette: Any) -> Framed:
        from lefi_tui.wiring.exports import Exports
        from screens.report import ReportScreen

        kept = began.data_dir
        return ReportScreen(send, palette, Exports(tables or kept, kept / "reports"))

    def settings_room(send: Any, palette: Any) -> Framed:
        from screens.settings import SettingsScreen

        return SettingsScreen(send, palette, partial(settings_view, began))

    return {
        "schedule": _schedule,
        "scripts": scripts_room,
        "lab": partial(lab_room, began, scripts),
        "lessons": partial(lessons_room, scripts),
        "gallery": partial(gallery_room, began, scripts),
        "bots": partial(bots_room, scripts),
        "manual": _manual,
        "orders": _orders,
        "report": report_room,
        "settings": settings_room,
        "limits": _limits,
        "approvals": _approvals,
        "doubts": _doubts,
    }


def settings_view(began: Settings) -> SettingsView:
    """Read anew: the file as it is now, with the environment of this process; what differs from
    the settings that this desk began with waits for the next start."""
    from lefi_tui.views.settings_view import AccountSetting, PlaceRow, SettingRow, SettingsView
    from screens.keys import TABLE

    loaded = load(os.environ)
    settings = loaded.settings
    table, odd = TABLE.mapped(settings.keys)
    rows = tuple(
        SettingRow(name, _words(value_of(settings, name)), settings.origins[name], meaning(name))
        for name in KINDS
    )
    rows += people_rows(settings)
    accounts = tuple(
        AccountSetting(name, each.exchange, each.mode) for name, each in settings.accounts.items()
    )
    places = (
        PlaceRow("settings", str(settings.file)),
        PlaceRow("your scripts", str(scripts_folder(loaded))),
        PlaceRow("journal, data", str(settings.data_dir)),
        PlaceRow("program log", str(settings.data_dir / LOG_NAME)),
        PlaceRow("socket of the engine", str(socket_path(settings.data_dir))),
        PlaceRow("colors", f"{palette_name(os.environ)}, as the terminal says; one theme, dark"),
    )
    problems = (*(render(each) for each in loaded.problems), *odd)
    keys = tuple((name, table.shown(name)) for name in table.changed())
    waiting = [name for name in KINDS if value_of(settings, name) != value_of(began, name)]
    waiting += ["roles"] if settings.roles != began.roles else []
    waiting += ["approvals.rules"] if settings.approval_rules != began.approval_rules else []
    waiting += ["accounts"] if settings.accounts != began.accounts else []
    waiting += ["keys"] if settings.keys != began.keys else []
    live = loaded.live_is_shut_because
    return SettingsView(rows, accounts, places, problems, live, keys, tuple(waiting))


def _words(value: object) -> str:
    if value is None:
        return UNSET
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items()) or "no channel's own"
    return str(value).lower() if isinstance(value, bool) else str(value)
