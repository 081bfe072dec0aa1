"""A bot that holds something is to be stopped: its position is kept or closed, one key each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from lefi_tui.core.messages import Command, StopBot
from lefi_tui.views import numbers
from lefi_tui.views.bot_view import BotView, ShareRow
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import BotQuery
from screens.asking import Asking, Dialog
from screens.keys import ASKED, bindings, of_groups


class StopBotScreen(Dialog, Asking):
    """What it holds is asked for; the keys work at once."""

    GROUPS = (ASKED,)
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", *of_groups(ASKED))]

    def __init__(self, bot: str, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.query_of = BotQuery(bot)
        self._bot = bot
        self._send = send
        self._words = Static("waits for the engine", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"Stop {self._bot}"
            window.border_subtitle = "k keeps the position   c closes it   Esc back"
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:  # noqa: ARG002 -- it is only asked once more
        assert isinstance(answer, BotView)
        self._words.update("\n".join(words(answer)))

    def action_keep(self) -> None:
        self._stop(closes=False)

    def action_close(self) -> None:
        self._stop(closes=True)

    def _stop(self, *, closes: bool) -> None:
        self.dismiss()
        self._send(StopBot(self._bot, closes=closes))


def words(view: BotView) -> list[str]:
    money = " This is real money." if view.mode is Mode.LIVE else ""
    return [
        f"It holds on account {view.account} ({view.mode}):",
        *(f"  {_share(row, view.currency)}" for row in view.shares),
        "",
        "k  keeps it, and its stop and target at the venue; no bot watches it.",
        f"c  closes this share at market.{money}",
        "",
        "Either way the bot has ended when the venue shows none of its orders.",
    ]


def _share(row: ShareRow, currency: str) -> str:
    side = "long" if row.units > 0 else "short"
    held = f"{row.symbol} {side} {numbers.quantity(abs(row.units))}"
    if row.mark is None or row.pnl is None:
        return f"{held}, no price was seen"
    worth = numbers.price(abs(row.units) * row.mark, 2)
    return f"{held}, worth {worth} {currency}, profit {numbers.signed(row.pnl, 2)}"
