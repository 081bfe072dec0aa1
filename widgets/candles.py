"""The chart as text: candles of one market, one's own fills, entry, stop, target, liquidation.

The rule it keeps: a column is a span of time, so a candle that is missing is a column left blank.
Rising candles are lines and falling ones blocks: nothing is said by color alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.chart_view import Candle, ChartView, Level, frame_name
from lefi_tui.views.numbers import NS_PER_MS
from widgets.chart_scales import Scale, price_ticks, scale_of, time_labels, time_words
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Page, Row, Span, filled, padded
from widgets.prices import WAITING

NOTHING_YET: Final = "no candle yet"
VOLUME_FROM: Final = ((18, 3), (13, 2))  # rows of a pane: rows of volumes
PLOT_LEAST: Final = 12  # columns; a narrower pane has no axis
EMPTY, WICK, BODY = 0, 1, 2
Halves = tuple[int, int]  # what is in the upper and in the lower half of a cell
RISING: Final[Mapping[Halves, str]] = {
    (EMPTY, WICK): "╷",
    (WICK, EMPTY): "╵",
    (WICK, WICK): "│",
    (EMPTY, BODY): "╻",
    (BODY, EMPTY): "╹",
    (BODY, BODY): "┃",
    (WICK, BODY): "╽",
    (BODY, WICK): "╿",
}
FALLING: Final[Mapping[Halves, str]] = {
    **RISING,
    (EMPTY, BODY): "▖",
    (BODY, EMPTY): "▘",
    (BODY, BODY): "▌",  # half a cell, so that two side by side stay two
    (WICK, BODY): "▖",
    (BODY, WICK): "▘",
}
ASCII_RISING: Final[Mapping[Halves, str]] = {
    halves: "O" if BODY in halves else "|" for halves in RISING
}
ASCII_FALLING: Final[Mapping[Halves, str]] = {
    halves: "#" if BODY in halves else "|" for halves in RISING
}
EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
ASCII_EIGHTHS: Final = " ..::||##"
LEVEL_INKS: Final = {
    "entry": Ink.TEXT,
    "stop": Ink.LOSS,
    "target": Ink.GAIN,
    "liquidation": Ink.BAD,
}


class Canvas:
    """Cells to draw on, row by row."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells = [[(" ", Ink.TEXT)] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, ink: Ink) -> None:
        """What would stand outside is left out."""
        if 0 <= y < self.height:
            for at, each in enumerate(text, x):
                if 0 <= at < self.width:
                    self._cells[y][at] = (each, ink)

    def line(self, y: int, until: int, sign: str, ink: Ink) -> None:
        """Only where nothing stands."""
        row = self._cells[y]
        for at in range(until):
            if row[at][0] == " ":
                row[at] = (sign, ink)

    def rows(self) -> list[Row]:
        return [Row(_runs(row)) for row in self._cells]


def _runs(cells: Sequence[Span]) -> tuple[Span, ...]:
    """Cells of one ink together; a blank has whatever ink is there."""
    out: list[Span] = []
    for ink, run in groupby(cells, key=lambda cell: None if cell[0] == " " else cell[1]):
        text = "".join(each for each, _ in run)
        if ink is None and out:
            out[-1] = (out[-1][0] + text, out[-1][1])
        elif out and out[-1][1] is ink:
            out[-1] = (out[-1][0] + text, ink)
        else:
            out.append((text, ink or Ink.TEXT))
    return tuple(out)


class Plan(Record):
    """Where what stands: the plot's columns and rows, the first time, the scale."""

    chart: ChartView
    shown: tuple[Candle, ...]
    first_ms: int
    columns: int
    plot: int  # rows
    volume: int  # rows
    scale: Scale
    frame: Frame

    def column(self, at_ms: int) -> int:
        return (at_ms - self.first_ms) // self.chart.timeframe_ms

    def ink(self, fresh: Ink) -> Ink:
        return Ink.DIM if self.chart.is_stale else fresh


