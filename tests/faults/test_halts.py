"""An engine killed in the middle of a kill: the next start is halted, and ends flat by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.halts import carried_out


# The file alone knows of it; its first cancel has just left; sold and not journaled. The campaign
# takes every stage.
@pytest.mark.parametrize("death", ["halted", "cancel arrived", "close done"])
def test_a_kill_cut_short_is_finished_by_the_next_start_and_sells_nothing_twice(
    tmp_path: Path, death: str
) -> None:
    report = carried_out(tmp_path, (death,), seed=3)
    assert report.wrong == ()
    assert report.died == 1
