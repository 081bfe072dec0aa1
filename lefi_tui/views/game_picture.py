"""The picture of a game: the bot's own state beside the desk's orders and the newest book.

The rule it keeps: nothing is invented. Without a price no side is judged; a stop stands where its
venue holds it.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import accumulate
from typing import Final

from msgspec.structs import replace

from bots.ttadak import GameState, stage_of
from bots.ttadak.arithmetic import Levels, Liquidity, Rules, levels, stop_refusal
from bots.ttadak.ordering import exit_of
from bots.ttadak.state import Game, plan_of, rules_of
from lefi_tui.core.book import Book
from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.covering import protection_of
from lefi_tui.core.desk.grounds import ground_of
from lefi_tui.core.game import Ground, Round
from lefi_tui.core.money import MONEY
from lefi_tui.core.order import Order, Side
from lefi_tui.core.protection import Cover, Protection
from lefi_tui.core.record import Record
from lefi_tui.views.book_view import Standing
from lefi_tui.views.game_entry import NO_GAME, Entry, refused
from lefi_tui.views.game_form import markets_of
from lefi_tui.views.game_sides import side_view
from lefi_tui.views.game_times import spans
from lefi_tui.views.game_view import (
    KIND,
    GameView,
    Held,
    Mark,
    OwnOrder,
    Refusal,
    RoundRow,
    Setup,
    Tally,
)
from lefi_tui.views.numbers import places_of
from lefi_tui.views.picture import mode_of
from lefi_tui.views.protection_words import in_short

ROUNDS_SHOWN: Final = 40  # as many as a tall screen has lines


class _At(Record):
    """All that is looked at."""

    desk: Desk
    bot: BotRecord
    state: GameState
    ground: Ground
    book: Book | None
    now_ns: int

    @property
    def best(self) -> tuple[Decimal, Decimal] | None:
        """Bid and ask: of the book, else as the game heard them."""
        if self.book is not None and self.book.bids and self.book.asks:
            return self.book.bids[0].price, self.book.asks[0].price
        state = self.state
        return (state.bid, state.ask) if state.bid and state.ask else None


def games_of(desk: Desk) -> tuple[str, ...]:
    """All that run, the first started first."""
    return tuple(each.id for each in desk.bots.values() if each.kind == KIND and each.is_open)


def bot_of(desk: Desk, asked: str) -> BotRecord | None:
    """The game that is asked for, else the first that runs."""
    running = games_of(desk)
    found = desk.bots.get(asked or (running[0] if running else ""))
    return found if found is not None and found.kind == KIND else None


def game_view(
    desk: Desk, bot: BotRecord | None, book: Book | None, reach: Standing, now_ns: int
) -> GameView:
    running = games_of(desk)
    if bot is None:
        return GameView(now_ns, games=running, markets=markets_of(desk))
    state = bot.state
    assert isinstance(state, GameState), "its kind says so"
    symbol, account = state.settings.symbol, desk.accounts[bot.account]
    view = GameView(
        now_ns,
        bot.id,
        running,
        account=account.name,
        symbol=symbol,
        base=symbol.partition("/")[0],
        currency=account.currency,
        mode=mode_of(account),
        is_real=account.is_real,
        status=bot.status.value,
        is_alive=bot.is_alive,
        stage=stage_of(state).value,
        is_armed=state.is_armed and bot.is_alive,
        why=state.why if bot.is_alive else bot.reason,
        rounds=tuple(_round(each, None) for each in reversed(state.rounds[-ROUNDS_SHOWN:])),
        tally=_tally(state),
        spans=spans(state),
        reach=reach,
        ignored=state.keys.ignored,
        losses_in_row=state.tally.losses_row,
        markets=markets_of(desk),
    )
    ground = ground_of(desk, bot.account, symbol, bot.id)
    if ground is None:
        nowhere = Refusal(NO_GAME, f"{bot.account} has no market {symbol}.")
        return replace(view, refusal=nowhere)
    return _on_ground(view, _At(desk, bot, state, ground, book, now_ns))


def _on_ground(view: GameView, at: _At) -> GameView:
    state, game, tick = at.state, at.state.game, at.ground.instrument.tick
    best = at.best
    plan, why = plan_of(state.settings, at.ground)
    rules = rules_of(state, at.ground, plan)
    if game is not None:
        plan, why, rules = game.plan, game.plan_why, game.rules
    cover = None if game is None or not game.open else _cover(at)
    played = () if game is None else (_levels(game, cover),)
    sides = played or _both(best, rules)
    units = state.units if game is None else game.entered.units or game.entry.units
    return replace(
        view,
        tick=tick,
        places=places_of(at.ground.instrument, float(best[0]) if best else 0.0),
        setup=_setup(state, rules, plan.value, why),
        sides=tuple(side_view(each, units, rules) for each in sides),
        refusal=_refusal(at, rules) if game is None else None,
        held=None if game is None or cover is None else _held(at, game, cover),
        orders=() if game is None else _orders(at, game),
        marks=_marks(sides, is_played=game is not None),
        rounds=tuple(_round(each, tick) for each in reversed(state.rounds[-ROUNDS_SHOWN:])),
    )


def _setup(state: GameState, rules: Rules, plan: str, why: str) -> Setup:
    settings = state.settings
    return Setup(
        settings.leverage,
        state.target,
        state.stop,
        settings.sizes,
        state.key,
        rules.entry.value,
        rules.exit.value,
        plan,
        why,
        settings.stale_ms,
        settings.clock_ms,
    )


def _refusal(at: _At, rules: Rules) -> Refusal | None:
    """Why a key would begin no game now."""
    late, best = stop_refusal(rules), at.best
    if late:
        return Refusal(NO_GAME, late)
    if best is None or at.state.doubted or not at.bot.is_alive:
        return None
    priced = replace(at.state, bid=best[0], ask=best[1])
    return refused(Entry(at.desk, at.bot, priced, at.ground, at.now_ns))


# ---- sides


def _both(best: tuple[Decimal, Decimal] | None, rules: Rules) -> tuple[Levels, ...]:
    """As they would be entered now."""
    if best is None:
        return ()
    bid, ask = best if rules.entry is Liquidity.MAKER else (best[1], best[0])
    return levels(Side.BUY, bid, rules), levels(Side.SELL, ask, rules)


def _levels(game: Game, cover: Protection | None) -> Levels:
    """As it is played: the exit where it was put, the stop where it is held."""
    entry = game.entered.average or game.entry.price
    at = levels(game.side, entry, game.rules)
    held = None if cover is None else cover.price
    return replace(at, exit=exit_of(game), stop=held or game.stop_at or at.stop)


def _marks(sides: tuple[Levels, ...], *, is_played: bool) -> tuple[Mark, ...]:
    if is_played:
        return tuple(each for side in sides for each in _played_marks(side))
    both = ((("=", side.break_even), ("T", side.exit)) for side in sides)
    return tuple(Mark(*each) for pair in both for each in pair)


def _played_marks(at: Levels) -> tuple[Mark, ...]:
    marks = (("E", at.entry), ("=", at.break_even), ("T", at.exit), ("S", at.stop))
    found = tuple(Mark(*each) for each in marks)
    return found if at.liquidation is None else (*found, Mark("L", at.liquidation))


# ---- what is open


def _cover(at: _At) -> Protection:
    position = at.desk.positions.get((at.bot.account, at.state.settings.symbol))
    if position is None:
        return Protection(Cover.NONE)
    return protection_of(at.desk, position, at.now_ns)


def _held(at: _At, game: Game, cover: Protection) -> Held:
    best, entry = at.best, game.entered.average
    places = places_of(at.ground.instrument, float(entry))
    held = Held(
        game.open * game.side.sign,
        entry,
        None,
        None,
        None,
        None,
        in_short(cover, places),
        cover.cover is Cover.BARE,
        game.began_ms * 1_000_000,
    )
    if best is None:
        return held
    mark = best[0] if game.side is Side.BUY else best[1]
    with localcontext(MONEY):
        gross = (mark - entry) * held.units
        fees = game.entered.fees * game.open / game.entered.units
        net = gross - fees - mark * game.open * game.rules.fees.taker
    steps = int((mark - entry) / game.rules.tick) * game.side.sign if game.rules.tick else None
    return replace(held, mark=mark, ticks=steps, gross=gross, net=net)


def _orders(at: _At, game: Game) -> tuple[OwnOrder, ...]:
    known = {each.ticket: each for each in at.desk.working_of(at.bot.id) if each.ticket}
    exit_side = game.side.opposite
    asked = [(game.side, "entry", game.entry), *((exit_side, "exit", leg) for leg in game.exits)]
    return tuple(
        OwnOrder(side.value, leg.price, leg.remaining, name, _status(known.get(leg.ticket)))
        for side, name, leg in asked
        if not leg.is_done
    )


def _status(order: Order | None) -> str:
    return "asked" if order is None else order.status.value


# ---- what was


def _round(each: Round, tick: Decimal | None) -> RoundRow:
    sign = 1 if each.side == Side.BUY else -1
    is_known = tick and each.entry and each.exit
    return RoundRow(
        each.game,
        each.side,
        each.result,
        each.ended_by,
        int((each.exit - each.entry) / tick) * sign if tick and is_known else None,
        each.net,
        float(each.net_share),
        each.fees,
        each.planned_fees,
        each.ended_ns,
    )


def _tally(state: GameState) -> Tally:
    tally = state.tally
    nets = [each.net for each in state.rounds if each.result != "missed"]
    games = tally.games - tally.missed
    with localcontext(MONEY):
        before = tally.net - sum(nets)  # rounds that are kept no more
    return Tally(
        games,
        tally.missed,
        tally.won,
        tally.lost,
        tally.net,
        tally.fees,
        tally.streak,
        tally.best,
        tally.worst,
        tuple(accumulate(map(float, nets), initial=float(before))) if nets else (),
    )
