"""A word with the running engine, over its socket: what `bots`, `kill` and `resume` share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.core.messages import Command
from lefi_tui.errors import RefusedError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import Channel, DeskQuery

Answer = TypeVar("Answer")


def with_engine(output: Output, talk: Callable[[Channel], Awaitable[Answer]]) -> Answer:
    """What the talk answers; without an engine, why there is none and what to do."""
    settings = loaded(output)
    from lefi_tui import wiring

    async def whole() -> Answer:
        async with wiring.client(settings) as channel:
            return await talk(channel)

    return asyncio.run(whole())


async def sent(channel: Channel, command: Command, where: str) -> None:
    """Returns when the engine has made the command durable; its refusal is the answer no."""
    receipt = await channel.send(command)
    if not receipt.is_accepted:
        raise RefusedError(receipt.text, where=where, next_step="Nothing was changed")


async def desk(channel: Channel) -> DeskView:
    view = await channel.ask(DeskQuery())
    assert isinstance(view, DeskView)
    return view
