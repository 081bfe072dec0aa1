"""The process in which ccxt lives: a line of JSON in is a question, a line out its answer.

A line out without a number answers nothing: it tells what a stream of the account has just said.

The rules it keeps: it dies with whoever started it (its input ends), and holds no state but the
exchange's markets, so it may be killed at any moment, and another takes its place. A key comes by
its first line, never as an argument or in the environment, where others could read it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final, Protocol

from lefi_tui.adapters.ccxt_client import PublicExchange, Refusal
from lefi_tui.adapters.ccxt_keys import KeyedExchange
from lefi_tui.adapters.ccxt_private import PrivateExchange
from lefi_tui.adapters.held_questions import DroppedError, Gates, gate, passed
from lefi_tui.adapters.privacy import keep_private
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.redaction import REDACTOR

MADE_READY: Final = frozenset({"place"})  # before its word; all else that is held begins with it
LINE_BYTES_MAX: Final = 16_000_000  # the ids of a week of quick trading are some hundred thousand

Tell = Callable[[dict[str, Any]], None]
Waits = asyncio.Future[int] | None  # of a question that is held: for its word
Opened = Callable[[Mapping[str, Any], Tell], "Exchange"]


class Exchange(Protocol):
    async def answer(self, question: str, asked: Mapping[str, Any], /) -> Any: ...

    async def close(self) -> None: ...


def opened(begin: Mapping[str, Any], tell: Tell) -> Exchange:
    """By its first line: an account's line trades, a key alone is told of, else it is public."""
    if begin.get("trades"):
        exchange = PrivateExchange(begin, SystemClock())
        exchange.streams.tell = exchange.stamps.tell = tell
        return exchange
    if "key" in begin:
        return KeyedExchange(begin, SystemClock())
    return PublicExchange(begin["exchange"], begin["ccxt"], SystemClock())


async def serve(lines: asyncio.StreamReader, out: BinaryIO, opens: Opened) -> None:
    """The first line names the exchange, each later one asks; answers come as they are ready."""
    begin = json.loads(await lines.readline() or b"{}")
    if not begin:
        return
    try:
        exchange = opens(begin, lambda told: _say(out, {"tell": told}))
    except Refusal as refusal:
        while line := await lines.readline():
            _say(out, {"n": json.loads(line)["n"], **_refused(refusal)})
        return
    asking: set[asyncio.Task[None]] = set()
    gates = Gates()
    if "words" in begin:
        gates.listen(begin["words"])
    try:
        while line := await lines.readline():
            asked = json.loads(line)
            waits = gates.of(asked["n"]) if asked.get("hold") else None
            task = asyncio.create_task(_answer(exchange, asked, out, waits))
            asking.add(task)
            task.add_done_callback(asking.discard)
    finally:
        for task in asking:
            task.cancel()
        await exchange.close()


async def _answer(
    exchange: Exchange, asked: dict[str, Any], out: BinaryIO, waits: Waits = None
) -> None:
    gate.set(waits)
    try:
        if asked["ask"] not in MADE_READY:
            await passed()
        said = {"answer": await exchange.answer(asked["ask"], asked["with"])}
    except DroppedError:
        return  # nobody waits for it
    except Refusal as refusal:
        said = _refused(refusal)
    except Exception as error:  # noqa: BLE001 -- top-level guard: whoever asks is answered
        said = _refused(Refusal("away", f"{asked['ask']} broke: {type(error).__name__}: {error}"))
    _say(out, {"n": asked["n"], **said})
    if asked["ask"] == "markets":  # some 100 MB of the library and its markets: looked through
        gc.freeze()  # for garbage again and again they would hold up an order by 50 ms


def _refused(refusal: Refusal) -> dict[str, Any]:
    # Words only are cleaned: a short passphrase of digits would be found in prices too.
    why = REDACTOR.clean(refusal.why)
    return {"refused": refusal.kind, "why": why, "wait_s": refusal.wait_s}


def _say(out: BinaryIO, said: dict[str, Any]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


async def main(opens: Opened = opened) -> None:
    lines = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    out = sys.stdout.buffer
    keep_private()
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    await serve(lines, out, opens)


if __name__ == "__main__":
    asyncio.run(main())
