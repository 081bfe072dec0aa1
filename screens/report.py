"""The report: what came of an account or a bot of it, its curve against holding, its trades.

Pictures are drawn in a thread and kept until the numbers, the room or the colors change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from lefi_tui.core.messages import Command
from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError
from lefi_tui.views import numbers
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report_view import ReportView
from screens.beside import Errands, Newest
from screens.framed import Framed
from screens.keys import REPORT, bindings, of_groups
from widgets.block import Block, prose, wrapped
from widgets.ink import Glyphs, Ink, Palette
from widgets.lines import Frame, Row, padded
from widgets.report_panes import NO_CURVE, Split, fact_rows, head, side_rows, split
from widgets.report_picture import equity_picture, fall_picture
from widgets.report_trades import Trades

DAY_NS: Final = 86_400_000_000_000
PERIODS: Final = (("all", 0), ("30 d", 30), ("7 d", 7), ("today", 1))  # days, 0 for all
TRADES_SHOWN: Final = 200
WORDS_MOST: Final = 4  # lines of what went wrong
SETTLED_S: Final = 0.1  # of a size that changes, before a picture is drawn


class Exporter(Protocol):
    """Writes a report and says where; raises what kept it from that."""

    def html(self, view: ReportView) -> str: ...

    def csv(self, query: ReportQuery) -> str: ...


class Canvas(Record):
    """All that two pictures hang on: equal ones are never drawn twice."""

    view: ReportView
    width: int
    split: Split
    glyphs: Glyphs


def pictures(canvas: Canvas) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    points, width = canvas.view.points, canvas.width
    curve = Frame(width, canvas.split.curve, glyphs=canvas.glyphs)
    fall = Frame(width, canvas.split.fall, glyphs=canvas.glyphs)
    return equity_picture(points, curve), fall_picture(points, fall)


class ReportScreen(Framed):
    CSS_PATH = "report.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#trades"
    GROUPS = (REPORT,)
    # Before the list of trades, which has arrows of its own; nothing is typed on this screen.
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(REPORT), is_priority=True)]
    every_s: ClassVar[float] = 2.0

    def __init__(
        self, _send: Callable[[Command], None], palette: Palette, export: Exporter
    ) -> None:
        super().__init__(palette)
        self.query_of: ReportQuery = ReportQuery(trades=TRADES_SHOWN)
        self.view: ReportView | None = None
        self._export = export
        self._period = 0
        self._silent_ms = 0
        self._drawn: Canvas | None = None
        self.head = Block(self.palette, id="head")
        self.facts = Block(self.palette, id="facts")
        self.curve = Block(self.palette, id="curve")
        self.fall = Block(self.palette, id="fall")
        self.side = Block(self.palette, id="side")
        self.unknown = Block(self.palette, id="unknown")
        self.curves = Container(id="curves")
        self.trades = Trades(self.palette, id="trades")
        self._errands = Errands(self, self._refused)
        self._pictures = Newest(self, pictures, self._hang, SETTLED_S)

    def inside(self) -> ComposeResult:
        yield self.head
        yield self.facts
        with self.curves:
            with Container(id="left"):
                yield self.curve
                yield self.fall
            yield self.side
        yield self.unknown
        yield self.trades
        yield self.words

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, ReportView)
        self.view, self._silent_ms = answer, silent_ms
        self._ask(self.query_of.bot, self.query_of.account)  # at midnight the days move on
        self.draw_frame()

    def draw_frame(self) -> None:
        super().draw_frame()
        width, height = self.size.width - 2, self.size.height - 2
        if not self.is_mounted or width < 1:
            return
        room = split(width, height)
        self._place(room)
        frame = Frame(width, 1, glyphs=self.palette.glyphs)
        shown = [(words, number == self._period) for number, (words, _) in enumerate(PERIODS)]
        self.head.show((head(self.view, shown[::-1], frame),), self.palette)
        facts = fact_rows(self.view, replace(frame, height=room.facts))
        self.facts.show(facts, self.palette)
        side = Frame(room.side, room.curve + room.fall, glyphs=self.palette.glyphs)
        if room.side:
            self.side.show(side_rows(self.view, side), self.palette)
        self._draw_unknown(frame)
        if self.view is not None:
            self._picture(self.view, width - room.side, room)
            self.call_after_refresh(self.trades.show, self.view.trades)

    def _draw_unknown(self, frame: Frame) -> None:
        """What must not be taken for known, in one line; a page has all of it."""
        words = self.view.unknown if self.view is not None else ()
        self.unknown.display = bool(words)
        more = f" ({len(words) - 1} more)" if len(words) > 1 else ""
        if words:
            self.unknown.show(prose(f"{words[0]}{more}", Ink.WARN, frame), self.palette)

    def _place(self, room: Split) -> None:
        """The heights of the parts; a part without room is not there."""
        wanted = (
            (self.facts, room.facts),
            (self.curve, room.curve),
            (self.fall, room.fall),
            (self.curves, room.curve + room.fall),
        )
        for part, height in wanted:
            part.styles.height = height
            part.display = height > 0
        self.side.styles.width = room.side
        self.side.display = room.side > 0

    def _picture(self, view: ReportView, width: int, room: Split) -> None:
        canvas = Canvas(replace(view, at_ns=0), width, room, self.palette.glyphs)
        if not room.curve or canvas == self._drawn:
            return
        if view.points:
            self._drawn = canvas
            self._pictures.offer(canvas)
        else:
            self._drawn = None
            frame = Frame(width, 1, glyphs=self.palette.glyphs)
            self.curve.show((padded([(f" {NO_CURVE}", Ink.DIM)], frame),), self.palette)
            self.fall.show((), self.palette)

    def _hang(self, canvas: Canvas, drawn: tuple[tuple[Row, ...], tuple[Row, ...]]) -> None:
        if canvas == self._drawn:
            self.curve.show(drawn[0], self.palette)
            self.fall.show(drawn[1], self.palette)

    def said(self) -> str:
        if self._silent_ms:
            return f"The engine is silent; this report is {numbers.age(self._silent_ms)} old."
        return self.trades.words

    def draw_words(self) -> None:
        """What went wrong takes as many lines as it needs; the list below the curves gives way."""
        width = self.size.width - 2
        text = self._notice or self.said()
        glyphs = self.palette.glyphs
        lines = len(wrapped(text, width - 2, WORDS_MOST, glyphs.cut))
        frame = Frame(width, max(1, lines), glyphs=glyphs)
        self.words.styles.height = frame.height
        self.words.show(prose(text, Ink.WARN if self._notice else Ink.DIM, frame), self.palette)

    def on_data_table_row_highlighted(self) -> None:
        self.draw_words()

    # ---- what a person does

    def _ask(self, bot: str, account: str) -> None:
        """Days begin at midnight UTC, by the engine's own clock."""
        days = PERIODS[self._period][1]
        since_ns = 0
        if days and self.view is not None:
            since_ns = (self.view.at_ns // DAY_NS - days + 1) * DAY_NS
        self.query_of = ReportQuery(bot, since_ns, account, TRADES_SHOWN)

    def action_turn(self, step: int) -> None:
        if self.view is None or not self.view.subjects:
            self.notice("There is nothing else to report on yet.")
            return
        places = [(each.account, each.bot) for each in self.view.subjects]
        shown = (self.view.account, self.view.bot)
        number = places.index(shown) if shown in places else 0
        account, bot = places[(number + step) % len(places)]
        self._ask(bot, account)
        self.draw_frame()

    def action_period(self) -> None:
        self._period = (self._period + 1) % len(PERIODS)
        self._ask(self.query_of.bot, self.query_of.account)
        self.draw_frame()

    def action_html(self) -> None:
        if self.view is None or not self.view.account:
            self.notice("There is no report to write yet.")
            return
        self._errands.ask(partial(self._export.html, self.view), self._written)

    def action_csv(self) -> None:
        if self.view is None or not self.view.account:
            self.notice("There is no report to write yet.")
            return
        wanted = replace(self.query_of, account=self.view.account)
        self._errands.ask(partial(self._export.csv, wanted), self._written)

    def _written(self, where: str) -> None:
        self.notice(f"Written: {where}")

    def _refused(self, error: LefiError) -> None:
        self.notice(f"{error.code} {error.what}: {error.where}. {error.why}. {error.next_step}.")
