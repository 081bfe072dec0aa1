"""The exchange's process answers whoever asks, whatever breaks in it."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

from lefi_tui.adapters import ccxt_worker


class Broken:
    async def answer(self, question: str, asked: Any) -> Any:
        raise ZeroDivisionError(question + str(asked))

    async def close(self) -> None:
        """It has nothing open."""


def test_a_question_that_breaks_is_answered_as_one_without_an_answer() -> None:
    out = io.BytesIO()
    asyncio.run(ccxt_worker._answer(Broken(), {"n": 7, "ask": "place", "with": {}}, out))
    said = json.loads(out.getvalue())
    assert (said["n"], said["refused"]) == (7, "away")
    assert "ZeroDivisionError" in said["why"]
