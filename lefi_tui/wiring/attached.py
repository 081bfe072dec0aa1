"""The desk on an engine that runs elsewhere: when it ends, a screen ends, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Command
from lefi_tui.errors import EngineAbsentError, NoAnswerError, RefusedError
from lefi_tui.settings import Loaded
from lefi_tui.views.queries import Query
from lefi_tui.wiring.demo import socket_path

if TYPE_CHECKING:
    from lefi_tui.engine.client import SocketChannel
    from lefi_tui.terminal.waiter import Line

GOES_ON: Final = (
    "The engine goes on without a screen: `lefi` shows it, `lefi engine --stop` ends it."
)


def attached_desk(settings: Loaded, line: Line) -> tuple[int, str]:
    """The exit status, and a word for the shell; raises EngineAbsentError when nothing answers."""
    path = socket_path(settings.settings.data_dir)
    asyncio.run(_probe(path))
    from lefi_tui.wiring.opened import open_desk
    from lefi_tui.wiring.rooms import furnished
    from screens.hand import Hand

    said: list[str] = []

    def detach() -> str:
        said.append(GOES_ON)
        return ""

    setup = furnished(
        settings,
        SocketFromAnyLoop(path),
        goes_on_without_us=True,
        detach=detach,
        at_first_frame=_at_first_frame,
        hand=Hand(now_ns=SystemClock().now_ns),
    )
    return open_desk(setup, line.signals), "".join(said[:1])


def _at_first_frame() -> None:
    """What would hold it up: a passphrase may be typed here, so this process keeps to itself."""
    from lefi_tui.adapters.privacy import keep_private
    from lefi_tui.wiring.rooms import keep_loaded

    keep_private()
    keep_loaded()


async def _probe(path: Path) -> None:
    from lefi_tui.engine.client import SocketChannel

    channel = await SocketChannel.open(path)
    await channel.close()


class SocketFromAnyLoop:
    """Connects in the loop that first asks; a line that broke is opened again at the next call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._channel: SocketChannel | None = None
        self._opening = asyncio.Lock()

    async def send(self, command: Command) -> Any:
        with _as_lost():
            return await (await self._open()).send(command)

    async def ask(self, query: Query) -> Any:
        with _as_lost():
            return await (await self._open()).ask(query)

    async def _open(self) -> SocketChannel:
        """One for all calls, however many wait for it."""
        from lefi_tui.engine.client import SocketChannel

        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await SocketChannel.open(self._path)
            return self._channel


@contextmanager
def _as_lost() -> Iterator[None]:
    """A screen knows two ways: what was written and not answered, and what was never written."""
    try:
        yield
    except NoAnswerError as error:
        raise TimeoutError(error.why) from error
    except (EngineAbsentError, RefusedError) as error:
        raise ConnectionError(error.why) from error
