"""The limits of one place as a list, and the thermostat: how much smaller entries are, and why."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.views import numbers
from lefi_tui.views.limits_view import Heat, LimitRow, LimitsView
from widgets.board import Listing
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Row, Span, padded, table
from widgets.prices import WAITING

NO_LIMIT: Final = "no limit"
GAUGE: Final = 10  # cells: each stands for a tenth of the size asked
ONE: Final = Decimal(1)


def _ink(row: LimitRow) -> Ink:
    if not row.is_ok:
        return Ink.BAD
    return Ink.TEXT if row.strictest else Ink.DIM


COLUMNS: Final[tuple[Column[LimitRow], ...]] = (
    Column("limit", 22, lambda row: (row.name, _ink(row))),
    Column("here", 14, lambda row: (row.own or numbers.UNKNOWN, Ink.DIM), rank=1),
    Column("counts", 14, lambda row: (row.strictest or NO_LIMIT, _ink(row))),
    Column("said by", 14, lambda row: (row.said_by, Ink.DIM), rank=2),
    Column("now", 14, lambda row: (row.now, _ink(row)), grows=True),
)


def layout(view: LimitsView | None, frame: Frame) -> Page:
    if view is None:
        return table("Limits", COLUMNS, (), frame, WAITING)
    return table(f"of {view.place}", COLUMNS, view.rows, frame, NO_LIMIT)


class LimitList(Listing[LimitsView]):
    IS_POINTED = True

    def draw(self, view: LimitsView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: LimitsView) -> Sequence[str]:
        return tuple(row.name for row in view.rows)

    def explain(self, view: LimitsView, number: int) -> str:
        row = view.rows[number]
        version = ""
        if view.version:
            when = numbers.moment(view.changed_ns)
            version = f" {view.place}: version {view.version} by {view.by}, {when} UTC."
        return f"{row.name}: {row.meaning}. Enter changes it for {view.place}.{version}"

    @property
    def selected(self) -> LimitRow | None:
        """The limit under the cursor."""
        return self.view.rows[self.cursor] if self.view and self.view.rows else None


# ---- the thermostat


def thermostat(heats: Sequence[Heat], frame: Frame) -> tuple[Row, ...]:
    """One line an account, then its reasons; what has no room ends in a count."""
    lines = [line for heat in heats for line in _lines(heat, frame)]
    if len(lines) > frame.height:
        left = len(lines) - frame.height + 1
        lines = [*lines[: frame.height - 1], [(f" and {left} more", Ink.DIM)]]
    rows = [padded(line, frame) for line in lines]
    rows.extend(padded([], frame) for _ in range(frame.height - len(rows)))
    return tuple(rows)


def wants(heats: Sequence[Heat]) -> int:
    """How many lines it would fill."""
    return sum(1 + (len(heat.reasons) if heat.is_on else 0) for heat in heats)


def _lines(heat: Heat, frame: Frame) -> list[list[Span]]:
    name: Span = (f" {heat.account} ", Ink.TITLE)
    if not heat.is_on:
        words_off = "thermostat off: entries keep their size (limit overlay turns it on)"
        return [[name, (words_off, Ink.DIM)]]
    ink = _heat_ink(heat.factor)
    state = f" {heat.stage}, entries ×{words(heat.factor)}"
    first: list[Span] = [name, *_gauge(heat.factor, frame), (state, ink)]
    if heat.factor == ONE:
        first.append((": nothing speaks against them", Ink.DIM))
    return [first, *(_reason(*each) for each in _told(heat))]


def _told(heat: Heat) -> list[tuple[str, Decimal]]:
    """The strongest reason first: it is what a person has to look at."""
    reasons = [(each.text, each.factor) for each in heat.reasons]
    return sorted(reasons, key=lambda each: each[1])


def _reason(text: str, factor: Decimal) -> list[Span]:
    return [(f"   ×{words(factor):<4} ", _heat_ink(factor)), (text, Ink.TEXT)]


def _heat_ink(factor: Decimal) -> Ink:
    if not factor:
        return Ink.BAD
    return Ink.WARN if factor < ONE else Ink.GAIN


def _gauge(factor: Decimal, frame: Frame) -> list[Span]:
    full = int(factor * GAUGE)
    full_sign, empty_sign = ("#", ".") if frame.glyphs.is_ascii else ("█", "░")
    return [
        (full_sign * full, _heat_ink(factor)),
        (empty_sign * (GAUGE - full), Ink.FAINT),
    ]
