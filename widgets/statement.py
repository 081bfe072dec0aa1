"""What is told below a line of Lefi: its value, what it would send, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from rich.text import Text

from lefi_tui.views.statement import Wrong
from lefi_tui.views.statement_view import StatementView, WorthView
from widgets.ink import Ink, Palette
from widgets.ticket import WAITS, preview

Inks = Mapping[Ink, str]


def wrong(found: Wrong, form: str, inks: Inks) -> Text:
    """With a caret under it, and how the call is written in which it ends."""
    caret = f"{' ' * (found.column + 1)}{'^' * found.length}"
    text = Text(f"{caret}\n{found.message}", inks[Ink.WARN])
    for each in (found.next, form):
        text.append(f"\n{each}" if each else "", inks[Ink.DIM])
    return text


def answered(view: WorthView, unit: str, inks: Inks) -> Text:
    """The value with its unit, and which candle was the newest."""
    if view.refusal:
        return Text(view.refusal, inks[Ink.WARN])
    text = Text("= ", inks[Ink.DIM]).append("  ".join(view.values), inks[Ink.TITLE])
    if unit:
        text.append(f"  {unit}", inks[Ink.DIM])
    if view.at_ms:
        closed = datetime.fromtimestamp(view.at_ms / 1_000, UTC)
        text.append(f"  candle closed {closed:%Y-%m-%d %H:%M} UTC", inks[Ink.DIM])
    return text


def previewed(view: StatementView | None, palette: Palette) -> Text:
    """Each order as the ticket shows it; why it can't be, where it can't."""
    inks = palette.inks
    if view is None:
        return Text(WAITS, inks[Ink.DIM])
    told = [preview(each, palette, problem="", is_newest=True) for each in view.orders]
    told += [Text(each, inks[Ink.TITLE]) for each in view.others]
    if view.refusal and all(each.refusal != view.refusal for each in view.orders):
        told.append(Text(view.refusal, inks[Ink.WARN]))
    return Text("\n").join(told)


def past(answers: Iterable[tuple[str, str]], inks: Inks) -> Text:
    lines = [Text(f"{text}  ", inks[Ink.DIM]).append(value) for text, value in answers]
    return Text("\n").join(lines)
