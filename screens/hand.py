"""The quick way of a hand: keys that are heard where the terminal is read, before any screen.

While a screen holds the hand, its keys are played from the thread that reads the terminal, and the
screen learns of them by its view only. The kill key is always heard so.
The rules it keeps: nothing that is drawn stands between such a key and the engine; a key plays only
for the screen in front, with nothing above it and nothing typed into; pasted text plays nothing.
A key that goes its usual way may open something: until it is handled those behind it follow it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from typing import Any, Final, Protocol

from msgspec import Struct
from textual.app import App, ScreenStackError
from textual.events import Callback, Key
from textual.keys import _character_to_key as key_name  # as bindings name a single character
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import Command, Kill
from lefi_tui.views.queries import Receipt
from lefi_tui.views.wording import asked
from screens.keys import TABLE, KeyTable
from widgets.aside import ASIDE

BREATH_S: Final = 5.0
SHOWN_S: Final = 0.03
KILLED_S: Final = 3.0  # by then its cancels have left
NS_PER_S: Final = 1_000_000_000
Asked = tuple[Do, int]  # what is played, and its value: ticks, a size's number
# From any thread. None where there is no straight way now: it then goes as all else does.
Straight = Callable[[Command], "Future[Any] | None"]


class Quick(Protocol):
    """What the program does to be quick while the hand is held."""

    def begin(self) -> None: ...
    def hurry(self) -> None: ...
    def ease(self) -> None: ...
    def breathe(self, since_key_s: float) -> None: ...
    def end(self) -> None: ...


class _Held(Struct, frozen=True):
    screen: Screen[Any]
    plays: Mapping[str, Asked]  # by the names of keys
    play: Callable[[Play], None]
    of: str


class Hand:
    def __init__(
        self,
        straight: Straight | None = None,
        now_ns: Callable[[], int] = lambda: 0,
        quick: Quick | None = None,
    ) -> None:
        self._straight = straight or _no_straight_way
        self._now_ns, self._quick = now_ns, quick
        self._pressed_ns = 0
        self._held: _Held | None = None  # swapped whole: the other thread sees all of it or none
        self._press = now_ns() // 1_000_000
        self._counting = threading.Lock()
        self._passed = self._handled = 0  # keys that went their usual way; each is one thread's
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = copy_context()
        self._usual: Callable[[Command], None] = _nowhere
        self._notice: Callable[[str], None] = _unsaid
        self._kill_keys: frozenset[str] = frozenset()
        self._on_kill: Callable[[], None] = _unseen

    # ---- in the screen's loop

    def begin(
        self,
        usual: Callable[[Command], None],
        notice: Callable[[str], None],
        on_kill: Callable[[], None],
        table: KeyTable = TABLE,
    ) -> None:
        """Called in the screen's loop; `usual` is how commands go where nothing is straight, and
        `on_kill` shows what the kill key has set off."""
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self._usual, self._notice, self._on_kill = usual, notice, on_kill
        self._kill_keys = frozenset(_keys(table, "kill"))

    def hold(
        self,
        screen: Screen[Any],
        plays: Mapping[str, Asked],
        play: Callable[[Play], None],
        of: str = "",
    ) -> None:
        """From here on these keys are `screen`'s, while it is in front, and play the game `of`;
        `play` is called in the thread that reads the terminal."""
        was_free, self._held = self._held is None, _Held(screen, dict(plays), play, of)
        if self._quick is None or self._loop is None:
            return
        if was_free:
            self._quick.begin()
        self._loop.call_later(BREATH_S, self._breathe, self._held)

    def release(self, screen: Screen[Any]) -> None:
        """Disarmed, or left: its keys go their usual way."""
        if self.is_held_by(screen):
            self.let_go()

    def let_go(self) -> None:
        """Whoever holds it: the screens have gone."""
        was_held, self._held = self._held is not None, None
        if was_held and self._quick is not None:
            self._quick.end()

    def _breathe(self, since: _Held) -> None:
        """Until it is let go."""
        if self._held is not since or self._quick is None or self._loop is None:
            return
        self._quick.breathe((self._now_ns() - self._pressed_ns) / NS_PER_S)
        self._loop.call_later(BREATH_S, self._breathe, since)

    def is_held_by(self, screen: Screen[Any], of: str | None = None) -> bool:
        held = self._held
        return held is not None and held.screen is screen and of in {None, held.of}

    # ---- from any thread

    def pressed(self, do: Do, value: int = 0) -> Play:
        """A press, numbered; also of a key that went its usual way. Of two screens, one after the
        other, the later one's numbers are higher."""
        with self._counting:
            self._press += 1
            self._pressed_ns = self._now_ns()
            return Play(do, value, self._press, self._pressed_ns)

    def send(self, command: Command) -> None:
        """Straight to the engine; whoever looks at a screen is told when the answer is no."""
        done = self._straight(command)
        if done is None:
            self._in_loop(self._usual, command)
            return
        name = asked(type(command).__name__)
        done.add_done_callback(lambda told: self._answered(name, told))

    def take(self, event: Key, app: App[Any]) -> bool:
        """In the thread that reads the terminal: whether this key has been played."""
        if event.key in self._kill_keys:
            ASIDE.key()
            if self._quick is not None:
                self._quick.hurry()
            self.send(Kill())
            self._in_loop(self._show_kill)
            return True
        held = self._held
        if held is None:
            return False
        is_free = event.key in held.plays and self._passed == self._handled
        if not is_free or not _is_in_front(held.screen, app):
            self._passed += 1
            return False
        ASIDE.key()
        held.play(self.pressed(*held.plays[event.key]))
        return True

    def follow(self, app: App[Any], post: Callable[[Message], None]) -> None:
        """In that thread, behind a key that has not been played: what comes next waits for it."""
        if self._passed != self._handled:
            post(Callback(partial(self._follow, app, self._passed)))

    def _follow(self, app: App[Any], number: int) -> None:
        """The way of a key: from the program to what has the focus, and up to the program again."""
        at = app.focused or app.screen
        way = [each for each in at.ancestors_with_self if each is not app]
        self._go_up([*way, app], number)

    def _go_up(self, way: Sequence[MessagePump], number: int) -> None:
        """Behind the key in each queue. What has gone meanwhile handles no key."""
        for at, each in enumerate(way):
            rest = way[at + 1 :]
            work = partial(self._go_up, rest, number) if rest else partial(self._done, number)
            if each.call_later(work):
                return
        self._done(number)

    def _done(self, number: int) -> None:
        self._handled = max(self._handled, number)

    def _show_kill(self) -> None:
        """Behind its cancels: what is drawn would take the processor from what sends them."""
        if self._loop is not None:
            self._loop.call_later(SHOWN_S, self._on_kill)
            if self._quick is not None:
                self._loop.call_later(KILLED_S, self._quick.ease)

    def _answered(self, name: str, done: Future[Any]) -> None:
        receipt: Receipt = done.result()
        if not receipt.is_accepted:
            self._in_loop(self._notice, f"{name} refused: {receipt.text}")

    def _in_loop(self, work: Callable[..., None], *given: Any) -> None:
        """As the program's own work: timers that it sets would not know their program else."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work, *given, context=self._context)


def keys_of(table: KeyTable, plays: Mapping[str, Asked]) -> dict[str, Asked]:
    """Plays by the keys they have now, of plays by the ids of their bindings."""
    return {key: asked for name, asked in plays.items() for key in _keys(table, name)}


def _keys(table: KeyTable, name: str) -> list[str]:
    """As events name them: of what a binding says, single characters have names of their own."""
    keys = next(each.keys for each in table.keys if each.id == name).split(",")
    return [key if len(key) > 1 else key_name(key) for key in keys]


def _is_in_front(screen: Screen[Any], app: App[Any]) -> bool:
    """Nothing lies above it and nobody types into it."""
    try:
        is_front = app.screen is screen
    except ScreenStackError:
        return False
    focused = screen.focused
    return is_front and not (focused is not None and focused.check_consume_key("a", "a"))


def _no_straight_way(_command: Command) -> None:
    """Over a socket, or before there is an engine."""


def _nowhere(_command: Command) -> None:
    """No screen is there yet."""


def _unsaid(_words: str) -> None:
    """No screen is there yet."""


def _unseen() -> None:
    """No screen is there yet."""
