"""`lefi bots start --game`: what nobody has set is fitted to the market, as the form does."""

from __future__ import annotations

from collections.abc import Mapping

from lefi_tui.core.record import Record
from lefi_tui.errors import RefusedError
from lefi_tui.views.game_view import GameView
from lefi_tui.views.queries import Channel, GameQuery


class Fitted(Record):
    settings: tuple[tuple[str, str], ...]  # those that are not the game's own defaults
    told: str  # what it plays
    doubt: str  # what to know of it; empty where there is nothing


async def fitted(channel: Channel, account: str, bot: str, typed: Mapping[str, str]) -> Fitted:
    """Raises RefusedError where no game can be started so."""
    from lefi_tui.views.game_form import chosen, defaults, doubt, mistake

    view = await channel.ask(GameQuery())
    assert isinstance(view, GameView)
    symbol = typed.get("symbol", "").strip()
    own = (each for each in view.markets if each.account == account)
    market = next((each for each in own if symbol in {"", each.symbol}), None)
    values = {**defaults(market), **typed}
    wrong = mistake(values, market)
    if wrong:
        step = "Set others: --set NAME=VALUE; nothing was changed"
        raise RefusedError(wrong, where=bot, next_step=step)
    told = f"{values['symbol']} at {values['leverage']}x, sizes {values['sizes']}"
    return Fitted(chosen(values), told, doubt(values, market))
