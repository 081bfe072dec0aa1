"""A sweep as a heat map: the last axis runs across, the one before it down, others stand above.

A cell says its number where there is room; its shade says how it stands among all of them, and its
sign whether it won, so that nothing is said by color alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.lab_state import LabState, cell_at
from lefi_tui.views.lab_view import Swept
from lefi_tui.views.sweep_view import SweepCell, measured
from widgets.block import prose
from widgets.candles import Canvas
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Row, padded

SHADES: Final = "·░▒▓█"
ASCII_SHADES: Final = ".:+*#"
NUMBER_CELLS: Final = 8  # of a cell that says its number
SHADE_CELLS: Final = 3
BELOW: Final = 7  # rows of words under the map
BEST: Final = 5  # cells told, where there is room
SHARES: Final = frozenset({"return", "cagr", "max_drawdown", "win_rate"})


class Plan(Record):
    """What of the map is seen: the first row and column, and how wide a cell is."""

    swept: Swept
    at: tuple[int, ...]
    cell: int
    label: int
    top: int
    left: int
    rows: int
    columns: int
    ordered: tuple[float, ...]  # all that were measured, the worst first


def map_rows(state: LabState, frame: Frame) -> list[Row]:
    assert state.swept is not None, "the side is shown only with a sweep"
    plan = _plan(state.swept, state.cell, frame)
    rows = [_head(plan, frame), *_drawn(plan, frame)]
    rest = replace(frame, height=frame.height - len(rows))
    return [*rows, *_words(state.swept, state.cell, rest)]


def _plan(swept: Swept, at: tuple[int, ...], frame: Frame) -> Plan:
    axes, rank = swept.sweep.axes, swept.sweep.rank
    down = axes[-2].values if len(axes) > 1 else ("",)
    across = axes[-1].values
    label = max(map(len, down), default=0) + 1
    room = frame.width - label - 1
    cell = NUMBER_CELLS if len(across) * NUMBER_CELLS <= room else SHADE_CELLS
    columns = max(1, min(len(across), room // cell))
    rows = max(1, min(len(down), frame.height - 2 - BELOW))
    found = [measured(each, rank) for each in swept.sweep.cells]
    return Plan(
        swept=swept,
        at=at,
        cell=cell,
        label=label,
        top=_first(at[-2] if len(axes) > 1 else 0, rows, len(down)),
        left=_first(at[-1], columns, len(across)),
        rows=rows,
        columns=columns,
        ordered=tuple(sorted(each for each in found if each is not None)),
    )


def _first(at: int, room: int, count: int) -> int:
    """So that the cursor is in the middle, as far as there are others around it."""
    return max(0, min(at - room // 2, count - room))


def _head(plan: Plan, frame: Frame) -> Row:
    """The measure, the axes, and where those stand that are not in sight."""
    axes = plan.swept.sweep.axes
    down = f"{axes[-2].name} down, " if len(axes) > 1 else ""
    others = [
        f"{axis.name} {axis.values[place]} (PgUp PgDn)"
        for axis, place in zip(axes[:-2], plan.at, strict=False)
    ]
    words = f" {plan.swept.sweep.rank}: {down}{axes[-1].name} across"
    return padded([("; ".join([words, *others]), Ink.TEXT)], frame, Ground.HEAD)


def _drawn(plan: Plan, frame: Frame) -> list[Row]:
    canvas = Canvas(frame.width, plan.rows + 1)
    axes = plan.swept.sweep.axes
    for column, value in _across(plan):
        ink = Ink.KEY if plan.left + column == plan.at[-1] else Ink.DIM
        canvas.put(plan.label + 1 + column * plan.cell, 0, value, ink)
    for row in range(plan.rows):
        place = plan.top + row
        if len(axes) > 1:
            ink = Ink.KEY if place == plan.at[-2] else Ink.DIM
            canvas.put(1, row + 1, axes[-2].values[place].rjust(plan.label - 1), ink)
        for column in range(plan.columns):
            _cell(plan, canvas, (row, column), is_ascii=frame.glyphs.is_ascii)
    return canvas.rows()


def _across(plan: Plan) -> list[tuple[int, str]]:
    """Which columns say their value: the cursor's, and of narrow ones each fourth that leaves it
    free."""
    step = 1 if plan.cell == NUMBER_CELLS else 4
    values = [each[: plan.cell * 3] for each in plan.swept.sweep.axes[-1].values]
    own = plan.at[-1]
    named = [
        place
        for place in range(plan.left, plan.left + plan.columns)
        if place == own or (place % step == 0 and not _touch(plan, values, (place, own)))
    ]
    return [(place - plan.left, values[place]) for place in named]


def _touch(plan: Plan, values: Sequence[str], places: tuple[int, int]) -> bool:
    """Two values with no blank between them."""
    first, second = sorted(places)
    return (second - first) * plan.cell <= len(values[first])


def _cell(plan: Plan, canvas: Canvas, spot: tuple[int, int], *, is_ascii: bool) -> None:
    row, column = spot
    here = (plan.top + row, plan.left + column)
    at = (*plan.at[:-2], *here) if len(plan.at) > 1 else here[1:]
    cell = cell_at(plan.swept, at)
    x, y = plan.label + 1 + column * plan.cell, row + 1
    ink = Ink.GAIN if (cell.total_return or 0) > 0 else Ink.LOSS
    shade = shade_of(plan, cell, ASCII_SHADES if is_ascii else SHADES)
    if plan.cell == NUMBER_CELLS:
        canvas.put(x, y, shade + number_of(cell, plan.swept.sweep.rank).rjust(plan.cell - 2), ink)
    else:
        canvas.put(x, y, shade * (plan.cell - 1), ink)
    if at == plan.at:
        canvas.put(x - 1, y, "[", Ink.KEY)
        canvas.put(x + plan.cell - 1, y, "]", Ink.KEY)


def shade_of(plan: Plan, cell: SweepCell, shades: str) -> str:
    """By its place among all, a fifth of them of each shade; a cell without a number is blank."""
    value = measured(cell, plan.swept.sweep.rank)
    if value is None:
        return " "
    below = bisect_left(plan.ordered, value)
    return shades[min(len(shades) - 1, below * len(shades) // len(plan.ordered))]


def number_of(cell: SweepCell, rank: str) -> str:
    if not cell.is_done or cell.refused:
        return numbers.UNKNOWN
    value = getattr(cell, "total_return" if rank == "return" else rank)
    if value is None:
        return numbers.UNKNOWN
    if rank in SHARES:
        return f"{value * 100:.1f}%"
    return f"{value:.0f}" if rank in {"final_equity", "trades"} else f"{value:.2f}"


# ---- below the map


def _words(swept: Swept, at: tuple[int, ...], frame: Frame) -> list[Row]:
    """The cell under the cursor, the best one, and what to doubt about it."""
    cell, sweep = cell_at(swept, at), swept.sweep
    lines = [(_told(cell), Ink.TEXT)]
    lines += [(each, Ink.WARN) for each in sweep.warnings]
    best = [sweep.cells[number] for number in sweep.ranked[: BEST if frame.height > BELOW else 1]]
    lines += [(f"Best {_short(each, sweep.rank)}", Ink.DIM) for each in best[:1]]
    lines += [(f"then {_short(each, sweep.rank)}", Ink.DIM) for each in best[1:]]
    ways = ", ".join(f"{count:,} by {way}" for way, count in sweep.ways)
    stopped = " Ended early." if sweep.is_stopped else ""
    lines.append((f"{len(sweep.cells):,} runs in {sweep.seconds:.1f} s: {ways}.{stopped}", Ink.DIM))
    lines += [(each, Ink.DIM) for each in _why(sweep.why)]
    rows: list[Row] = []
    for words, ink in lines:
        room = replace(frame, height=2)
        rows += [each for each in prose(words, ink, room) if each.text.strip()]
    return rows[: max(0, frame.height)]


def _why(why: Sequence[tuple[int, str]]) -> list[str]:
    return [f"Line {line}: {words}" if line else words for line, words in why[:2]]


def _short(cell: SweepCell, rank: str) -> str:
    return f"{_settings(cell)}: {number_of(cell, rank)}"


def _settings(cell: SweepCell) -> str:
    return ", ".join(f"{name} {value}" for name, value in cell.settings)


def _told(cell: SweepCell) -> str:
    if cell.refused:
        return f"{_settings(cell)}: {cell.refused}"
    if not cell.is_done:
        return f"{_settings(cell)}: not run"
    fall = numbers.UNKNOWN if cell.max_drawdown is None else f"{cell.max_drawdown * 100:.2f}%"
    return (
        f"{_settings(cell)}: return {numbers.share(cell.total_return)}, max drawdown {fall}, "
        f"Sharpe {numbers.price(cell.sharpe, 2)}, {cell.trades:,} trades. Enter opens it, t takes "
        "its settings"
    )
