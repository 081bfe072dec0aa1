"""What a screen may ask and how it reaches the engine: `send` a command, `ask` for one frozen view.

The same two calls work in the engine's own process and over its socket, so a screen can't tell
which it has, and can do nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from lefi_tui.core.messages import Command

ORDERS_MAX: Final = 500  # what a person may scroll and filter through


@dataclass(frozen=True, slots=True)
class Query:
    """Reads; never journaled, never through the inbox."""


@dataclass(frozen=True, slots=True)
class DeskQuery(Query):
    """The whole desk as it stands: answered by a DeskView."""


@dataclass(frozen=True, slots=True)
class WhyQuery(Query):
    """The last run of a bot, its conditions with their values: answered by a WhyView."""

    bot: str


@dataclass(frozen=True, slots=True)
class OrdersQuery(Query):
    """The newest orders, working and past: answered by an OrdersView."""

    limit: int = ORDERS_MAX


class Receipt(Protocol):
    """The engine's word on a command: taken (its consequences follow as events), or why not."""

    @property
    def is_accepted(self) -> bool: ...

    @property
    def text(self) -> str: ...


class Channel(Protocol):
    def send(self, command: Command) -> Awaitable[Receipt]: ...

    def ask(self, query: Query) -> Awaitable[Any]: ...
