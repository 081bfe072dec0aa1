"""The composition root: the only file that knows every concrete class, and nobody knows it.

The run mode chose venue, feed and clock here; nowhere else is there an `if live`.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lefi_tui.core.messages import Command
from lefi_tui.errors import EngineAbsentError
from lefi_tui.requests import BacktestRequest, Hear, Progress, ReplayAnswer, RunRequest
from lefi_tui.settings import Loaded
from lefi_tui.views.queries import Channel, Query
from lefi_tui.wiring.demo import DEMO_VENUE, OPEN_S, socket_path, started

if TYPE_CHECKING:
    from lefi_tui.engine.engine import Engine


def serve_engine(settings: Loaded, say: Callable[[str], None]) -> int:
    """`lefi engine`: until SIGTERM, SIGINT or SIGHUP; bots go on at the next start."""
    folder = settings.settings.data_dir
    wake = threading.Event()

    def leave(_number: int, _frame: object) -> None:
        wake.set()

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, leave)
    engine = started(settings.settings, folder)
    say(f"The engine runs on the {DEMO_VENUE}. Attach with `lefi`; end it with SIGTERM.")
    wake.wait()
    engine.stop()
    say("The engine has ended; its journal is sealed.")
    return 0


# ---- screens and commands


@asynccontextmanager
async def client(settings: Loaded) -> AsyncGenerator[Channel, None]:
    """The running engine of this user, over its socket; raises EngineAbsentError without one."""
    from lefi_tui.engine.client import SocketChannel

    channel = await SocketChannel.open(socket_path(settings.settings.data_dir))
    try:
        yield channel
    finally:
        await channel.close()


@dataclass(slots=True)
class LateChannel:
    """A channel to an engine that is still starting: the screen is there at once, and waits."""

    engine: Future[Engine]

    async def _direct(self) -> Any:
        from lefi_tui.engine.channel import DirectChannel

        return DirectChannel(await asyncio.wrap_future(self.engine))

    async def send(self, command: Command) -> Any:
        return await (await self._direct()).send(command)

    async def ask(self, query: Query) -> Any:
        return await (await self._direct()).ask(query)


def open_app(settings: Loaded, *, is_demo: bool) -> int:
    """`lefi`: attach to the engine that runs, or open one with the desk in this process."""
    if is_demo:
        with tempfile.TemporaryDirectory(prefix="lefi-demo-") as throw_away:
            return _own_desk(settings, Path(throw_away))
    folder = settings.settings.data_dir
    if socket_path(folder).exists():
        try:
            return _attached_desk(settings)
        except EngineAbsentError:
            pass  # the socket of an engine that died; ours takes its place
    return _own_desk(settings, folder)


def _attached_desk(settings: Loaded) -> int:
    path = socket_path(settings.settings.data_dir)
    channel = _SocketFromAnyLoop(path)
    asyncio.run(channel.probe())
    from lefi_tui.app import open_desk
    from lefi_tui.wiring.rooms import furnished

    return open_desk(furnished(settings, channel, goes_on_without_us=True))


class _SocketFromAnyLoop:
    """Connects in the loop that first asks; a line that broke is opened again at the next call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._channel: Any = None

    async def probe(self) -> None:
        from lefi_tui.engine.client import SocketChannel

        channel = await SocketChannel.open(self._path)
        await channel.close()

    async def _open(self) -> Any:
        from lefi_tui.engine.client import SocketChannel

        if self._channel is None:
            self._channel = await SocketChannel.open(self._path)
        return self._channel

    async def send(self, command: Command) -> Any:
        return await self._call("send", command)

    async def ask(self, query: Query) -> Any:
        return await self._call("ask", query)

    async def _call(self, name: str, what: Any) -> Any:
        try:
            channel = await self._open()
            return await getattr(channel, name)(what)
        except EngineAbsentError as error:
            self._channel = None
            raise ConnectionError(str(error)) from error


def _own_desk(settings: Loaded, folder: Path) -> int:
    """The engine starts beside the screen: the first frame never waits for the database."""
    pool = ThreadPoolExecutor(1, "engine-start")
    engine = pool.submit(started, settings.settings, folder)
    from lefi_tui.app import open_desk
    from lefi_tui.wiring.rooms import furnished

    async def clean_up(_cause: signal.Signals) -> None:
        await asyncio.to_thread(_stop, engine)

    status = open_desk(furnished(settings, LateChannel(engine), clean_up=clean_up))
    _stop(engine)
    pool.shutdown(wait=False)
    return status


def _stop(engine: Future[Engine]) -> None:
    """Ends the engine; one that could not start says why, once the screen is gone."""
    running = engine.result(OPEN_S)
    running.stop()


# ---- simulation


def backtest_script(request: BacktestRequest, progress: Progress) -> Mapping[str, Any]:
    from lefi_tui.simulate.event_way import backtest

    return backtest(request, progress).report()


def run_script(request: RunRequest, settings: Loaded, hear: Hear) -> int:
    from lefi_tui.wiring.runs import run_on_demo, run_on_files

    if request.files:
        return run_on_files(request, settings.settings, hear)
    return run_on_demo(request, settings.settings, hear)


def replay_run(
    run: str, settings: Loaded, progress: Progress, source: str | None = None
) -> ReplayAnswer:
    from lefi_tui.wiring.runs import replayed

    return replayed(run, settings.settings, progress, source)
