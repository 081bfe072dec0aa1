"""The rounds of this session: what they left after fees, how many were won, and how it went.

The rule it keeps: fees stand beside the net, and a session's curve begins at nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from lefi_tui.views import numbers
from lefi_tui.views.game_view import GameView, RoundRow, Tally
from widgets.candles import ASCII_EIGHTHS, EIGHTHS
from widgets.game_words import Piece, flowing, gain_ink, percent, ticks
from widgets.ink import Glyphs, Ground, Ink
from widgets.lines import Frame, Row, padded

CURVE_FROM = 6  # rows of the pane, from which on the curve has a line of its own
CURVE_LEAST = 6  # cells


def layout(view: GameView | None, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    tally = Tally() if view is None else view.tally
    rows = [flowing(_summary(tally), frame)]
    if frame.height == 1:
        return (_with_curve(tally, frame),)
    rows.append(flowing(_ends(tally), frame))
    if frame.height >= CURVE_FROM:
        rows.append(padded([_curve(tally.curve, frame.width - 2, frame.glyphs)], frame))
    shown = () if view is None else view.rounds
    rows += [_row(each, frame) for each in shown[: frame.height - len(rows)]]
    rows += [padded([], frame) for _ in range(frame.height - len(rows))]
    return (Row(rows[0].spans, Ground.HEAD), *rows[1 : frame.height])


def _summary(tally: Tally) -> list[Piece]:
    won = f"won {tally.won} ({percent(tally.win_rate, 0)})" if tally.games else "none yet"
    return [
        Piece(f"Rounds {tally.games}" if tally.games else "Rounds", Ink.TEXT),
        Piece(won, Ink.TEXT, 1),
        Piece(f"net {numbers.signed(tally.net, 2)}", gain_ink(tally.net)),
        Piece(f"fees {numbers.price(tally.fees, 2)}", Ink.TEXT, 1),
    ]


def _ends(tally: Tally) -> list[Piece]:
    streak = f"{abs(tally.streak)} {'won' if tally.streak > 0 else 'lost'} in a row"
    pieces = [
        Piece(streak if tally.streak else "no streak", gain_ink(tally.streak), 1),
        Piece(f"best {numbers.signed(tally.best, 2)}", gain_ink(tally.best), 2),
        Piece(f"worst {numbers.signed(tally.worst, 2)}", gain_ink(tally.worst), 2),
    ]
    if tally.missed:
        pieces.append(Piece(f"{tally.missed} missed", Ink.DIM, 3))
    return pieces


def _with_curve(tally: Tally, frame: Frame) -> Row:
    """All in one line: the curve takes what is left of it."""
    pieces = [*_summary(tally), *_ends(tally)]
    used = sum(len(each.text) + 2 for each in pieces)
    room = frame.width - used - 1
    if room >= CURVE_LEAST:
        text, ink = _curve(tally.curve, room, frame.glyphs)
        pieces.append(Piece(text.strip(), ink, 4))
    return flowing(pieces, frame)


def _curve(points: Sequence[float], columns: int, glyphs: Glyphs) -> tuple[str, Ink]:
    """The newest games, each by an eighth; below is the least of them, never a zero line."""
    shown = points[-columns:]
    if len(points) < 2 or columns < 1:
        return "", Ink.DIM
    low, high = min(shown), max(shown)
    signs = (ASCII_EIGHTHS if glyphs.is_ascii else EIGHTHS)[1:]
    span = (high - low) or 1.0
    text = "".join(signs[int((each - low) / span * (len(signs) - 1) + 0.5)] for each in shown)
    return f" {text}", gain_ink(points[-1])


def _row(each: RoundRow, frame: Frame) -> Row:
    away = "" if each.ticks is None else ticks(each.ticks)
    pieces = [
        Piece(f"{each.game:>4} {each.side:<4} {each.result:<6}", gain_ink(each.net)),
        Piece(f"{numbers.signed(each.net, 2):>8}", gain_ink(each.net)),
        Piece(f"{away:>6}", Ink.DIM, 2),
        Piece(f"fees {numbers.price(each.fees, 2)}", Ink.DIM, 3),
        Piece(each.ended_by, Ink.DIM, 1),
    ]
    return flowing(pieces, frame)
