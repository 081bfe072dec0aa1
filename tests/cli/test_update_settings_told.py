"""`lefi bots update … --set`, and the way back: what changes by settings alone is told."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_engine_commands import Profile

TEXT = """\
setting size = 100 USDT in 10 USDT..50000 USDT
state seen = 0
on Candle("BTC/USDT", 1m) {
    seen = seen + 1
    if EMA(close, 3) > 100000000 { Buy("BTC/USDT", size) }
}
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return Profile(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def engine(profile: Profile) -> Iterator[subprocess.Popen[str]]:
    with profile.running_engine() as running:
        yield running


def test_a_size_that_is_set_with_the_text_or_gone_back_to_is_told(
    profile: Profile, engine: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert engine.poll() is None
    file = tmp_path / "waves.lefi"
    file.write_text(TEXT)
    profile.answer("bots", "start", "waves", "--script", str(file), "--set", "size=20000 USDT")
    while profile.answer("bots", "list")[0]["status"] != "running":
        pass
    less = ("bots", "update", "waves", "--script", str(file), "--set", "size=50 USDT")
    said = profile.lefi(*less, "--check")
    assert said.returncode == 0, said.stderr
    profile.answer(*less)
    back = profile.lefi("bots", "update", "waves", "--back", "--check")
    assert back.returncode == 0, back.stderr
    assert "It does the same" not in back.stdout, back.stdout
    assert "It does the same" not in said.stdout, said.stdout
    assert "It may spend more than before" in back.stdout
