"""`lefi practice`, and an account of config.toml on a recorded market."""

from __future__ import annotations

import asyncio
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.cli import main
from lefi_tui.core.messages import FeedStated, MarketInput
from lefi_tui.engine.engine import Engine
from lefi_tui.errors import RefusedError
from lefi_tui.requests import PracticeRequest
from lefi_tui.settings import Settings, load
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.accounts import PRACTICE, open_accounts
from lefi_tui.wiring.demo import started
from lefi_tui.wiring.reach import reached
from lefi_tui.wiring.recorded import practicing
from tests.engine.practice_kit import Session
from tests.exchange.recordings import STEM, write_recording


def settings(home: Path, *lines: str) -> Settings:
    (home / "config.toml").write_text("\n".join(("[accounts.tape]", *lines)) + "\n")
    return load({"LEFI_HOME": str(home)}).settings


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "no recording is named"),
        (("--data", "nowhere"), "there is no such folder"),
        (("--data", "."), "it holds no recording of a market that is known here"),
        (("--at", "later"), "'later' is no place; write minutes and seconds: 02:30"),
        (("--latency", "1h"), "'1h' is over 10 s"),
        (("--speed", "0"), "'0' is no speed"),
    ],
)
def test_what_can_not_be_played_is_said_in_four_parts(
    tmp_path: Path,
    arguments: tuple[str, ...],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["practice", *arguments]) in {1, 2}
    told = capsys.readouterr().err
    assert why in told
    assert "Next: " in told


def test_a_recorded_account_is_read_from_config_toml_with_its_latency(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        'exchange = "recording"',
        'folder = "tape"',
        "latency_ms = 80",
        "jitter_ms = 20",
        'at = "02:30"',
        "speed = 0.5",
        "rounds = 3",
    ).accounts["tape"]
    told = found.recording
    assert (found.latency_ms, found.jitter_ms) == (80, 20)
    assert (told.folder, told.at_ms, told.speed, told.rounds) == (
        "tape",
        150_000,
        Decimal("0.5"),
        3,
    )


@pytest.mark.parametrize("line", ['mode = "live"', 'folder = ""', 'at = "late"', "speed = 0"])
def test_a_recorded_account_that_can_not_be_is_left_out(tmp_path: Path, line: str) -> None:
    lines = {"folder": 'folder = "tape"', "mode": 'mode = "paper"'}
    lines[line.split(" = ", maxsplit=1)[0]] = line
    assert settings(tmp_path, 'exchange = "recording"', *lines.values()).accounts == {}


def test_a_damaged_recording_leaves_the_rest_of_the_desk_and_says_why(tmp_path: Path) -> None:
    write_recording(tmp_path)
    file = tmp_path / STEM.format("bbo")
    file.write_bytes(file.read_bytes()[:-10])
    profile = settings(tmp_path, 'exchange = "recording"', 'folder = "."')
    accounts = open_accounts(profile, VirtualClock(), ["tape"])
    assert set(accounts.venues) == {"demo"}
    heard: list[MarketInput] = []
    accounts.feeds["tape"].listen(heard.append)
    with pytest.raises(StopIteration):
        accounts.feeds["tape"].run().__await__().send(None)
    (words,) = heard
    assert isinstance(words, FeedStated)
    assert (words.what, bool(words.next)) == ("the recording can't be played", True)
    assert str(file) in words.why


def test_nobody_is_asked_for_a_recorded_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = settings(tmp_path, 'exchange = "recording"', 'folder = "."')
    assert reached(profile) == []
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    assert main(["venue", "tape"]) == 2
    assert "no account of this name on an exchange" in capsys.readouterr().err
    assert main(["keys", "set", "tape"]) == 2
    assert "its market is in this program and knows no keys" in capsys.readouterr().err


def test_the_latency_that_a_player_sets_is_the_venues(tmp_path: Path) -> None:
    write_recording(tmp_path)
    (tmp_path / "config.toml").write_text("[demo]\nlatency_ms = 60\n")
    request = PracticeRequest(tmp_path, latency_ms=120, jitter_ms=30)
    profile = practicing(load({"LEFI_HOME": str(tmp_path)}).settings, request)
    accounts = open_accounts(profile, VirtualClock(), [PRACTICE])
    pings = {name: each.line().ping_ms for name, each in accounts.depths.items()}
    assert pings == {"demo": 60, PRACTICE: 120}


@pytest.fixture
def desk(tmp_path: Path) -> Engine:
    """A practice desk as `lefi practice` opens it, on a recording of ten seconds."""
    write_recording(tmp_path, **_lively())
    profile = practicing(load({"LEFI_HOME": str(tmp_path)}).settings, PracticeRequest(tmp_path))
    return started(profile, tmp_path / PRACTICE, (PRACTICE,))


def _lively() -> dict[str, list[str]]:
    times = range(1_000, 11_000, 100)
    return {
        "bbo": [f"{at_ms},100.0,{1 + at_ms % 7},100.1,1" for at_ms in times],
        "trades": [f"{at_ms},{at_ms},100.0,0.5,sell" for at_ms in times],
    }


def test_the_frame_of_a_practice_desk_says_that_its_market_was_recorded(
    desk: Engine, tmp_path: Path
) -> None:
    try:
        view = _seen(desk)
        assert (view.banner.mode, view.banner.venue) == (Mode.REPLAY, "recording")
        assert [each.name for each in view.accounts] == [PRACTICE]
        (price,) = (each for each in view.prices if each.account == PRACTICE)
        assert (price.symbol, price.bid, price.ask) == ("BTC/USDT:USDT", 100.0, 100.1)
        assert any(each.what.startswith("plays the recording") for each in view.log)
        with pytest.raises(RefusedError, match="somebody practices with this profile already"):
            practicing(load({"LEFI_HOME": str(tmp_path)}).settings, PracticeRequest(tmp_path))
    finally:
        desk.stop()


def test_scores_are_told_without_an_engine_as_words_and_as_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    assert main(["scores"]) == 1
    assert "nothing was ever played with this profile" in capsys.readouterr().err
    asyncio.run(Session(tmp_path / PRACTICE, 80).plays(2))
    assert main(["scores"]) == 0
    assert "REPLAY practice BTC/USDT:USDT" in capsys.readouterr().out
    assert main(["scores", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["account"], row["games"] + row["missed"]) == (PRACTICE, 2)
    assert main(["scores", "--market", "ETH/USDT:USDT", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def _seen(desk: Engine) -> DeskView:
    for _ in range(200):
        view = desk.answer(DeskQuery())
        assert isinstance(view, DeskView)
        if any(each.account == PRACTICE for each in view.prices):
            return view
        time.sleep(0.05)
    raise AssertionError("no price came in ten seconds")
