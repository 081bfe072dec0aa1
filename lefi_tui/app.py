"""The terminal application: it polls for the newest view, hands it on, and sends what keys ask for.

Everything comes in by its constructor; it can't reach an engine, only `send` and `ask`.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import ClassVar

from textual.binding import BindingType

from lefi_tui.core.messages import Kill, TradingState
from lefi_tui.terminal.driver import DeskDriver
from lefi_tui.terminal.shutdown import Shutdown
from lefi_tui.terminal.signals import Signals
from lefi_tui.terminal.slim import SlimDisplay
from screens.alerts import Alerts
from screens.away import look_back
from screens.courier import Courier
from screens.desk import SHEETS, DeskScreen
from screens.finder import Finder
from screens.held_keys import HeldKeys
from screens.keys import EVERYWHERE, SCREENS, bindings, of_groups
from screens.kill import KillWatch
from screens.leaving import Leaving
from screens.live_start import asking_first
from screens.poller import POLL_SECONDS, Poller
from screens.resume import ResumeScreen
from screens.rooms import Rooms
from screens.setup import DeskSetup
from screens.start_bot import StartScreen
from screens.theme import theme_of
from screens.why import WhyScreen
from screens.windows import Windows


class LefiApp(HeldKeys, SlimDisplay):
    TITLE = "Lefi"
    ENABLE_COMMAND_PALETTE = False  # the one table of keys has a palette of its own
    CSS_PATH: ClassVar[list[str | PurePath]] = [*SHEETS]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*of_groups(EVERYWHERE, SCREENS), is_priority=True)
    ]

    def __init__(self, setup: DeskSetup, signals: Signals | None = None) -> None:
        super().__init__(setup.table, driver_class=DeskDriver)
        self._setup, self.hand, self._signals = setup, setup.hand, signals
        self._courier = Courier(setup.channel.send, self.notice)
        self.send = asking_first(self._courier.send, self, setup.palette)
        self._leaving = Leaving(setup, self._courier, self.notice, self.exit)
        self._desk = DeskScreen(self.send, setup.mode, setup.palette)
        self._desk.table = setup.table
        rooms = {key: partial(room, self.send, setup.palette) for key, room in setup.rooms.items()}
        self._rooms = Rooms(self, rooms, setup.table)
        self._finder = Finder(self, self._rooms, setup.table, setup.scripts)
        self._windows = Windows(self.send, self._courier, setup.palette)
        self._kill_watch = KillWatch(self, setup.channel.ask)
        alerts = Alerts(setup.alerts, self.notice, self.write_to_terminal)
        self._poller = Poller(setup.channel.ask, self.run_worker, self.notice, alerts.look)
        self.register_theme(theme_of(setup.palette))
        self.theme = "lefi"
        self.set_keymap(setup.table.changed())

    def get_default_screen(self) -> DeskScreen:
        return self._desk

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._poll)
        self.hand.begin(self.send, self.notice, self._kill_sent, self._setup.table)
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())
        if self._signals is not None:
            outlives = self._setup.outlives_screen
            Shutdown(self, self._setup.clean_up, self._signals, outlives=outlives).install()
        if self._setup.greeting:
            self.notice(self._setup.greeting)
        self.call_after_refresh(self._first_frame)

    def _first_frame(self) -> None:
        self._setup.at_first_frame()
        look_back(self._setup, self.run_worker, self.push_screen)
        self._poll()

    def _poll(self) -> None:
        self._poller.poll(self.screen_stack)

    def notice(self, text: str) -> None:
        """Words for a person, on the screen that is in sight."""
        self._rooms.room.notice(text)

    # ---- commands out

    def action_kill(self) -> None:
        self.send(Kill())
        self._kill_sent()

    def _kill_sent(self) -> None:
        self.notice("Kill sent: bots stop, orders are canceled, new ones are blocked.")
        self._kill_watch.begin()

    def action_resume(self) -> None:
        view = self._desk.view
        if view is not None and view.banner.trading_state is TradingState.ACTIVE:
            self.notice("Trading is active; there is nothing to resume.")
            return
        self.push_screen(ResumeScreen(self.send))

    def action_start(self) -> None:
        self.push_screen(StartScreen(self._setup, self._desk.view, self.send))

    # ---- where a person looks

    def action_go(self, name: str, about: str = "") -> None:
        self._rooms.go(name, about)

    def action_why(self, bot: str) -> None:
        self.push_screen(WhyScreen(bot))

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:  # noqa: FBT001, FBT002 -- Textual's words
        """A number that the screen in front has a meaning for is no screen's number there."""
        groups = getattr(self.screen, "GROUPS", ())
        if priority and self._setup.table.goes_before(groups, key):
            return False
        return await super()._check_bindings(key, priority)

    def action_help(self) -> None:
        self._rooms.help()

    def action_window(self, name: str, about: str = "") -> None:
        self._rooms.lay(self._windows.of(name, about, self._desk.view))

    def action_jump(self) -> None:
        self._rooms.jump()

    def action_palette(self) -> None:
        self._finder.open(self._desk.view)

    def action_mouse(self) -> None:
        if isinstance(self._driver, DeskDriver):
            self.notice(f"The mouse is {'on' if self._driver.toggle_mouse() else 'off'}.")

    async def action_leave(self, name: str = "quit") -> None:
        await self._leaving.quit(self._desk.view, name, self._rooms)

    def action_help_quit(self) -> None:  # Ctrl+C, which ends other programs
        self._leaving.tell()

    async def action_detach(self) -> None:
        await self._leaving.detach()
