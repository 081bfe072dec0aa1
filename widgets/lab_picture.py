"""The Lab's picture as rows: what it ran over, its numbers, its curves, a trade on its candles.

Pure: a state and a frame in, exactly so many rows out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.views import honest_words, numbers
from lefi_tui.views.lab_chart import trade_words
from lefi_tui.views.lab_state import LabState, Side
from lefi_tui.views.lab_view import Run
from lefi_tui.views.lab_words import costs_words, data_words, facts, side_by_side
from widgets.block import prose, wrapped
from widgets.candles import layout as candles
from widgets.ink import Ground, Ink
from widgets.lab_curves import Other, equity_rows, fall_rows
from widgets.lab_map import map_rows
from widgets.lines import Frame, Row, Span, fit, padded
from widgets.report_panes import fact_rows_of

TROUBLE_ROWS: Final = 4
SHOWN_AFTER_S: Final = 0.5  # of work under way
TALL: Final = 26  # rows, from which on the candles stand below the curves
LOW: Final = 12
FEW: Final = ("return", "max drawdown", "trades")  # where there is a line for no more
LINES_MAX: Final = 4  # of one text
NAME_WIDTH: Final = 16
NUMBER_WIDTH: Final = 12


def layout(state: LabState, frame: Frame, nothing: str) -> tuple[Row, ...]:
    """`nothing` is what to say while there is no run."""
    rows = [_head(state, frame), *_said(state, frame)]
    if state.run is None:
        if not state.trouble:
            rows += prose(nothing, Ink.DIM, replace(frame, height=min(4, frame.height)))
    else:
        rows += _inside(state, state.run, replace(frame, height=frame.height - len(rows)))
    rows += [padded([], frame)] * (frame.height - len(rows))
    return tuple(rows[: frame.height])


def _inside(state: LabState, run: Run, frame: Frame) -> list[Row]:
    if frame.height < 1:
        return []
    match state.side:
        case Side.CURVE:
            return _curves(state, run, frame)
        case Side.TRADES:
            return _trade(state, run, frame)
        case Side.TRUST:
            return _trust(state, frame)
        case Side.BESIDE:
            return _beside(state, run, frame)
        case Side.MAP:
            return map_rows(state, frame)


# ---- above


def _head(state: LabState, frame: Frame) -> Row:
    ink = Ink.TITLE if frame.has_focus else Ink.TEXT
    if state.run is None:
        return padded([(" The Lab", ink)], frame, Ground.HEAD)
    spans: list[Span] = [(f" {data_words(state.run, frame.width - 2)} ", ink)]
    if state.is_old:
        spans.append((" of the text before ", Ink.WARN))
    return padded(spans, frame, Ground.HEAD)


def _said(state: LabState, frame: Frame) -> list[Row]:
    """What is under way, else what is wrong, else how the run was made: a line at least."""
    if state.is_asked and state.waited_s >= SHOWN_AFTER_S:
        return [padded([(f" {_busy(state)}", Ink.WARN)], frame)]
    if state.trouble:
        most = TROUBLE_ROWS if frame.height >= TALL else 2
        if state.run is None:
            most = frame.height - 1  # it is all there is to read
        rows = prose(state.trouble, Ink.LOSS, replace(frame, height=most))
        return [row for number, row in enumerate(rows) if not number or row.text.strip()]
    if state.run is None:
        return [padded([], frame)]
    values = ", ".join(f"{name} {value}" for name, value in state.run.ground.values)
    told = (f" with {values}; " if values else " ", Ink.KEY if state.is_cell else Ink.TEXT)
    words = "; ".join((costs_words(state.run), *state.run.notices))
    return [padded([told, (words, Ink.DIM)], frame)]


def _busy(state: LabState) -> str:
    busy = state.busy
    far = "it begins"
    if busy is not None and busy.of:
        far = f"{busy.done * 100 // busy.of}% of {busy.of:,}"
    return f"Running for {state.waited_s:.0f} s: {far}. x ends it"


# ---- the curve


def _curves(state: LabState, run: Run, frame: Frame) -> list[Row]:
    told = facts(run)
    if frame.height < LOW:
        line = fact_rows_of([each for each in told if each.name in FEW], replace(frame, height=1))
        return [*line, *equity_rows(run, _other(state), _rest(frame, line))]
    few = fact_rows_of(told, replace(frame, height=5 if frame.height >= TALL else 3))
    rows = [*few, _legend(state, run, frame)]
    rest = frame.height - len(rows)
    below = rest * 2 // 5 if frame.height >= TALL else 0
    fall = 4 if frame.height >= TALL else 3
    rows += equity_rows(run, _other(state), replace(frame, height=rest - below - fall))
    rows += fall_rows(run, replace(frame, height=fall))
    return rows + _trade(state, run, _rest(frame, rows))


def _other(state: LabState) -> Other | None:
    """The run it is drawn beside: the one that is kept for it, else the one before."""
    if state.base is not None:
        return Other(state.base)
    return None if state.before is None else Other(state.before, Ink.DIM)


def _rest(frame: Frame, rows: Sequence[Row]) -> Frame:
    return replace(frame, height=frame.height - len(rows))


def _legend(state: LabState, run: Run, frame: Frame) -> Row:
    """Each curve with the sign it is drawn with."""
    glyphs = frame.glyphs
    ink = Ink.GAIN if run.final >= run.start else Ink.LOSS
    spans: list[Span] = [(f" {'*' if glyphs.is_ascii else '⠒⠒'} equity", ink)]
    if run.buy_and_hold is not None:
        spans.append((f"  {glyphs.dot * 2} buy and hold", Ink.WARN))
    if state.base is not None:
        made = numbers.share(state.base.numbers.total_return)
        spans.append((f"  -- kept {state.base.key} {made}", Ink.METHOD))
    elif state.before is not None:
        made = numbers.share(state.before.numbers.total_return)
        spans.append((f"  -- one before {made}", Ink.DIM))
    return padded(spans, frame, Ground.HEAD)


# ---- a trade on its candles


def _trade(state: LabState, run: Run, frame: Frame) -> list[Row]:
    if frame.height < 3:
        return []
    trade, count = state.trade, len(run.trades)
    if trade is None:
        return [padded([(" No trade in this run.", Ink.DIM)], frame, Ground.HEAD)]
    words = trade_words(trade, run.traded - min(state.back, count - 1), run.traded)
    ink = Ink.GAIN if trade.pnl > 0 else Ink.LOSS
    head = padded([(f" {words}", ink)], frame, Ground.HEAD)
    if state.chart is None:
        return [head]
    page = candles(state.chart, replace(frame, cursor=0, top=0))
    return [head, *page.rows[1:]]


# ---- how far to trust it


def _trust(state: LabState, frame: Frame) -> list[Row]:
    """What to doubt first, then the numbers for that, then what is assumed."""
    trust = state.trust
    if trust is None:
        words = "Counted once the text has stood still for a moment."
        return [
            padded([(f" {honest_words.TITLE}", Ink.TEXT)], frame, Ground.HEAD),
            padded([(f" {words}", Ink.DIM)], frame),
        ]
    rows = [padded([(f" {honest_words.TITLE}", Ink.TEXT)], frame, Ground.HEAD)]
    rows += _lines([f"{frame.glyphs.warning} {each}" for each in trust.warnings], Ink.WARN, frame)
    for fact in honest_words.facts(trust):
        ink = Ink.LOSS if fact.tone < 0 else Ink.TEXT
        rows += _lines([f"{fact.name}: {fact.text}"], ink, frame)
    rows.append(padded([(f" {honest_words.ASSUMED}", Ink.TEXT)], frame, Ground.HEAD))
    dot = frame.glyphs.dot
    return rows + _lines([f"{dot} {each}" for each in trust.assumptions], Ink.DIM, frame)


def _lines(texts: Sequence[str], ink: Ink, frame: Frame) -> list[Row]:
    """Each on as many lines as it needs."""
    return [
        padded([(f" {line}", ink)], frame)
        for text in texts
        for line in wrapped(text, frame.width - 2, LINES_MAX, frame.glyphs.cut)
    ]


# ---- two runs side by side


def _beside(state: LabState, run: Run, frame: Frame) -> list[Row]:
    base = state.base
    if base is None:
        words = "No run is kept to compare with: k keeps the one in sight, r lists those kept."
        return list(prose(words, Ink.DIM, replace(frame, height=min(2, frame.height))))
    cut = frame.glyphs.cut

    def row(cells: tuple[str, str, str, str], ink: Ink, ground: Ground = Ground.PAPER) -> Row:
        name, first, second, change = cells
        right = [fit(each, NUMBER_WIDTH, cut, is_right=True) for each in (first, second)]
        spans = [(f" {name:<{NAME_WIDTH}}", Ink.DIM), (" ".join(right), Ink.TEXT)]
        spans.append((" " + fit(change, NUMBER_WIDTH, cut, is_right=True), ink))
        return padded(spans, frame, ground)

    rows = [
        row(("", f"kept {base.key}"[:NUMBER_WIDTH], "in sight", "difference"), Ink.DIM, Ground.HEAD)
    ]
    for each in side_by_side(base, run):
        ink = Ink.GAIN if each.tone > 0 else Ink.LOSS if each.tone < 0 else Ink.DIM
        rows.append(row((each.name, each.first, each.second, each.change), ink))
    rows = rows[: max(4, frame.height - 6)]
    rest = _rest(frame, rows)
    return rows + (equity_rows(run, Other(base), rest) if rest.height >= 3 else [])
