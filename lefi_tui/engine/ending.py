"""How the engine's tasks end: all are told first, then all are waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def end_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    ending = tuple(tasks)  # where they are kept, each may be taken out as it ends
    for task in ending:
        task.cancel()
    if ending:
        await asyncio.wait(ending)