def layout(chart: ChartView | None, frame: Frame, title: str = "Chart") -> Page:
    """`frame.cursor` counts candles back from the newest, as does `top` for the right edge."""
    if frame.height < 1:
        return Page(())
    if chart is None:
        ink = Ink.TITLE if frame.has_focus else Ink.TEXT
        head = padded([(f" {title}", ink)], frame, Ground.HEAD)
        return filled([head, _said(WAITING, Ink.DIM, frame)], frame)
    rows = [_header(chart, frame)]
    if chart.error:
        rows.append(_said(chart.error, Ink.WARN, frame))
    if not chart.candles:
        rows += [] if chart.error else [_said(NOTHING_YET, Ink.DIM, frame)]
        return filled(rows, frame)
    room = frame.height - len(rows)
    if room >= 3:  # two rows and their times are the least that says something
        plan = _plan(chart, frame, room)
        rows += _drawn(plan)
        return filled(rows, frame, _edge(chart, frame, plan.columns))
    return filled(rows, frame)


def _said(words: str, ink: Ink, frame: Frame) -> Row:
    return padded([(f"  {words}", ink)], frame)


# ---- what is where


def reach(chart: ChartView) -> int:
    """How many candles the cursor can go back."""
    if not chart.candles:
        return 0
    return (chart.candles[-1].time_ms - chart.candles[0].time_ms) // chart.timeframe_ms


def at(chart: ChartView, back: int) -> Candle | None:
    """The candle so many spans of time before the newest; None in a gap."""
    time_ms = time_of(chart, back)
    return next((each for each in reversed(chart.candles) if each.time_ms == time_ms), None)


def time_of(chart: ChartView, back: int) -> int:
    return chart.candles[-1].time_ms - back * chart.timeframe_ms if chart.candles else 0


def columns_of(width: int, chart: ChartView) -> int:
    """Cells that candles get; the rest is the axis."""
    axis = _axis(chart)
    return width - axis if width - axis >= PLOT_LEAST else width


def _axis(chart: ChartView) -> int:
    prices = [each.high for each in chart.candles[-1:]]
    return 2 + max((len(numbers.price(each, chart.places)) for each in prices), default=0)


def _edge(chart: ChartView, frame: Frame, columns: int) -> int:
    """How many candles are right of the pane, so that the cursor is in it."""
    back = min(frame.cursor, reach(chart))
    return max(0, min(max(frame.top, back - columns + 1), back)) if back else 0


def _plan(chart: ChartView, frame: Frame, room: int) -> Plan:
    columns = columns_of(frame.width, chart)
    last_ms = time_of(chart, _edge(chart, frame, columns))
    first_ms = last_ms - (columns - 1) * chart.timeframe_ms
    shown = tuple(each for each in chart.candles if first_ms <= each.time_ms <= last_ms)
    volume = next((rows for height, rows in VOLUME_FROM if frame.height >= height), 0)
    plot = room - 1 - volume
    low = min((each.low for each in shown), default=chart.candles[-1].low)
    high = max((each.high for each in shown), default=chart.candles[-1].high)
    near = tuple(level.price for level in chart.levels)
    scale = scale_of(low, high, near, plot)
    return Plan(chart, shown, first_ms, columns, plot, volume, scale, frame)


# ---- drawing


def _drawn(plan: Plan) -> list[Row]:
    canvas = Canvas(plan.frame.width, plan.plot + plan.volume + 1)
    _draw_candles(plan, canvas)
    _draw_marks(plan, canvas)
    _draw_axis(plan, canvas)
    _draw_levels(plan, canvas)
    _draw_tag(plan, canvas)
    if plan.volume:
        _draw_volume(plan, canvas)
    _draw_times(plan, canvas)
    return canvas.rows()


def _is_rising(candle: Candle) -> bool:
    return candle.close >= candle.open


def _draw_candles(plan: Plan, canvas: Canvas) -> None:
    is_ascii = plan.frame.glyphs.is_ascii
    rising = (ASCII_RISING if is_ascii else RISING, plan.ink(Ink.GAIN))
    falling = (ASCII_FALLING if is_ascii else FALLING, plan.ink(Ink.LOSS))
    for candle in plan.shown:
        signs, ink = rising if _is_rising(candle) else falling
        column = plan.column(candle.time_ms)
        for row, halves in _halves(candle, plan.scale):
            canvas.put(column, row, signs[halves], ink)


