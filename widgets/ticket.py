"""The order ticket drawn: its choices in one line, and below what the order comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from rich.style import Style
from rich.text import Text

from lefi_tui.core.order import Side
from lefi_tui.views import numbers
from lefi_tui.views.ticket_form import Form
from lefi_tui.views.ticket_view import TicketView
from widgets.ink import Ink, Palette

MONEY_PLACES: Final = 2
WAITS: Final = "…"
BADGE: Final = Style(bold=True, reverse=True)


def choices(form: Form, view: TicketView | None, palette: Palette) -> Text:
    """What is chosen stands in the ink of text; what could be, dimmed, with its key."""
    inks = palette.inks
    on, off = inks[Ink.TEXT], inks[Ink.FAINT]
    side = inks[Ink.GAIN if form.side is Side.BUY else Ink.LOSS]
    text = Text()
    if view is not None:
        text.append(f" {view.mode} ", BADGE)
        text.append("  ")
    text.append("b s ", off)
    text.append(f"{form.side.value.upper():<4}", side)
    text.append(f"  k {'limit' if form.is_limit else 'market'}", on)
    text.append(f"  t {form.time_in_force.value}", on if form.is_limit else off)
    text.append("  r reduce only", on if form.is_reduce_only else off)
    text.append("  p post only", on if form.is_post_only else off)
    text.append("  u size", off)
    return text


def preview(view: TicketView | None, palette: Palette, *, problem: str, is_newest: bool) -> Text:
    inks = palette.inks
    if view is None:
        return Text("The market is asked.", inks[Ink.DIM])
    text = Text()
    text.append(_market(view) + "\n", inks[Ink.WARN if view.is_stale else Ink.DIM])
    if problem:
        return text.append(problem, inks[Ink.WARN])
    if not is_newest:
        return text.append(WAITS, inks[Ink.DIM])
    text.append(f"{view.words}\n", inks[Ink.TITLE])
    if view.quantity is not None:
        text.append("\n".join(_sums(view)) + "\n", inks[Ink.TEXT])
    if view.refusal:
        return text.append(f"Refused: {view.refusal}", inks[Ink.BAD])
    if view.doubts:
        return text.append("\n".join(view.doubts), inks[Ink.WARN])
    return text.append(_lets(view), inks[Ink.GAIN])


def _market(view: TicketView) -> str:
    bid, ask = (numbers.price(each, view.places) for each in (view.bid, view.ask))
    old = f" OLD {numbers.age(view.age_ms)}" if view.is_stale else ""
    held = f"   held {numbers.quantity(view.held)} {view.base}" if view.held else ""
    return f"bid {bid}   ask {ask}{old}{held}   free {_money(view.free)} {view.currency}"


def _sums(view: TicketView) -> list[str]:
    fee = f"fee {_money(view.fee)} {'taker' if view.is_taker else 'maker'}"
    margin = "" if view.margin is None else f"   margin {_money(view.margin)}"
    units = f"{numbers.quantity(view.quantity)} {view.base}"
    lines = [f"{units}   worth {_money(view.worth)} {view.currency}{margin}   {fee}"]
    ends = [] if view.at_risk is None else [f"at its stop {_signed(-view.at_risk)}"]
    ends += [] if view.gain is None else [f"at its target {_signed(view.gain)}"]
    if view.liquidation is not None:
        ends.append(f"liquidation {numbers.price(view.liquidation, view.places)}")
    return [*lines, *(["   ".join(ends)] if ends else ["no stop asked"])]


def _lets(view: TicketView) -> str:
    """Only a limit can stand through the market."""
    most = f"; most {_money(view.order_max)} {view.currency} an order" if view.order_max else ""
    far = f"; more than {numbers.quantity(view.price_max)}% through the market is asked twice"
    return f"The gate lets it{most}{far if view.is_limit else ''}."


def _money(value: Decimal | None) -> str:
    return numbers.price(value, MONEY_PLACES)


def _signed(value: Decimal) -> str:
    return numbers.signed(value, MONEY_PLACES)
