"""The terminal application: it polls for the newest view, hands it on, and sends what keys ask for.

Everything comes in by its constructor; it can't reach an engine, only `send` and `ask`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import BindingType

from lefi_tui.core.messages import Command, Kill, TradingState
from lefi_tui.terminal.driver import DeskDriver
from lefi_tui.terminal.fitness import palette_name, wants_mouse
from lefi_tui.terminal.shutdown import Shutdown
from lefi_tui.terminal.slim import SlimDisplay
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import Channel
from lefi_tui.views.shelf import Startable, start
from lefi_tui.views.wording import asked
from screens.desk import SHEET, DeskScreen
from screens.help import HelpScreen
from screens.keys import EVERYWHERE, bindings, of_groups
from screens.poller import POLL_SECONDS, Poller
from screens.resume import ResumeScreen
from screens.start_bot import StartScreen
from screens.theme import theme_of
from screens.why import WhyScreen
from widgets.ink import PALETTES, TRUE_COLOR, Palette


async def _nothing(_cause: signal.Signals) -> None:
    """No clean-up was asked for."""


@dataclass(frozen=True, slots=True)
class DeskSetup:
    """What the desk is given. `shelf` may read files; it is called in a thread of its own."""

    channel: Channel
    shelf: Callable[[], Sequence[Startable]] = tuple
    account: str = "demo"  # where `n` starts bots
    mode: Mode = Mode.DEMO  # on the frame until the first view says it
    palette: Palette = TRUE_COLOR
    greeting: str = ""  # said on the first screen; what stood above it is hidden
    goes_on_without_us: bool = False  # the engine lives in another process
    clean_up: Callable[[signal.Signals], Awaitable[None]] = _nothing


class LefiApp(SlimDisplay):
    TITLE = "Lefi"
    CSS_PATH = SHEET
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(EVERYWHERE), is_priority=True)]

    def __init__(self, setup: DeskSetup) -> None:
        super().__init__(driver_class=DeskDriver)
        self._setup = setup
        self._asked_to_leave = False
        self._desk = DeskScreen(self.send, setup.mode, setup.palette)
        self._poller = Poller(setup.channel.ask, self.run_worker, self._desk.notice)
        self.register_theme(theme_of(setup.palette))
        self.theme = "lefi"

    def get_default_screen(self) -> DeskScreen:
        return self._desk

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._poll)
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())
        if not self.is_headless:
            Shutdown(self, self._setup.clean_up).install()
        if self._setup.greeting:
            self._desk.notice(self._setup.greeting)
        self._poll()

    def _poll(self) -> None:
        self._poller.poll(self.screen_stack)

    # ---- commands out

    def send(self, command: Command) -> None:
        self.run_worker(self._send(command))

    async def _send(self, command: Command) -> None:
        name = asked(type(command).__name__)
        try:
            receipt = await self._setup.channel.send(command)
        except OSError as error:
            self._desk.notice(f"{name} did not reach the engine: {error}. Nothing was done.")
            return
        if not receipt.is_accepted:
            self._desk.notice(f"{name} refused: {receipt.text}")

    def action_kill(self) -> None:
        self._desk.notice("Kill sent: bots stop, orders are canceled, new ones are blocked.")
        self.send(Kill())

    def action_resume(self) -> None:
        view = self._desk.view
        if view is not None and view.banner.trading_state is TradingState.ACTIVE:
            self._desk.notice("Trading is active; there is nothing to resume.")
            return
        self.push_screen(ResumeScreen(self.send))

    def action_start(self) -> None:
        self.run_worker(self._open_shelf, thread=True)

    def _open_shelf(self) -> None:
        shelf = tuple(self._setup.shelf())
        screen = StartScreen(shelf, self._setup.account, self._start)
        self.call_from_thread(self.push_screen, screen)

    def _start(self, what: Startable) -> None:
        view = self._desk.view
        taken = {bot.id for bot in view.bots} if view is not None else set()
        self.send(start(what, self._setup.account, taken))

    def action_why(self, bot: str) -> None:
        self.push_screen(WhyScreen(bot))

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_leave(self) -> None:
        """At once when nothing runs, or runs on elsewhere; else the key is asked for twice."""
        view = self._desk.view
        alive = [bot.id for bot in view.bots if bot.is_alive] if view is not None else []
        if not alive or self._setup.goes_on_without_us or self._asked_to_leave:
            self.exit(0)
            return
        self._asked_to_leave = True
        self._desk.notice(f"{', '.join(alive)} would pause until Lefi opens again. q again leaves.")


def open_desk(setup: DeskSetup) -> int:
    """Run on this terminal, with its colors, until a person leaves; the exit status."""
    setup = replace(setup, palette=PALETTES[palette_name(os.environ)])
    app = LefiApp(setup)
    app.run(mouse=wants_mouse(os.environ))
    return app.return_code or 0