def _halves(candle: Candle, scale: Scale) -> Iterable[tuple[int, Halves]]:
    """The rows of a candle, each with what is in its two halves."""
    top, bottom = scale.half(candle.high), scale.half(candle.low)
    ends = sorted((scale.half(candle.open), scale.half(candle.close)))

    def what(half: int) -> int:
        if ends[0] <= half <= ends[1]:
            return BODY
        return WICK if top <= half <= bottom else EMPTY

    return [(row, (what(2 * row), what(2 * row + 1))) for row in range(top // 2, bottom // 2 + 1)]


def _draw_marks(plan: Plan, canvas: Canvas) -> None:
    """B below the candle in which was bought, S above the one in which was sold."""
    candles = {each.time_ms: each for each in plan.shown}
    frame_ms = plan.chart.timeframe_ms
    for mark in plan.chart.marks:
        time_ms = mark.at_ns // NS_PER_MS // frame_ms * frame_ms
        candle = candles.get(time_ms)
        if candle is None:
            continue
        is_buy = mark.side == "buy"
        row = plan.scale.row(candle.low) + 1 if is_buy else plan.scale.row(candle.high) - 1
        row = max(0, min(plan.plot - 1, row))
        canvas.put(plan.column(time_ms), row, "B" if is_buy else "S", Ink.KEY)


def _label(plan: Plan, price: float, sign: str = " ") -> str:
    return sign + numbers.price(price, plan.chart.places)


def _draw_axis(plan: Plan, canvas: Canvas) -> None:
    for price in price_ticks(plan.scale):
        canvas.put(plan.columns, plan.scale.row(price), _label(plan, price), Ink.FAINT)


def _draw_levels(plan: Plan, canvas: Canvas) -> None:
    """A line with its name at the left and its price on the axis; farther ones at the edges."""
    rows: dict[int, list[Level]] = {}
    for level in plan.chart.levels:
        if plan.scale.holds(level.price):
            rows.setdefault(plan.scale.row(level.price), []).append(level)
    for row, levels in rows.items():
        _draw_level(plan, canvas, row, levels)
    glyphs, bottom = plan.frame.glyphs, plan.plot - 1
    above = [each for each in plan.chart.levels if each.price > plan.scale.high]
    below = [each for each in plan.chart.levels if each.price < plan.scale.low]
    _draw_far(plan, canvas, above, glyphs.up, 1 if 0 in rows else 0)
    _draw_far(plan, canvas, below, glyphs.down, bottom - 1 if bottom in rows else bottom)


def _draw_level(plan: Plan, canvas: Canvas, row: int, levels: Sequence[Level]) -> None:
    """Where the axis says another price in that row, the level's stands beside its name."""
    last, glyphs = plan.chart.last, plan.frame.glyphs
    is_tagged = last is not None and plan.scale.row(last) == row
    is_on_axis = len(levels) == 1 and not is_tagged
    words = [each.name + ("" if is_on_axis else _label(plan, each.price)) for each in levels]
    ink = LEVEL_INKS.get(levels[0].name, Ink.DIM)
    canvas.line(row, plan.columns, glyphs.dot if glyphs.is_ascii else "┄", Ink.FAINT)
    canvas.put(0, row, f" {', '.join(words)} "[: plan.columns], ink)
    price = _label(plan, levels[0].price).ljust(canvas.width - plan.columns)
    canvas.put(plan.columns, row, price, ink)


def _draw_far(plan: Plan, canvas: Canvas, levels: Sequence[Level], sign: str, row: int) -> None:
    """What is too far to be drawn, the nearest first."""
    if levels:
        words = ", ".join(f"{each.name}{_label(plan, each.price)}" for each in levels[:2])
        canvas.put(0, row, f" {sign} {words} "[: plan.columns], Ink.DIM)


def _draw_tag(plan: Plan, canvas: Canvas) -> None:
    last = plan.chart.last
    if last is None:
        return
    newest = plan.chart.candles[-1]
    ink = plan.ink(Ink.GAIN if last >= newest.open else Ink.LOSS)
    width = canvas.width - plan.columns
    row = plan.scale.row(last)
    text = _label(plan, last, plan.frame.glyphs.cursor).ljust(width)
    canvas.put(plan.columns, row, text, ink)


def _draw_volume(plan: Plan, canvas: Canvas) -> None:
    known = [each for each in plan.shown if each.volume]
    most = max((each.volume or 0.0 for each in known), default=0.0)
    eighths = ASCII_EIGHTHS if plan.frame.glyphs.is_ascii else EIGHTHS
    bottom = plan.plot + plan.volume - 1
    for candle in known:
        left = max(1, round((candle.volume or 0.0) / most * plan.volume * 8))
        for row in range(plan.volume):
            if left > 0:
                column = plan.column(candle.time_ms)
                canvas.put(column, bottom - row, eighths[min(8, left)], Ink.FAINT)
            left -= 8
    if known and canvas.width > plan.columns:
        canvas.put(plan.columns, bottom, " volume", Ink.FAINT)


def _draw_times(plan: Plan, canvas: Canvas) -> None:
    row, cursor = canvas.height - 1, _cursor_label(plan)
    for column, words in time_labels(plan.first_ms, plan.chart.timeframe_ms, plan.columns):
        is_covered = column < cursor[0] + len(cursor[1]) and cursor[0] < column + len(words)
        if column + len(words) <= plan.columns and not is_covered:
            canvas.put(column, row, words, Ink.FAINT)
    canvas.put(cursor[0], row, cursor[1], Ink.KEY)
    if canvas.width > plan.columns:
        canvas.put(plan.columns, row, " UTC", Ink.FAINT)


def _cursor_label(plan: Plan) -> tuple[int, str]:
    """Column and words of the candle that a person looks at; none at the newest."""
    if not plan.frame.cursor:
        return 0, ""
    at_ms = time_of(plan.chart, min(plan.frame.cursor, reach(plan.chart)))
    column, words, up = plan.column(at_ms), time_words(at_ms), plan.frame.glyphs.up
    if column + len(words) + 1 > plan.columns:
        return column - len(words) - 1, f" {words}{up}"
    return column, f"{up}{words} "


# ---- the line above


def _header(chart: ChartView, frame: Frame) -> Row:
    """Market, timeframe, the candle under the cursor, and how old the last price is."""
    title = Ink.TITLE if frame.has_focus else Ink.TEXT
    name = f" {chart.symbol} {frame_name(chart.timeframe_ms)} "
    age = _age(chart)
    room = frame.width - len(name) - len(age[0]) - 1
    facts = _facts(chart, min(frame.cursor, reach(chart)), room)
    used = sum(len(text) for text, _ in facts)
    return padded([(name, title), *facts, (" " * (room - used), Ink.TEXT), age], frame, Ground.HEAD)


def _age(chart: ChartView) -> Span:
    if chart.last is None:
        return "no price", Ink.WARN
    if chart.is_stale:
        return numbers.old(chart.age_ms), Ink.WARN
    return numbers.age(chart.age_ms), Ink.FAINT


def _facts(chart: ChartView, back: int, room: int) -> list[Span]:
    """As many as have room; the close is said in any case."""
    candle = at(chart, back)
    if candle is None:
        return [(" no candle"[: max(0, room)], Ink.DIM)] if chart.candles else []
    places = chart.places
    value = Ink.DIM if chart.is_stale and not back else Ink.TEXT
    moved = candle.close / candle.open - 1 if candle.open else None
    gain = Ink.GAIN if _is_rising(candle) else Ink.LOSS
    wanted = [("C", candle.close), ("O", candle.open), ("H", candle.high), ("L", candle.low)]
    facts = [(f" {name} {numbers.price(price, places)}", value) for name, price in wanted]
    share = (f" {numbers.share(moved)}", gain if value is Ink.TEXT else value)
    volume = "" if candle.volume is None else f" V {candle.volume:,.4g}"
    when = (f" {time_words(candle.time_ms)}" if back else "", Ink.TITLE)
    kept: list[Span] = []
    for wave in ([facts[0]], [when, share], facts[2:], [facts[1]], [(volume, Ink.DIM)]):
        if sum(len(text) for text, _ in (*kept, *wave)) > room:
            break
        kept += wave
    order = (when, facts[1], facts[2], facts[3], facts[0], share, (volume, Ink.DIM))
    return [each for each in order if each in kept and each[0]]
