"""`lefi kill`: every bot stops, every order is canceled, none can be sent until `lefi resume`.

It waits for the proof: 0 says that the venues show it, 1 what is left. Without an engine that
answers it leaves a KILL file, so that the next start trades nothing.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import suppress
from typing import Final

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.core.messages import Kill, TradingState
from lefi_tui.errors import EngineAbsentError
from lefi_tui.views.kill_view import KillView
from lefi_tui.views.queries import Channel, KillQuery

LOOK_S: Final = 0.1
ANSWER_S: Final = 2.0  # of the engine to one question; one that hangs is told
NOT_PROVEN: Final = 1


def run(arguments: Namespace, output: Output) -> int:
    wait_s = arguments.wait_ms / 1_000

    async def killed(channel: Channel) -> KillView:
        return await _killed(channel, output, wait_s, is_told=not arguments.json)

    try:
        view = with_engine(output, killed)
    except EngineAbsentError as error:
        raise _left_a_file(output, error.why) from error
    except TimeoutError as error:
        raise _left_a_file(output, f"it does not answer in {ANSWER_S:g} s") from error
    if arguments.json:
        output.value(_data(view))
    else:
        _say(view, output)
    return 0 if view.proof else NOT_PROVEN


async def _killed(channel: Channel, output: Output, wait_s: float, *, is_told: bool) -> KillView:
    """Its receipt is not waited for: a disk that hangs must not hold up the words."""
    sending = asyncio.ensure_future(channel.send(Kill(by="command line", reason="lefi kill")))
    told = 0
    end_s = asyncio.get_running_loop().time() + wait_s
    while True:
        view = await asyncio.wait_for(channel.ask(KillQuery()), ANSWER_S)
        assert isinstance(view, KillView)
        if is_told:
            for step in view.steps[told:]:
                output.say(f"{step.at}  {step.text}")
            told = len(view.steps)
        is_over = view.state is TradingState.HALTED and bool(view.proof)
        if is_over or asyncio.get_running_loop().time() >= end_s:
            break
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(sending), LOOK_S)
        await _pause()
    sending.cancel()
    return view


async def _pause() -> None:
    """Between two looks."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.get_running_loop().create_future(), LOOK_S)


def _data(view: KillView) -> dict[str, object]:
    return {
        "state": view.state.value,
        "proof": view.proof or None,
        "left": list(view.left),
        "steps": [{"at": each.at, "text": each.text} for each in view.steps],
        "positions": list(view.positions),
    }


def _say(view: KillView, output: Output) -> None:
    if view.proof:
        output.line(f"{view.proof}. `lefi resume` allows orders again.")
        return
    output.line(f"Trading is {view.state}; the kill goes on. Not proven yet, what is left:")
    for each in view.left or ("the venues are being read",):
        output.line(f"  {each}")


def _left_a_file(output: Output, why: str) -> EngineAbsentError:
    """Nobody is there to cancel anything; what can be done is that nothing new is sent."""
    from lefi_tui.engine.halted import KILL

    file = loaded(output).settings.data_dir / KILL
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        step = "End the engine's process, and cancel at the venue itself"
        failed = f"{why}, and no KILL file can be made ({error.strerror}); nothing was canceled"
        return EngineAbsentError(failed, where=str(file), next_step=step)
    step = (
        "Look at the venue itself. The KILL file is there now: an engine that still runs halts "
        "when it sees it, and `lefi engine` starts halted; remove it before `lefi resume`"
    )
    return EngineAbsentError(f"{why}; nothing was canceled", where=str(file), next_step=step)
