"""Starts the exchange, in a thread or in a process of its own, and is the test's hand on it.

with exchange_in_thread() as far:
    client = ccxt.pro.binanceusdm(far.ccxt())
    far.act("price", symbol="BTCUSDT", price="61000")
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from tests.exchange.loopback.exchange import KEYS, LoopbackExchange
from tests.exchange.loopback.keys import ApiKey

ROOT: Final = Path(__file__).parents[3]
READY_S: Final = 60.0
ANSWER_S: Final = 60.0


@dataclass(frozen=True)
class Far:
    """Where it stands, what a client must be told, and what a test does to it."""

    proxy: str
    control: str
    ca: Path
    pid: int = 0

    @property
    def key(self) -> ApiKey:
        """May trade and transfer, may not withdraw."""
        return self.keys[0]

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        """One that trades, one that only reads, one that withdraws, one of another account."""
        return KEYS

    def ccxt(self, key: ApiKey | None = KEYS[0], **more: Any) -> dict[str, Any]:
        """Settings of a ccxt client: its addresses stay the real ones."""
        secrets = {} if key is None else {"apiKey": key.key, "secret": key.secret}
        if key is not None and key.passphrase:
            secrets["password"] = key.passphrase
        options = {
            "fetchCurrencies": False,
            "fetchMargins": False,
            "warnOnFetchOpenOrdersWithoutSymbol": False,
            **more.pop("options", {}),
        }
        return {
            "httpsProxy": self.proxy,
            "wssProxy": self.proxy,
            "cafile": str(self.ca),
            "enableRateLimit": False,
            "options": options,
            **secrets,
            **more,
        }

    def act(self, action: str, **what: Any) -> Any:
        """An action of tests.exchange.loopback.actions."""
        body = json.dumps(what).encode()
        asked = Request(f"{self.control}/{action}", data=body, method="POST")
        with urlopen(asked, timeout=ANSWER_S) as answer:
            told = json.loads(answer.read())
        assert "failed" not in told, told["failed"]
        return told["told"]


@contextmanager
def exchange_in_thread(folder: Path | None = None) -> Iterator[Far]:
    """The quickest; its objects are out of reach all the same, so that both ways are one."""
    with tempfile.TemporaryDirectory() as made:
        ca = (folder or Path(made)) / "ca.pem"
        exchange, loop = LoopbackExchange(), asyncio.new_event_loop()
        ready, ends = threading.Event(), asyncio.Event()

        def run() -> None:
            loop.run_until_complete(exchange.serve(ready.set, ends, ca))
            loop.close()

        thread = threading.Thread(target=run, name="loopback-exchange")
        thread.start()
        assert ready.wait(READY_S), "the exchange did not come up"
        try:
            yield _far(exchange.port, exchange.control_port, ca)
        finally:
            loop.call_soon_threadsafe(ends.set)
            thread.join(READY_S)


@contextmanager
def exchange_in_process(folder: Path) -> Iterator[Far]:
    command = [sys.executable, "-m", "tests.exchange.loopback.host", str(folder)]
    ports = folder / "ports.json"
    # It ends with whoever started it: then its input is closed.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            end = time.monotonic() + READY_S
            while not ports.exists():
                assert process.poll() is None, "the exchange's process ended at its start"
                assert time.monotonic() < end, "the exchange did not come up"
                time.sleep(0.01)
            told = json.loads(ports.read_text())
            yield _far(told["proxy"], told["control"], folder / "ca.pem", process.pid)
        finally:
            process.terminate()
            process.wait(READY_S)


def _far(proxy: int, control: int, ca: Path, pid: int = 0) -> Far:
    return Far(f"http://127.0.0.1:{proxy}", f"http://127.0.0.1:{control}", ca, pid)


async def main(folder: Path) -> None:
    """Until its input ends."""
    exchange, ends = LoopbackExchange(), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ends.set)

    def tell() -> None:
        told = {"proxy": exchange.port, "control": exchange.control_port}
        half = folder / "ports.json.half"
        half.write_text(json.dumps(told))
        half.rename(folder / "ports.json")

    await exchange.serve(tell, ends, folder / "ca.pem")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
