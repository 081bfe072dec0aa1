"""Money: what each account has in each currency, margin, funding, fees, and how old that is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.core.money import words
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import SILENCE_MAX_MS
from lefi_tui.views.queries import WalletsQuery
from lefi_tui.views.wallet_view import BalanceRow, WalletRow, WalletsView
from screens.asking import Asking, Dialog
from screens.keys import bindings

NEAR: Final = 0.8  # of the margin at which the exchange closes positions


class WalletsScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]
    every_s: ClassVar[float] = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.query_of = WalletsQuery()
        self._words = Static("", classes="words")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Money"
            window.border_subtitle = "Esc back"
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, WalletsView)
        self._words.update(drawn(answer, silent_ms))


def drawn(view: WalletsView, silent_ms: int) -> Text:
    """What stands in the window; nothing in it is markup."""
    text = Text()
    for row in view.rows:
        _account(text, row, silent_ms)
    if silent_ms > SILENCE_MAX_MS:
        text.append(f"The engine has not answered for {silent_ms // 1_000} s.", "bold yellow")
    return text


def _account(text: Text, row: WalletRow, silent_ms: int) -> None:
    text.append(f"{row.account}", "bold")
    text.append(f"  {row.venue}, ")
    text.append(*_read(row, silent_ms))
    text.append("\n")
    for each in row.balances:
        _balance(text, each)
    if row.margin_use is not None:
        _margin(text, row)
    parts = (("funding paid", row.funding), ("from outside", row.outside), ("other", row.other))
    told = [f"{name} {words(value)}" for name, value in parts if value]
    if told:
        text.append(f"  {', '.join(told)} {row.currency}\n")
    text.append("\n")


def _read(row: WalletRow, silent_ms: int) -> tuple[str, str]:
    if row.is_ours:
        return "by our books", "dim"
    if row.age_ms is None:
        return "its exchange has not been read yet: by our books", "bold yellow"
    age = numbers.age(row.age_ms + silent_ms)
    return (f"STALE: read {age} ago", "bold yellow") if row.is_stale else (f"read {age} ago", "dim")


def _balance(text: Text, row: BalanceRow) -> None:
    fees = f"  fees paid {words(row.fees)}" if row.fees else ""
    text.append(f"  {row.currency:<6} {_money(row.total):>16}  free {_money(row.free):>16}{fees}\n")
    if row.drift is not None:
        side = "more" if row.drift > 0 else "less"
        size = words(abs(row.drift))
        text.append(f"  ! {size} {row.currency} {side} than in our books\n", "bold yellow")


def _margin(text: Text, row: WalletRow) -> None:
    ratio = row.margin_ratio or 0.0
    style = "bold red" if ratio >= NEAR else ""
    used = f"margin {row.margin_use:.1%} used, {ratio:.1%} of the way to liquidation"
    text.append(f"  {used}\n", style)


def _money(value: Decimal) -> str:
    """Cents of large money, all digits of small."""
    return numbers.price(value, 2) if abs(value) >= 1 or not value else words(value)
