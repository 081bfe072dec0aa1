"""`lefi bots update` says what became of it, by the real engine over a channel of its own."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from lefi_tui.cli.bot_update import _Other, _updated
from lefi_tui.cli.output import Output
from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.errors import RefusedError
from tests.engine.kit import LIST, OPEN, send, until
from tests.engine.test_updates import engine_of, look
from tests.engine.update_kit import FIRST, Waves, started


def test_settings_that_were_not_taken_are_not_told_as_taken(tmp_path: Path) -> None:
    """The same text with another setting; it is called off before its history came."""
    waves = Waves()
    waves.gate.set()
    engine = engine_of(tmp_path, waves)

    async def asked() -> bool:
        arguments = Namespace(yes_live="", json=True, check=False, settings=[("fast", "9")])
        other = _Other(FIRST, (("fast", "9"),), is_whole=False, told="the file")
        sending = asyncio.create_task(
            _updated(
                DirectChannel(engine), look_at, other, arguments, Output(sys.stdout, sys.stderr)
            )
        )
        await until(lambda: engine.desk.bots["b"].update is not None)
        off = m.UpdateBot("b", FIRST, is_whole=True)
        assert (await asyncio.wrap_future(engine.submit(off))).is_accepted
        return bool((await sending)["taken"])

    try:
        send(engine, OPEN, LIST, started())
        asyncio.run(until(lambda: engine.desk.bots["b"].status is BotStatus.RUNNING))
        waves.gate.clear()
        look_at = look(engine)
        with pytest.raises(RefusedError):
            assert not asyncio.run(asked()), "`b runs the text …`, and its setting is as it was"
        assert dict(engine.desk.bots["b"].settings) == {}
    finally:
        waves.gate.set()
        engine.stop()
