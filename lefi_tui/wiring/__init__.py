"""The composition root: the only file that knows every concrete class, and nobody knows it.

The run mode chose venue, feed and clock here; nowhere else is there an `if live`.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lefi_tui.errors import EngineAbsentError

# A simulation loads no engine, and an attached screen no simulation.
if TYPE_CHECKING:
    from lefi_tui.requests import (
        BacktestRequest,
        Hear,
        PracticeRequest,
        Progress,
        ReplayAnswer,
        RunRequest,
        SweepRequest,
    )
    from lefi_tui.settings import Loaded
    from lefi_tui.terminal.waiter import Line
    from lefi_tui.views.proof_view import ProofView
    from lefi_tui.views.queries import Channel
    from lefi_tui.views.sweep_view import SweepView


def serve_engine(settings: Loaded, say: Callable[[str], None]) -> int:
    """`lefi engine`: until SIGTERM or SIGINT, and a lost line if the settings say so."""
    from lefi_tui.wiring.serving import serve

    return serve(settings, say)


# ---- screens and commands


@asynccontextmanager
async def client(settings: Loaded) -> AsyncGenerator[Channel, None]:
    """The running engine of this user, over its socket; raises EngineAbsentError without one."""
    from lefi_tui.engine.client import SocketChannel
    from lefi_tui.wiring.demo import socket_path

    channel = await SocketChannel.open(socket_path(settings.settings.data_dir))
    try:
        yield channel
    finally:
        await channel.close()


def open_app(settings: Loaded, line: Line, say: Callable[[str], None], *, is_demo: bool) -> int:
    """`lefi`: attach to the engine that runs, or open one with the desk in this process."""
    from lefi_tui.wiring.demo import socket_path
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


def open_practice(settings: Loaded, request: PracticeRequest, line: Line) -> int:
    """`lefi practice`: a desk of its own beside the real one, which keeps its games' scores."""
    from msgspec.structs import replace

    from lefi_tui.wiring.accounts import PRACTICE
    from lefi_tui.wiring.own_desk import OwnDesk
    from lefi_tui.wiring.recorded import practicing

    profile = practicing(settings.settings, request)
    folder = profile.data_dir / PRACTICE
    desk = OwnDesk(replace(settings, settings=profile), folder, line, is_throw_away=True)
    desk.also = (PRACTICE,)
    return desk.open()


# ---- simulation


def backtest_script(request: BacktestRequest, progress: Progress) -> Mapping[str, Any]:
    from lefi_tui.simulate.machine.runner import backtest
    from lefi_tui.simulate.trust import honestly
    from lefi_tui.views.honest_words import report

    result = backtest(request, progress)
    return {**result.report(), "honest": report(honestly(result, request))}


def prove_script(request: BacktestRequest, progress: Progress) -> tuple[ProofView, ...]:
    from lefi_tui.simulate.proofs import proofs

    return proofs(request, progress)


def sweep_script(request: SweepRequest, progress: Progress) -> SweepView:
    from lefi_tui.simulate.sweep import sweep
    from lefi_tui.simulate.trust import swept

    return swept(sweep(request, progress), request.run)


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
