"""From a key in a real terminal to the first byte of its order at the exchange.

The exchange is the loopback one in a process of its own, in TLS through a proxy; the account is
live, with the journal's FULL commit between key and wire. In each round the same minute is shared
by the game's key, a Binding with ccxt's create_order, a thread that a byte wakes up, and a synced
write of nothing else's: what the disk alone takes of a key's time.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from lefi_tui.settings import load
from lefi_tui.wiring.keys import KeyKeeper
from tests.bench.readings import Measurement, Reading
from tests.bench.terminal import Terminal, opened
from tests.exchange.live_profile import bare, live_profile, with_key
from tests.exchange.loopback.host import Far, exchange_in_process
from tests.exchange.test_live_gates import configured

SITTINGS: Final = 3  # a game is disarmed after 100 losses in a row, and each of these is one
ROUNDS: Final = 80  # of a sitting
KILLS: Final = 8
PAGE_BYTES: Final = 4_096
BETWEEN_S: Final = 0.25  # what a game that is over leads to is over too
OPEN_S: Final = 0.15  # until its exit and its stop are placed
FLAT_S: Final = 1.0
FLATTENS: Final = 5
WATCHED_S: Final = 4.0
PATIENCE_S: Final = 40.0
MUCH: Final = 10**7
ORDER: Final = ("POST", "/fapi/v1/order")
F12: Final = b"\x1b[24~"
AGAIN: Final = b"\x12"


@dataclass
class Player:
    """A program on a terminal of its own, and what it says of itself."""

    terminal: Terminal
    story: Path
    busy: Path  # while it is there, a program that may be busy is
    read: int = 0

    @contextmanager
    def moving(self) -> Iterator[None]:
        self.busy.touch()
        self.terminal.read(BETWEEN_S)
        try:
            yield
        finally:
            self.busy.unlink()

    def until(self, words: str) -> None:
        end = time.perf_counter() + PATIENCE_S
        while True:
            lines = self.story.read_text().splitlines()[self.read :]
            if words in lines:
                self.read += lines.index(words) + 1
                return
            assert time.perf_counter() < end, (words, lines, self.terminal.seen[-1500:])
            self.terminal.read(0.005)

    def played(self, key: bytes) -> list[tuple[str, int]]:
        """A game from its key to its end."""
        before = self.ended()
        presses = [("ours", self.press(key))]
        self.terminal.read(OPEN_S)
        presses += self.flattened(before)
        if self.ended() == before:  # disarmed, by a machine that stood still
            self.press(AGAIN)
            self.until("armed")
        self.terminal.read(BETWEEN_S)
        return presses

    def flattened(self, before: int) -> list[tuple[str, int]]:
        """Until the game is over, if it is not; a key that came too early is pressed again."""
        presses: list[tuple[str, int]] = []
        while self.ended() == before and len(presses) < FLATTENS:
            presses.append(("flat", self.press(b"f")))
            end = time.perf_counter() + FLAT_S
            while self.ended() == before and time.perf_counter() < end:
                self.terminal.read(0.005)
        return presses

    def ended(self) -> int:
        return self.story.read_text().splitlines().count("over")

    def press(self, key: bytes) -> int:
        return round(self.terminal.press(key) * 1e9)


@dataclass
class Took:
    """Milliseconds of each round, in their sequence."""

    ours: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    disk: list[float] = field(default_factory=list)
    skew: list[float] = field(default_factory=list)
    bytes_s: float = 0.0
    refused: int = 0  # keys that sent nothing


@contextmanager
def _exchange() -> Iterator[tuple[Far, Path]]:
    with tempfile.TemporaryDirectory() as made, exchange_in_process(Path(made)) as far:
        home = live_profile(Path(made), far)
        configured(home, far)
        far.act("limits", orders_10s=MUCH, orders_1m=MUCH, weight_1m=MUCH)
        with bare(home):
            with_key(home, far)
            KeyKeeper(load({"LEFI_HOME": str(home)}).settings).test("main")
            yield far, home


@contextmanager
def _player(module: str, folder: Path, *, is_busy: bool, **environment: str) -> Iterator[Player]:
    story, busy = folder / f"{module}.story", folder / f"{module}.busy"
    story.write_text("")
    given = {"STORY": str(story), **environment} | ({"BUSY": str(busy)} if is_busy else {})
    with opened(["-m", f"tests.bench.{module}"], given) as terminal:
        player = Player(terminal, story, busy)
        player.until("armed")
        yield player


@contextmanager
def _bare(folder: Path) -> Iterator[Callable[[], float]]:
    stamps = folder / "stamps"
    stamps.write_text("")
    with opened(["tests/bench/bare_child.py"], {"STAMPS": str(stamps)}) as terminal:
        terminal.wait_for(b"ready")
        heard = 0

        def once() -> float:
            nonlocal heard
            pressed = terminal.press(b"x")
            while len(lines := stamps.read_text().splitlines()) <= heard:
                terminal.read(0.002)
            heard += 1
            return (float(lines[-1]) - pressed) * 1e3

        yield once


@contextmanager
def _disk(folder: Path) -> Iterator[Callable[[], float]]:
    """As the press book writes: over what the file has already."""
    page = bytes(PAGE_BYTES)
    path = folder / "synced"
    path.write_bytes(page)
    handle = os.open(path, os.O_RDWR | os.O_DSYNC)

    def once() -> float:
        began = time.perf_counter()
        os.pwrite(handle, page, 0)
        return (time.perf_counter() - began) * 1e3

    try:
        yield once
    finally:
        os.close(handle)


@cache
def _keys(*, is_busy: bool) -> Took:
    """Plan parallel, so that each key sends two legs."""
    took = Took()
    for _ in range(SITTINGS):
        _sitting(took, is_busy=is_busy)
    assert took.refused <= SITTINGS * ROUNDS // 10, f"{took.refused} keys sent nothing"
    return took


def _sitting(took: Took, *, is_busy: bool) -> None:
    """Where they are busy, each is while its own key is pressed: a person's machine has one."""
    with _exchange() as (far, home), ExitStack() as stack:
        game = _player("game_child", home.parent, is_busy=is_busy, PLAN="parallel")
        ours = stack.enter_context(game)
        table = json.dumps(far.ccxt(None, timeout_on_exit=0) | _key(far))
        beside = _player("plain_child", home.parent, is_busy=is_busy, CCXT=table)
        plain = stack.enter_context(beside)
        bare = stack.enter_context(_bare(home.parent))
        disk = stack.enter_context(_disk(home.parent))
        # Before the other one holds a position: how this market is held can't be set beside one.
        ours.played(b"b")
        pressed: list[tuple[str, int]] = []
        for _, key in zip(range(ROUNDS), cycle((b"b", b"s")), strict=False):
            with plain.moving():
                pressed.append(("plain", plain.press(key)))
                plain.until("over")
            with ours.moving():
                took.bare.append(bare())
                took.disk.append(disk())
                pressed += ours.played(key)
        _measured(took, pressed, _orders(far))
        with ours.moving():
            took.bytes_s = ours.terminal.read(WATCHED_S) / WATCHED_S


