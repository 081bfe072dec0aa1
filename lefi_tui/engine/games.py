"""Looks after games that are armed: what they would be played blind by disarms them, and says why.

The rule it keeps: it decides nothing but that; the word goes the way of a key, through the inbox
into the journal, and the game itself takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from bots.ttadak import GameState
from lefi_tui.core.desk import BotStatus, Desk
from lefi_tui.core.desk.state import BotRecord
from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import FeedStated, MarketInput, OrdersHeard, PlayGame
from lefi_tui.engine.depth import NO_BOOKS
from lefi_tui.views.book_view import Standing
from lefi_tui.views.game_picture import bot_of, game_view
from lefi_tui.views.game_view import GameView
from lefi_tui.views.picture import marked
from lefi_tui.views.queries import GameQuery

if TYPE_CHECKING:
    from lefi_tui.engine.writer import SingleWriter

LOOK_S: Final = 0.25
# Whoever arms a game that no screen shows has its book asked for only now.
FIRST_BOOK_NS: Final = 5_000_000_000
NS_PER_MS: Final = 1_000_000
BY: Final = "engine"
NOT_ALL: Final = "the account's own stream does not tell all yet"


class Games:
    """`standing` and `view` may be asked from any thread."""

    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._clock = writer.setup.world.clock
        self._doubts: dict[str, str] = {}  # why an account's own stream can't be believed
        self._waits: dict[str, str] = {}  # why no prices come to it
        self._old: frozenset[str] = frozenset()  # games whose book was old at the last look
        self._since: dict[str, int] = {}  # games that are armed, since they were first seen so

    # ---- what is known

    def standing(self, account: str, symbol: str) -> Standing:
        depth = self._writer.setup.world.depths.get(account)
        known = (self._doubts.get(account, ""), self._waits.get(account, ""))
        if depth is None:  # its price stands for it
            return Standing(None, None, self._price_ms(account, symbol), *known, NO_BOOKS)
        line, view = depth.line(), self._writer.depth.look(account, symbol, prints=0)
        ages = [each for each in (view.age_ms, view.heard_ms) if each is not None]
        return Standing(line.ping_ms, line.offset_ms, max(ages, default=None), *known, line.why)

    def view(self, query: GameQuery, desk: Desk) -> GameView:
        """A game beside the newest book of its market, on the desk with the newest prices."""
        desk = marked(desk, self._writer.publisher.screen.prices)
        bot, now_ns = bot_of(desk, query.bot), self._clock.now_ns()
        if bot is None:
            return game_view(desk, None, None, Standing(), now_ns)
        market = bot.account, bot.needs.symbols[0]
        reach = self.standing(*market)
        return game_view(desk, bot, self._writer.depth.book(*market), reach, now_ns)

    def _price_ms(self, account: str, symbol: str) -> int | None:
        price = self._writer.publisher.screen.prices.get((account, symbol))
        if price is None:
            return None
        return max(self._clock.now_ns() // NS_PER_MS - price.quote.time_ms, 0)

    # ---- in the engine's loop

    def hear(self, message: MarketInput) -> None:
        """What feeds say of themselves; a line that is lost disarms before its next look."""
        if isinstance(message, OrdersHeard):
            why = (message.why or NOT_ALL) if message.is_doubted else ""
            self._heard(self._doubts, message.account, why)
        elif isinstance(message, FeedStated):
            self._heard(self._waits, message.account, message.what if message.is_waiting else "")

    def _heard(self, known: dict[str, str], account: str, why: str) -> None:
        is_news = bool(why) and not known.get(account)
        known[account] = why
        if is_news:
            self.look()

    async def run(self) -> None:
        while True:
            self.look()
            await self._clock.sleep(LOOK_S)

    def look(self) -> None:
        """An old book has to be old at two looks: one may come before what waits to be heard,
        where our own loop was held up."""
        games = {bot.id: (bot, state) for bot, state in armed(self._writer.desk)}
        now_ns = self._clock.monotonic_ns()
        self._since = {bot: self._since.get(bot, now_ns) for bot in games}
        before, self._old = self._old, frozenset()
        for bot, state in games.values():
            stands = self.standing(bot.account, state.settings.symbol)
            why = _lost(stands, state)
            old = self._too_old(bot, stands, state)
            if old:
                self._old |= {bot.id}
            if why or (old and bot.id in before):
                play, at_ns = Play(Do.DISARM, typed=why or old, by=BY), self._clock.now_ns()
                self._writer.inbox.put(PlayGame(bot.id, play, at_ns, BY))

    def _too_old(self, bot: BotRecord, stands: Standing, state: GameState) -> str:
        what = "book" if bot.account in self._writer.setup.world.depths else "price"
        if stands.book_ms is None:
            waited_ns = self._clock.monotonic_ns() - self._since[bot.id]
            return f"no {what} was heard" if waited_ns > FIRST_BOOK_NS else ""
        most_ms = state.settings.stale_ms
        if stands.book_ms <= most_ms:
            return ""
        return f"the {what} is {stands.book_ms:,} ms old, {most_ms:,} are allowed"


def armed(desk: Desk) -> Iterator[tuple[BotRecord, GameState]]:
    for bot in desk.bots.values():
        state = bot.state
        is_game = bot.status is BotStatus.RUNNING and isinstance(state, GameState)
        if is_game and state.is_armed:
            yield bot, state


def _lost(stands: Standing, state: GameState) -> str:
    """Why nobody should play there now, however new its book is; empty while all is well."""
    if stands.waits:
        return f"no prices come: {stands.waits}"
    if stands.stream:
        return stands.stream
    off_ms, most_ms = stands.offset_ms, state.settings.clock_ms
    if off_ms is None or abs(off_ms) <= most_ms:
        return ""
    return f"the exchange's clock is {off_ms:+,} ms from ours, {most_ms:,} are allowed"
