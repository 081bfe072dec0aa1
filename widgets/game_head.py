"""Above the ladder: whether keys play, and for how much. Below it: what is open now."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.game import Stage
from lefi_tui.views import numbers
from lefi_tui.views.game_view import GameView, Held, Refusal
from widgets.game_words import Piece, flowing, gain_ink, points, ticks
from widgets.ink import Ink
from widgets.lines import Frame, Row, padded

INKS: Final = {
    Stage.DISARMED: Ink.DIM,
    Stage.FROZEN: Ink.ALARM,
}
SIZES: Final = 5


def head(view: GameView | None, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    if view is None or not view.bot:
        return (padded([(" no game", Ink.DIM)], frame),)
    setup = view.setup
    units = f"{numbers.quantity(setup.units)} {view.base}"
    pieces = [
        *_state(view),
        Piece(view.symbol, Ink.TITLE, 1),
        Piece(f"{setup.leverage:f}x", Ink.TEXT, 1),
        Piece(f"size {setup.size} of {len(setup.sizes)}: {units}", Ink.TEXT, 0, units),
        Piece(f"target {points(setup.target)}", Ink.TEXT, 1, f"T {points(setup.target)}"),
        Piece(f"stop {points(setup.stop)}", Ink.TEXT, 1, f"S {points(setup.stop)}"),
        Piece(f"{view.bot} on {view.account}", Ink.DIM, 4),
    ]
    if view.losses_in_row:
        pieces.append(Piece(f"{view.losses_in_row} lost in a row", Ink.WARN, 3))
    if view.ignored:
        pieces.append(Piece(f"{view.ignored} keys ignored", Ink.DIM, 5))
    return (flowing(pieces, frame),)


def _state(view: GameView) -> list[Piece]:
    """The stage, and where it does not say it, whether the next game may begin. One that runs no
    more plays nothing, however it stood at its end."""
    if not view.is_alive:
        return [Piece(f" {view.status.upper()} ", Ink.DIM)]
    stage = Piece(f" {view.stage.upper()} ", INKS.get(Stage(view.stage), Ink.BADGE))
    if view.stage in {Stage.ARMED, Stage.DISARMED}:
        return [stage]
    return [stage, Piece("armed", Ink.WARN, 2) if view.is_armed else Piece("disarmed", Ink.DIM, 2)]


def position(view: GameView | None, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    if view is None or not view.bot:
        return (padded([], frame),)
    if not view.is_alive:
        text = f"The game is {view.status}; its keys do nothing."
        pieces = [Piece(text, Ink.WARN), Piece(view.why, Ink.WARN, 1)]
    else:
        pieces = _flat(view) if view.held is None else _held(view, view.held)
    return (flowing(pieces, frame),)


def _flat(view: GameView) -> list[Piece]:
    pieces = [Piece("FLAT", Ink.TITLE)]
    for order in view.orders:
        price = numbers.price(order.price, view.places)
        units = numbers.quantity(order.units)
        text = f"{order.leg}: {order.side} {units} at {price} {order.status}"
        pieces.append(Piece(text, Ink.WARN, 1))
    if view.refusal:
        pieces.append(_refused(view.refusal))
    elif view.why:
        pieces.append(Piece(view.why, Ink.BAD if view.stage == Stage.FROZEN else Ink.DIM, 1))
    elif not view.is_armed:
        pieces.append(Piece("keys do nothing before it is armed", Ink.DIM, 1))
    return pieces


def _refused(refusal: Refusal) -> Piece:
    """In whole sentences, or which game and what to do: why not is told elsewhere then."""
    advice = refusal.advice
    whole = f"{refusal.what}: {refusal.why}" + (f" {advice}." if advice else "")
    return Piece(whole, Ink.BAD, 0, refusal.what + (f"; {advice}" if advice else ""))


def unsaid(view: GameView, frame: Frame) -> str:
    """What a person should read now and `position` has no room for: the most needed of it."""
    why_not = view.refusal.why if view.refusal is not None and view.is_alive else ""
    shown = "".join(row.text for row in position(view, frame))
    return next((each for each in (why_not, view.why) if each not in shown), "")


def _held(view: GameView, held: Held) -> list[Piece]:
    side = "LONG" if held.units > 0 else "SHORT"
    entry = numbers.price(held.entry, view.places)
    mark = numbers.price(held.mark, view.places)
    away = "" if held.ticks is None else f" {ticks(held.ticks)}"
    net = numbers.signed(held.net, 2)
    pieces = [
        Piece(f"{side} {numbers.quantity(abs(held.units))} {view.base} at {entry}", Ink.TITLE),
        Piece(f"{net} net if closed now", gain_ink(held.net), 0, f"net {net}"),
        Piece(f"now {mark}{away}", Ink.TEXT, 2),
        Piece(held.protection, Ink.ALARM if held.is_bare else Ink.TEXT, 0),
    ]
    exits = [each for each in view.orders if each.leg == "exit"]
    for order in exits:
        left, price = numbers.quantity(order.units), numbers.price(order.price, view.places)
        pieces.append(Piece(f"exit {left} at {price} {order.status}", Ink.TEXT, 1, f"exit {price}"))
    if not exits:
        pieces.append(Piece("NO EXIT WORKS", Ink.WARN, 1))
    if view.stage == Stage.FROZEN:
        pieces.insert(0, Piece(view.why or "FROZEN", Ink.ALARM, 0, "FROZEN"))
    return pieces