def _key(far: Far) -> dict[str, str]:
    return {"apiKey": far.key.key, "secret": far.key.secret}


def _orders(far: Far) -> list[dict[str, Any]]:
    found = far.act("calls", method=ORDER[0], path=ORDER[1])
    return sorted(found, key=lambda each: int(each["read_ns"]))


def _measured(took: Took, pressed: list[tuple[str, int]], orders: list[dict[str, Any]]) -> None:
    until = [at for _, at in pressed[1:]] + [2**63]
    for (who, at), end in zip(pressed, until, strict=True):
        if who == "flat":  # the exit may have been quicker
            continue
        read = [each["read_ns"] for each in orders if at <= each["read_ns"] < end]
        if not read:  # a game that was not over yet takes no other
            took.refused += 1
            continue
        first_ms = (read[0] - at) / 1e6
        if who == "plain":
            took.plain.append(first_ms)
        elif who == "ours":
            took.ours.append(first_ms)
            if len(read) > 1:
                took.skew.append((read[1] - read[0]) / 1e6)


def _to_wire(*, is_busy: bool) -> Reading:
    took = _keys(is_busy=is_busy)
    value, plain = statistics.median(took.ours), statistics.median(took.plain)
    note = f"p99 {_p99(took.ours):.2f} ms; that {plain:.2f}, p99 {_p99(took.plain):.2f} ms; "
    note += f"a bare wake-up {statistics.median(took.bare):.2f}, p99 {_p99(took.bare):.2f} ms; "
    note += f"a bare synced write {statistics.median(took.disk):.2f}, "
    note += f"p99 {_p99(took.disk):.2f} ms; the screen {took.bytes_s:,.0f} bytes/s; "
    note += f"{took.refused} of {2 * SITTINGS * ROUNDS} keys refused"
    return Reading(value / plain, "a Binding with ccxt's create_order", value, "ms", note)


def skew() -> Reading:
    took = _keys(is_busy=True)
    value, bare = statistics.median(took.skew), statistics.median(took.bare)
    note = f"p99 {_p99(took.skew):.2f} ms, {len(took.skew)} games of plan parallel"
    return Reading(value / bare, "a bare wake-up", value, "ms", note)


def kill() -> Reading:
    took, awake = [], []
    with _exchange() as (far, home), ExitStack() as stack:
        game = stack.enter_context(_player("game_child", home.parent, is_busy=True))
        stack.enter_context(game.moving())
        bare = stack.enter_context(_bare(home.parent))
        for _ in range(KILLS):
            awake.append(bare())
            game.press(b"b")
            game.terminal.read(2 * OPEN_S)
            at = game.press(F12)
            game.until("killed")
            cancels = far.act("calls", method="DELETE")
            took += sorted((e["read_ns"] - at) / 1e6 for e in cancels if e["read_ns"] > at)[:1]
            game.press(AGAIN)
            game.until("armed")
    value, bare_ms = statistics.median(took), statistics.median(awake)
    note = f"the slowest of {len(took)} of {KILLS} that met an order: {max(took):.2f} ms"
    return Reading(value / bare_ms, "a bare wake-up", value, "ms", note)


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "key_to_wire": Measurement(
        "a game's key to its first byte at the exchange, board at 20 frames/s, 50 quotes/s",
        lambda: _to_wire(is_busy=True),
    ),
    "key_to_wire_idle": Measurement(
        "the same while nothing moves", lambda: _to_wire(is_busy=False)
    ),
    "legs_skew": Measurement("from the first leg of a game to the second", skew),
    "kill_to_cancel": Measurement("the kill key to its first cancel at the exchange", kill),
}
