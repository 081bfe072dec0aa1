"""Our end of an account's own stream: what it tells, and whether it may be believed to tell all.

The rules it keeps: it only ever makes us quicker, the exchange's answers stay the truth; a stream
is proven while it is open, something came from it within seconds, and nothing was read elsewhere
that it should have told. Whatever it may have missed is read at once, and the words say so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct, ValidationError, convert

from lefi_tui.adapters.exchange_exits import Ask
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_S: Final = 1_000_000_000
TELLS_MAX: Final = 4_096  # that wait for us; past it what they said is read instead
OWED_MAX: Final = 256
RECENT_MAX: Final = 1_024
ASKED: Final = "asks for its orders each second"
TOLD: Final = "hears of its orders as it happens"


class StreamTerms(Record):
    """Seconds; the first five are kept where the socket is."""

    ping_s: float = 3.0  # between two pings of ours
    dead_s: float = 10.0  # without a frame or a pong
    keep_s: float = 1_200.0  # a listen key is good for an hour
    first_wait_s: float = 1.0  # until it is opened again; doubled after each failure
    most_wait_s: float = 30.0
    deaf_s: float = 2.5  # what was read elsewhere has to be told by then
    look_s: float = 1.0  # between two looks while something of ours works and it is not proven
    proven_s: float = 5.0  # and while it is
    quiet_s: float = 10.0  # and while nothing works


class StreamStanding(Record):
    """How it stands, for people; ages in seconds, None for never."""

    is_offered: bool  # False: this exchange is asked instead
    is_proven: bool
    why: str  # not, where it is not
    open_s: float | None = None
    confirmed_s: float | None = None  # what works was last read whole, or told on a proven line
    opened: int = 0
    caught_up: int = 0
    unread: int = 0
    dropped: int = 0


class LineTold(Record, tag_field="what", tag="stream"):
    state: str  # open alive closed ended
    why: str = ""


class UnreadTold(Record, tag_field="what", tag="unread"):
    text: str


class OrderTold(Record, tag_field="what", tag="order"):
    """`trade` has the form of an answer to a question for trades."""

    id: str  # client order id
    venue_order_id: str
    symbol: str
    side: str
    status: str
    units: str
    filled: str
    at_ms: int
    trade: dict[str, Any] | None = None


class ExitTold(Record, tag_field="what", tag="exit"):
    id: str
    symbol: str
    status: str


class AccountTold(Record, tag_field="what", tag="account"):
    """The wallet, a position or a setting was changed, by whomever."""

    reason: str
    symbols: tuple[str, ...]
    at_ms: int
    leverages: tuple[tuple[str, str], ...] = ()  # of markets where it was set


News = OrderTold | ExitTold | AccountTold
Told = LineTold | UnreadTold | News
Say = Callable[[str, str], None]  # what, why


class _Line(Struct):
    """Moments are of the monotonic clock; 0 is never."""

    is_asked: bool = False
    is_offered: bool = True
    is_open: bool = False
    is_deaf: bool = False  # until it tells something again
    why: str = "not opened yet"
    opened_ns: int = 0
    heard_ns: int = 0
    looked_ns: int = 0  # when the last whole look began
    read_ns: int = 0  # and the last one that had something to ask
    again_ns: int = 0  # not opened anew because of deafness before
    opened: int = 0
    caught_up: int = 0
    unread: int = 0
    dropped: int = 0


class UserStream:
    """`ask` reaches the exchange's process; `hear` gets the news; `missed` is told why to look."""

    def __init__(self, ask: Ask, clock: Clock, terms: StreamTerms) -> None:
        self.ask, self._clock, self.terms = ask, clock, terms
        self.hear: Callable[[News], None] = _unheard
        self.missed: Callable[[], None] = _nobody
        self.say: Say = _unsaid
        self._line = _Line()
        self._tells: deque[dict[str, Any]] = deque()
        self._is_short = False  # some of it was dropped
        self._come = asyncio.Event()
        self._owed: dict[str, int] = {}  # read elsewhere first: since when
        self._recent: dict[str, None] = {}  # news that it has told
        self._said = ""  # what people were told last

    # ---- what it is told

    def put(self, told: dict[str, Any]) -> None:
        """Where answers are read: nothing is done here, nothing can go wrong."""
        if len(self._tells) >= TELLS_MAX:
            self._line.dropped += len(self._tells)
            self._tells.clear()
            self._is_short = True
            self._line.is_open = self._line.is_asked = False  # its end may have been among it
            self._line.why = "it told more than could be heard"
        self._tells.append(told)
        self._come.set()

    async def run(self) -> None:
        while True:
            await self._come.wait()
            self._come.clear()
            while self._tells:
                self._take(self._tells.popleft())
            if self._is_short:
                self._is_short = False
                self._owed.clear()
                self._word(ASKED, "the account's own stream told more than could be heard")
                self.missed()

    def _take(self, told: dict[str, Any]) -> None:
        try:
            news: Told = convert(told, Told)
        except ValidationError as error:
            news = UnreadTold(str(error))
        match news:
            case LineTold():
                self._stands(news)
            case UnreadTold():
                self._unread(news)
            case _:
                self._line.heard_ns = self._clock.monotonic_ns()
                self._line.is_deaf = False
                self.hear(news)

    def _stands(self, told: LineTold) -> None:
        line, now_ns = self._line, self._clock.monotonic_ns()
        if told.state == "alive":
            line.heard_ns = now_ns
        elif told.state == "open":
            line.is_open, line.why = True, ""
            line.opened_ns = line.heard_ns = now_ns
            line.opened += 1
            self._owed.clear()
            self.missed()
        else:
            line.is_asked = line.is_asked and told.state != "ended"
            line.is_open, line.why = False, told.why
            self._owed.clear()
            self._word(ASKED, f"the account's own stream is lost: {told.why}")
            self.missed()

    def _unread(self, told: UnreadTold) -> None:
        self._line.unread += 1
        if self._line.unread == 1:
            self.say("asks what it was not told", f"its stream can't be read here: {told.text}")
        self.missed()

    def _word(self, what: str, why: str) -> None:
        """The same again is no news."""
        if what != self._said:
            self._said = what
            self.say(what, why)

    # ---- whether it may be believed

    def is_proven(self) -> bool:
        line = self._line
        age_ns = self._clock.monotonic_ns() - line.heard_ns
        is_heard = age_ns <= self.terms.dead_s * NS_PER_S
        return line.is_open and not line.is_deaf and is_heard and line.looked_ns > line.opened_ns

    def read_first(self, news: str) -> None:
        """A look has found it; a stream that hears tells it too, a moment earlier or later.

        What may have happened before the stream was open it does not owe.
        """
        line = self._line
        is_owed = line.is_open and line.looked_ns > line.opened_ns and news not in self._recent
        if is_owed and len(self._owed) < OWED_MAX:
            self._owed.setdefault(news, self._clock.monotonic_ns())

    def told_too(self, news: str) -> None:
        self._owed.pop(news, None)
        self._recent[news] = None
        if len(self._recent) > RECENT_MAX:
            del self._recent[next(iter(self._recent))]

    def deaf_in_s(self) -> float | None:
        """When what it owes is due; None where it owes nothing."""
        if not self._owed:
            return None
        since_ns = min(self._owed.values())
        return self.terms.deaf_s - (self._clock.monotonic_ns() - since_ns) / NS_PER_S

    def looked(self, began_ns: int, *, has_read: bool) -> None:
        """All that works was read; what happened before `began_ns` is known."""
        line = self._line
        if has_read:
            line.read_ns = began_ns
        is_first = line.looked_ns <= line.opened_ns < began_ns
        line.looked_ns = began_ns
        if line.is_open and is_first:
            line.caught_up += 1
            if self._said and not line.is_deaf:
                self._word(TOLD, "its own stream is open again; what it had missed was read")

    def confirmed(self) -> None:
        """What the account holds was read."""
        self._line.read_ns = self._clock.monotonic_ns()

    async def tend(self) -> None:
        """Opened where it is not, and anew where it is deaf. Raises VenueTimeoutError."""
        line, now_ns = self._line, self._clock.monotonic_ns()
        due_s = self.deaf_in_s()
        if due_s is not None and due_s <= 0:
            self._owed.clear()
            line.is_deaf, line.why = True, "what the exchange showed it did not tell"
            self._word(ASKED, f"the account's own stream is deaf: {line.why}")
            if now_ns >= line.again_ns:
                line.again_ns = now_ns + int(self.terms.most_wait_s * NS_PER_S)
                line.is_asked = False
        if line.is_asked or not line.is_offered:
            return
        line.is_asked = True
        try:
            told = await self.ask("stream", terms=_plain(self.terms))
        except VenueTimeoutError:
            line.is_asked = False
            raise
        line.is_offered = told["is_offered"]
        if not line.is_offered:
            line.why = told["why"]

    def standing(self) -> StreamStanding:
        line = self._line
        confirmed = max(line.read_ns, line.heard_ns if self.is_proven() else 0)
        return StreamStanding(
            line.is_offered,
            self.is_proven(),
            line.why,
            self._age_s(line.opened_ns) if line.is_open else None,
            self._age_s(confirmed),
            line.opened,
            line.caught_up,
            line.unread,
            line.dropped,
        )

    def _age_s(self, at_ns: int) -> float | None:
        return (self._clock.monotonic_ns() - at_ns) / NS_PER_S if at_ns else None


def _plain(terms: StreamTerms) -> dict[str, float]:
    return {name: getattr(terms, name) for name in terms.__struct_fields__}


def _unheard(_news: News) -> None:
    """Nobody listens yet."""


def _nobody() -> None:
    """Nobody looks on yet."""


def _unsaid(_what: str, _why: str) -> None:
    """Nobody tells it to people."""
