"""The same hours of real candles through twenty bots, twice: byte-identical, and replayed alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.week import DATA, week

HOURS = 4


@pytest.mark.skipif(not DATA.is_file(), reason="the shared data is not beside the repository")
def test_the_same_input_gives_the_same_journal_to_the_byte(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = (week(tmp_path / each, 60 * HOURS) for each in ("one", "two"))
    assert first == second
    assert first.is_replayed_alike
    assert first.orders > 50
