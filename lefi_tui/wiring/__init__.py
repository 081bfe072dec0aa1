"""The composition root: the only file that knows every concrete class, and nobody knows it.

The run mode chose venue, feed and clock here; nowhere else is there an `if live`.
"""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.errors import EngineAbsentError
from lefi_tui.requests import BacktestRequest, Hear, Progress, ReplayAnswer, RunRequest
from lefi_tui.settings import Loaded, Settings
from lefi_tui.terminal.signals import ENDS, LOST, Signals
from lefi_tui.views.queries import Channel
from lefi_tui.wiring.accounts import DEMO_VENUE
from lefi_tui.wiring.demo import socket_path, started

LOOK_S: Final = 1.0  # how soon an engine that failed is noticed

if TYPE_CHECKING:
    from lefi_tui.terminal.waiter import Line


def serve_engine(settings: Loaded, say: Callable[[str], None]) -> int:
    """`lefi engine`: until SIGTERM or SIGINT, and a lost line if the settings say so."""
    from lefi_tui.adapters.privacy import keep_private

    keep_private()
    ends = ENDS if settings.settings.on_hangup == "keep" else ENDS | {LOST}
    told = threading.Event()

    def heed(cause: signal.Signals) -> None:
        if cause in ends:
            told.set()

    signals = Signals()
    signals.install()
    signals.listen(heed)
    engine = started(settings.settings, settings.settings.data_dir)
    say(f"The engine runs: {_accounts(settings.settings)}. Attach with `lefi`; "
        "`lefi engine --stop` ends it.")  # fmt: skip
    while not told.wait(LOOK_S) and engine.is_running:
        continue
    engine.stop()
    if LOST not in signals.came:  # else nobody is there to read it
        say("The engine has ended; its journal is sealed.")
    return 0


def _accounts(settings: Settings) -> str:
    """The demo market, and what config.toml names, each with its mode."""
    own = (f"{name} ({each.exchange}, {each.mode})" for name, each in settings.accounts.items())
    return ", ".join((f"the {DEMO_VENUE}", *own))


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


def open_app(settings: Loaded, line: Line, say: Callable[[str], None], *, is_demo: bool) -> int:
    """`lefi`: attach to the engine that runs, or open one with the desk in this process."""
    from lefi_tui.wiring.own_desk import OwnDesk

    if is_demo:
        with tempfile.TemporaryDirectory(prefix="lefi-demo-") as throw_away:
            return OwnDesk(settings, Path(throw_away), line, is_throw_away=True).open()
    folder = settings.settings.data_dir
    if socket_path(folder).exists():
        from lefi_tui.wiring.attached import attached_desk

        try:
            status, words = attached_desk(settings, line)
        except EngineAbsentError:
            pass  # the socket of an engine that died; ours takes its place
        else:
            if words:
                say(words)
            return status
    return OwnDesk(settings, folder, line, is_throw_away=False).open()


# ---- simulation


def backtest_script(request: BacktestRequest, progress: Progress) -> Mapping[str, Any]:
    from lefi_tui.simulate.event_way import backtest

    return backtest(request, progress).report()


def run_script(request: RunRequest, settings: Loaded, hear: Hear) -> int:
    from lefi_tui.wiring.runs import run_on_account, run_on_files

    if request.files:
        return run_on_files(request, settings.settings, hear)
    return run_on_account(request, settings.settings, hear)


def run_live(request: RunRequest, settings: Loaded, hear: Hear, ask: Callable[[str], str]) -> int:
    from lefi_tui.adapters.privacy import keep_private
    from lefi_tui.wiring.live_runs import run_live as carry_out

    keep_private()
    return carry_out(request, settings.settings, hear, ask)


def replay_run(
    run: str, settings: Loaded, progress: Progress, source: str | None = None
) -> ReplayAnswer:
    from lefi_tui.wiring.runs import replayed

    return replayed(run, settings.settings, progress, source)
