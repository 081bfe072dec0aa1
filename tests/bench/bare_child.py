"""The yardstick of a key press: an event loop that wakes up for a byte and notes the moment."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import tty


async def main() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def woken() -> None:
        at = time.perf_counter()
        os.read(0, 64)
        with open(os.environ["STAMPS"], "a") as file:  # noqa: PTH123 -- as bare as can be
            file.write(f"{at!r}\n")

    tty.setraw(0)
    loop.add_reader(0, woken)
    sys.stdout.write("ready")
    sys.stdout.flush()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
