"""Bots beside each other by name, and one of them in full: all pure rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.cash_flow import FlowState
from lefi_tui.views import numbers
from lefi_tui.views.bot_settings import plain, takes
from lefi_tui.views.bot_view import BotCommand, BotSetting, BotView, ShareRow
from lefi_tui.views.desk_view import BotRow, DeskView, LogRow, OrderRow, Weight
from lefi_tui.views.flows_view import FlowRow
from widgets.block import wrapped
from widgets.board import Board
from widgets.ink import Ground, Ink
from widgets.lines import Column, Frame, Page, Row, Span, filled, fit, padded, table
from widgets.prices import WAITING

EMPTY: Final = "no bot yet"
NOTHING: Final = "No bot was started on this desk yet: n lists what can be started."
NAME_WIDTH: Final = 16
VALUE_WIDTH: Final = 12
WEIGHTS: Final = {
    Weight.PLAIN: Ink.TEXT,
    Weight.GOOD: Ink.GAIN,
    Weight.WARN: Ink.WARN,
    Weight.BAD: Ink.BAD,
}
FLOWS: Final = {FlowState.DUE: Ink.WARN, FlowState.MISSED: Ink.BAD}
STATUS: Final = {"running": Ink.GAIN, "faulted": Ink.BAD, "stopped": Ink.DIM}


def alive_first(rows: Sequence[BotRow]) -> tuple[BotRow, ...]:
    return tuple(sorted(rows, key=lambda row: not row.is_alive))


def _status(row: BotRow) -> Span:
    return row.status, STATUS.get(row.status, Ink.WARN)


COLUMNS: Final[tuple[Column[BotRow], ...]] = (
    Column("Bots", 12, lambda row: (row.id, Ink.TEXT if row.is_alive else Ink.DIM), grows=True),
    Column("mode", 6, lambda row: (row.mode.value, Ink.FRAME)),
    Column("status", 10, _status),
)


class BotNames(Board):
    """The list on the left; its cursor says which bot stands on the right."""

    IS_POINTED = True

    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        rows = () if view is None else alive_first(view.bots)
        return table("Bots", COLUMNS, rows, frame, WAITING if view is None else EMPTY)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(row.id for row in alive_first(view.bots))

    def explain(self, view: DeskView, number: int) -> str:
        return alive_first(view.bots)[number].why


# ---- one bot


def page(view: BotView | None, place: str, frame: Frame, silent_ms: int = 0) -> Page:
    """As much as fits from line `frame.top` on; `place` is which of how many it is."""
    if view is None or not view.is_known:
        said = NOTHING if not place else WAITING
        return filled([padded([(f" {said}", Ink.DIM)], frame)], frame)
    rows = list(lines(view, place, frame, silent_ms))
    top = max(0, min(frame.top, len(rows) - frame.height))
    return filled(rows[top : top + frame.height], frame, top)


def lines(view: BotView, place: str, frame: Frame, silent_ms: int) -> Iterator[Row]:
    yield _titled(f"{view.id}  {view.title}", place, frame)
    yield _state(view, frame, silent_ms)
    yield _told(_facts(view), Ink.DIM, frame)
    yield from _reason(view, frame)
    if view.commands:
        yield _titled("Commands", "m: in front of it, where their keys work", frame)
        yield from (_command(each, frame) for each in view.commands)
    yield from _waits(view, frame)
    yield _titled("Holds", _earned(view), frame)
    yield from _shares(view, frame, silent_ms)
    yield _titled("Settings", "e changes them" if view.is_alive and view.settings else "", frame)
    yield from (_setting(each, frame) for each in view.settings)
    if not view.settings:
        yield _told("it has none", Ink.DIM, frame)
    yield from _orders(view, frame)
    yield from _flows(view, frame)
    yield from _decisions(view, frame)


def in_front(view: BotView, right: str, frame: Frame, silent_ms: int) -> Iterator[Row]:
    """What a person in front of it must see: how it stands, what it holds and did."""
    yield _titled(f"{view.id}  {view.title}", right, frame)
    yield _state(view, frame, silent_ms)
    yield from _reason(view, frame)
    yield from _waits(view, frame)
    yield _titled("Holds", _earned(view), frame)
    yield from _shares(view, frame, silent_ms)
    yield from _orders(view, frame)
    yield from _decisions(view, frame)


def _reason(view: BotView, frame: Frame) -> Iterator[Row]:
    if view.reason or view.warming:
        why = f"{view.status}: {view.reason}"
        if view.warming:
            why = f"warming up: {view.warming} candles"
        yield from _prose(why, Ink.WARN, frame)


def _orders(view: BotView, frame: Frame) -> Iterator[Row]:
    if view.orders:
        yield _titled("Working orders", str(len(view.orders)), frame)
        yield from (_order(each, frame) for each in view.orders)


def _decisions(view: BotView, frame: Frame) -> Iterator[Row]:
    yield _titled("Last decisions", "newest first, UTC", frame)
    for each in view.decisions:
        yield from _decision(each, frame)


def _titled(left: str, right: str, frame: Frame) -> Row:
    room = frame.width - cell_len(right) - 4
    spans = [(f" {fit(left, max(1, room), frame.glyphs.cut)} ", Ink.TITLE), (f" {right} ", Ink.DIM)]
    return padded(spans, frame, Ground.HEAD)


def _told(text: str, ink: Ink, frame: Frame) -> Row:
    return padded([(" " + fit(text, max(1, frame.width - 2), frame.glyphs.cut), ink)], frame)


def _prose(text: str, ink: Ink, frame: Frame, most: int = 3) -> Iterator[Row]:
    for line in wrapped(text, frame.width - 2, most, frame.glyphs.cut):
        yield padded([(f" {line}", ink)], frame)


def _state(view: BotView, frame: Frame, silent_ms: int) -> Row:
    spans: list[Span] = [(f" {view.status}", STATUS.get(view.status, Ink.WARN))]
    spans += [(f"  {view.mode.value}", Ink.FRAME), (f" on {view.account}", Ink.TEXT)]
    spans += [(f"  {view.kind}, {', '.join(view.symbols)}", Ink.DIM)]
    if silent_ms:
        spans.append((f"  {numbers.old(silent_ms)}", Ink.WARN))
    return padded(spans, frame)


def _facts(view: BotView) -> str:
    since = numbers.moment(view.started_ns)
    plan = f", {view.plan}" if view.plan else ""
    taking = f"takes {view.taking} once it is warm, " if view.updating else ""
    return f"{taking}{view.text}, started {since} UTC{plan}"


def _earned(view: BotView) -> str:
    if view.earned is None:
        return ""
    earned, open_now = view.earned, view.unrealized
    parts = [f"realized {numbers.signed(earned.realized, 2)}"]
    if view.shares:
        parts.append(f"open {numbers.signed(open_now, 2)}")
    parts.append(f"fees {numbers.price(earned.fees, 2)}")
    if earned.funding:
        parts.append(f"funding {numbers.signed(-earned.funding, 2)}")
    return f"{', '.join(parts)} {view.currency}"


def _waits(view: BotView, frame: Frame) -> Iterator[Row]:
    for each in view.waits:
        until = numbers.clock(each.until_ms * numbers.NS_PER_MS)
        yield from _prose(f"{each.told}, until {until}" if until else each.told, Ink.WARN, frame)


def _flows(view: BotView, frame: Frame) -> Iterator[Row]:
    """Planned, never moved."""
    if view.flows:
        yield _titled("Cash flows", "$ settles one", frame)
    for each in view.flows:
        yield _told(flow_words(each), FLOWS.get(each.state, Ink.TEXT), frame)


def flow_words(flow: FlowRow) -> str:
    due = numbers.moment(flow.due_ms * numbers.NS_PER_MS)
    what = f"{flow.name} {numbers.amount(flow.amount)} {flow.unit}"
    return f"{flow.id} {what}, {flow.state} {due}"


def _shares(view: BotView, frame: Frame, silent_ms: int) -> Iterator[Row]:
    for share in view.shares:
        yield _share(replace(share, age_ms=share.age_ms + silent_ms), frame)
    if not view.shares:
        yield _told("no position", Ink.DIM, frame)


def _share(row: ShareRow, frame: Frame) -> Row:
    side = "long" if row.units > 0 else "short"
    entry = numbers.price(row.entry, row.places)
    text = f" {row.symbol} {side} {numbers.quantity(abs(row.units))} at {entry}"
    spans: list[Span] = [(text, Ink.TEXT)]
    if row.is_bare:  # before what a narrow page cuts off
        spans.append((f", {row.stop}", Ink.BAD))
    if row.mark is None or row.pnl is None:
        spans.append((", no price was seen", Ink.WARN))
        return padded(spans, frame)
    glyphs = frame.glyphs
    ink, sign = (Ink.GAIN, glyphs.up) if row.pnl >= 0 else (Ink.LOSS, glyphs.down)
    spans.append((f", now {numbers.price(row.mark, row.places)} ", Ink.DIM))
    spans.append((f"{sign}{numbers.signed(row.pnl, 2)}", Ink.DIM if row.is_stale else ink))
    age = numbers.old if row.is_stale else numbers.age
    spans.append((f" {age(row.age_ms)}", Ink.WARN if row.is_stale else Ink.FAINT))
    if row.stop and not row.is_bare:
        spans.append((f", {row.stop}", Ink.DIM))
    return padded(spans, frame)


def _setting(row: BotSetting, frame: Frame) -> Row:
    is_own = plain(row.value) != plain(row.default)
    cut = frame.glyphs.cut
    name = fit(row.name, NAME_WIDTH, cut)
    value = fit(plain(row.value), VALUE_WIDTH, cut)
    default = f", default {plain(row.default)}" if is_own else ""
    about = f"{takes(row)}{default}".strip(", ")
    text = f"{about}. {row.doc}" if row.doc and about else about or row.doc
    room = max(1, frame.width - NAME_WIDTH - VALUE_WIDTH - 4)
    value_ink = Ink.KEY if is_own else Ink.TEXT
    return padded(
        [(f" {name} ", Ink.TEXT), (f"{value} ", value_ink), (fit(text, room, cut), Ink.DIM)], frame
    )


def _command(row: BotCommand, frame: Frame) -> Row:
    return padded([(f" {row.key:<4}", Ink.KEY), (row.name, Ink.TEXT)], frame)


def _order(row: OrderRow, frame: Frame) -> Row:
    price = "market" if row.price is None else numbers.price(row.price, row.places)
    is_exit = row.leg != "entry"
    unknown = "all" if is_exit else "at fill"
    units = unknown if row.quantity is None else numbers.quantity(row.quantity)
    kind = row.leg if is_exit else row.kind
    text = (
        f"{row.symbol} {row.side} {units} {kind} {price}, {row.status}, {numbers.age(row.age_ms)}"
    )
    if row.is_lost:
        return _told(f"{text}, its line is gone", Ink.WARN, frame)
    return _told(text, Ink.TEXT, frame)


def _decision(row: LogRow, frame: Frame) -> Iterator[Row]:
    times = f" ({row.times} times)" if row.times > 1 else ""
    text = f"{row.what}{times}"
    why = "; ".join(filter(None, (row.why, row.next)))
    at = numbers.clock(row.at_ns)
    room = max(1, frame.width - len(at) - 3)
    yield padded(
        [(f" {at} ", Ink.DIM), (fit(text, room, frame.glyphs.cut), WEIGHTS[row.weight])], frame
    )
    if why:
        yield padded([(" " * (len(at) + 2) + fit(why, room, frame.glyphs.cut), Ink.DIM)], frame)
