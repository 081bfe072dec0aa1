"""The game: ladder, tape and verdict, what is open, the rounds of the session, and its keys.

It has no rule of trading: each key is one play, sent once with a number of its own; the game
judges it. Whoever leaves the screen leaves the game disarmed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType

from lefi_tui.core.game import Do
from lefi_tui.core.messages import Command
from lefi_tui.core.record import Record
from lefi_tui.views.book_view import BookView, InsideView
from lefi_tui.views.game_view import GameView, aged
from lefi_tui.views.queries import BookQuery, GameQuery, Query
from screens.arm_game import ArmScreen
from screens.asking import Aside
from screens.choice import ChoiceScreen
from screens.framed import Framed
from screens.game_hand import GameHand
from screens.game_inside import EVERY_S as INSIDE_EVERY_S
from screens.game_inside import Inside
from screens.game_keys import PLAYS
from screens.game_panes import GamePanes
from screens.hand import Hand, keys_of
from screens.keys import TTADAK, bindings, of_groups
from screens.start_game import GameForm, StartGameScreen
from widgets import game_head, ladder, latency, rounds, tape, verdict
from widgets.ink import Palette
from widgets.lines import Frame, Row

BOOK_EVERY_S: Final = 0.05  # twenty ladders a second at most
TAPE_EVERY: Final = 4  # books: a tape that is drawn as often as the ladder can't be read
MISSES_MAX: Final = 30  # answers: a start takes fewer, or is refused
NO_GAME: Final = "There is no game here. n starts one."
WHICH: Final = "Its keys play where it is armed; the one you leave is disarmed."


class Given(Record):
    """What the screen is given beside what every screen has."""

    hand: Hand
    form: GameForm
    ask: Callable[[Query], Awaitable[Any]]


class GameScreen(Framed):
    CSS_PATH = "game.tcss"
    GROUPS = (TTADAK,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(TTADAK))]

    def __init__(self, given: Given, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.query_of = GameQuery()
        self.view: GameView | None = None
        self.book: BookView | None = None
        self._send, self._form = send, given.form
        self._hand = GameHand(given.hand, self)
        self._inside = Inside(given.ask, self._tell_inside)
        self._look: ladder.Look | None = None
        self._books = self._misses = 0
        self.panes = GamePanes(self.palette, self.words)

    def inside(self) -> ComposeResult:
        yield from self.panes.inside()

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, GameView)
        if self.view is None or answer.bot != self.view.bot:
            self.book = self._look = None
            if answer.bot and self.query_of == GameQuery():
                self.query_of = GameQuery(answer.bot)  # another one that starts does not come here
        self._misses = 0 if answer.bot else self._misses + 1
        if self._misses > MISSES_MAX and answer.games:
            self.query_of = GameQuery()  # the one that was asked for never began
        self.view = aged(answer, silent_ms)
        self._hand.give(self.view, keys_of(self.table, PLAYS))
        self._draw_all()

    def asides(self) -> Sequence[Aside]:
        view = self.view
        if view is None or not view.bot:
            return ()
        return (Aside(BookQuery(view.account, view.symbol), BOOK_EVERY_S),)

    def show_aside(self, answer: Any) -> None:
        assert isinstance(answer, BookView)
        view = self.view
        if view is None or (answer.account, answer.symbol) != (view.account, view.symbol):
            return
        self.book = answer
        self._draw_ladder()
        if self._books % TAPE_EVERY == 0:
            self._show("tape", partial(tape.layout, answer, view.places))
        self._books += 1

    def on_mount(self) -> None:
        super().on_mount()
        self.on_resize()
        self.set_interval(INSIDE_EVERY_S, self._look_inside)

    def _look_inside(self) -> None:
        if self.is_current and self.view is not None and self.book is not None:
            self._inside.look(self.view.account, self.view.symbol)

    def _tell_inside(self, seen: InsideView) -> None:
        """New best prices before the depth behind them."""
        if self.book is not None:
            self.book = ladder.with_inside(self.book, seen)
            self._draw_ladder()

    def on_resize(self) -> None:
        self._look = None
        if self.is_mounted and self.size.width > 2:
            self.panes.place(self.size.width - 2, max(0, self.size.height - 2))
        self.draw_frame()
        self._draw_all()

    def dress(self) -> None:
        super().dress()
        self._draw_all()

    def words_size(self) -> tuple[int, int]:
        box = self.panes.box("words")
        return box.width, box.height

    def said(self) -> str:
        """Why no prices come, else what the position's line has no room for."""
        view, box = self.view, self.panes.box("position")
        if view is None:
            return ""
        return view.reach.trouble or game_head.unsaid(view, Frame(box.width, box.height))

    def _draw_all(self) -> None:
        view = self.view
        self._show("head", partial(game_head.head, view))
        self._show("position", partial(game_head.position, view))
        self._show("verdict", partial(verdict.layout, view))
        self._show("rounds", partial(rounds.layout, view))
        self._show("latency", partial(latency.layout, view))
        if self.book is None:
            self._show("tape", partial(tape.layout, None, 0))
        self._draw_ladder()
        self.draw_words()

    def _draw_ladder(self) -> None:
        rows, view, book = self.panes.box("ladder").height - 1, self.view, self.book
        if view is not None and book is not None:
            self._look = ladder.looked(book, view.tick, rows, self._look)
        self._show("ladder", lambda frame: ladder.layout(book, view, self._look, frame))

    def _show(self, name: str, draw: Callable[[Frame], tuple[Row, ...]]) -> None:
        self.panes.show(name, draw, self.palette)

    # ---- what a person does

    def has_chosen(self) -> bool:
        return self.view is not None and bool(self.view.bot)

    def press(self, do: Do, value: int = 0, typed: str = "") -> None:
        """A key that came the usual way."""
        view = self.view
        if view is None or not view.bot:
            self.notice(NO_GAME)
        elif not view.is_alive:
            self.notice(f"{view.bot} is {view.status}; n starts a game.")
        else:
            self._hand.play(view.bot, do, value, typed)

    def action_play(self, name: str) -> None:
        return self._arm() if name == "game_arm" else self.press(*PLAYS[name])

    def _arm(self) -> None:
        view = self.view
        if view is not None and view.is_armed:
            self.press(Do.DISARM)
        elif view is not None and view.is_real:
            self.app.push_screen(ArmScreen(view, partial(self.press, Do.ARM, 0)))
        else:
            self.press(Do.ARM)

    def on_screen_suspend(self) -> None:
        """Left for another screen: what is open goes on, and its keys play no more."""
        if self not in self.app.screen_stack:
            self._leave()

    def on_unmount(self) -> None:
        self._leave()  # the program ends, or its line is lost

    def _leave(self) -> None:
        self._hand.leave(self.view)
        if self.view is not None:
            self.view = replace(self.view, is_armed=False)

    def action_center(self) -> None:
        if self._look is not None:
            self._step(self._look.step)

    def action_ticks(self, by: int) -> None:
        if self._look is not None:
            self._step(ladder.other_step(self._look.step, by))

    def _step(self, step: int) -> None:
        """So many ticks in a row, with the inside in the middle."""
        if self.view is not None and self.book is not None:
            self._look = ladder.centered(self.book, self.view.tick, step)
            self._draw_ladder()

    def action_new_game(self) -> None:
        if self.desk_view is None or not self.desk_view.accounts or self.view is None:
            self.notice("The engine has not answered yet.")
            return
        shown = (self.desk_view, self.view.markets)
        self.app.push_screen(StartGameScreen(self._form, shown, self._begin, self.palette))

    def _begin(self, command: Command) -> None:
        self._send(command)
        self.look_at(getattr(command, "bot", ""))

    def action_other_game(self) -> None:
        games = () if self.view is None else self.view.games
        if len(games) < 2:
            self.notice("No other game runs." if games else NO_GAME)
            return
        answers = [(each, partial(self.look_at, each)) for each in games]
        self.app.push_screen(ChoiceScreen("Games", WHICH, answers))

    def look_at(self, about: str) -> None:
        self._leave()
        self.query_of = GameQuery(about)
