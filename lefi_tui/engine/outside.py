"""Sources of custom events beside the turns: each is heard as any command is, and begun again when
it breaks.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from typing import Final

from lefi_tui.core.messages import EmitEvent
from lefi_tui.engine.turn import Receipt
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.errors import LefiError
from lefi_tui.ports.event_source import EventSource

AGAIN_S: Final = (1.0, 5.0, 30.0)  # waits before a source that broke is begun again

_log: Final = logging.getLogger(__name__)


class OpenEar:
    """The engine as a source knows it."""

    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer

    async def emit(self, event: EmitEvent) -> Receipt:
        done: Future[Receipt] = Future()
        if not self._writer.inbox.put(event, done):
            return Receipt(is_accepted=False, text="The inbox is full. Try again in a moment.")
        return await asyncio.wrap_future(done)

    def is_taken(self, event_id: str) -> bool:
        return event_id in self._writer.desk.taken


async def attend(writer: SingleWriter, source: EventSource) -> None:
    """One source, for as long as the engine runs; its trouble is told once, not at each attempt."""
    ear, clock = OpenEar(writer), writer.setup.world.clock
    told = ""
    failures = 0
    while True:
        try:
            await source.run(ear)
        except (OSError, LefiError) as error:
            words = error.why if isinstance(error, LefiError) else str(error)
            if words != told:
                _log.warning("events of %s are not heard: %s", source.where(), words)
            told = words
        await clock.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
        failures += 1
