"""`lefi say` and `lefi order`: a person's orders from a shell, through the same gate."""

from __future__ import annotations

import time
from pathlib import Path

from tests.cli.test_engine_commands import PATIENCE_S, Profile


def listed(profile: Profile, words: str) -> str:
    """The order's line, once it is listed with these words."""
    end = time.monotonic() + PATIENCE_S
    while True:
        lines = profile.lefi("order").stdout.splitlines()
        found = next((line for line in lines if words in line), "")
        if found:
            return found
        assert time.monotonic() < end, lines
        time.sleep(0.05)


def test_a_statement_is_said_its_order_moved_and_canceled_and_a_position_guarded(
    tmp_path: Path,
) -> None:
    profile = Profile(tmp_path / "home")
    with profile.running_engine():
        asked = profile.answer("say", 'RSI(Candles("BTC/USDT", 1h).close, 14) - 50')
        assert (abs(float(asked["value"])) < 50, asked["unit"]) == (True, "a plain number")
        assert asked["candle_closed_ms"] % 3_600_000 == 0
        assert "10000  USDT" in profile.lefi("say", "Equity()").stdout
        assert "no market DOGE" in profile.lefi("say", 'Spot("DOGE/USDT")').stderr
        said = profile.answer("say", 'Buy("BTC/USDT", 0.01 BTC, at = 20000)')
        assert said["answer"] == "sent buy 0.01 BTC/USDT at 20,000"
        order = listed(profile, "limit 20000").split()[0]
        assert said["orders"] == [order]
        moved = profile.lefi("order", "move", order, "--to", "21000")
        assert (moved.returncode, moved.stderr) == (0, "")
        order = listed(profile, "limit 21000").split()[0]
        slip = profile.lefi("order", "move", order, "--to", "90000")
        assert slip.returncode == 1
        assert "beyond the ask" in slip.stderr
        assert profile.lefi("order", "cancel", order).returncode == 0
        assert "Write a script" in profile.lefi("say", 'Emit("fear")').stderr
        assert profile.lefi("say", "Print(1)", "--account", "other").returncode == 2
        bought = profile.answer("say", 'Buy("BTC/USDT", 0.01 BTC)')
        assert bought["answer"] == "sent buy 0.01 BTC/USDT at market"
        end = time.monotonic() + PATIENCE_S
        while profile.lefi("order", "protect", "BTC/USDT", "--stop", "5%").returncode:
            assert time.monotonic() < end
        assert " stop " in listed(profile, "stop")
        assert profile.lefi("order", "close", "BTC/USDT", "--part", "half").returncode == 2
        assert profile.lefi("order", "close", "BTC/USDT").returncode == 0
        assert profile.lefi("order", "move").returncode == 2


def test_what_a_hand_has_there_is_there_again_after_a_start_and_the_journal_holds(
    tmp_path: Path,
) -> None:
    profile = Profile(tmp_path / "home")
    with profile.running_engine():
        profile.answer("say", 'Buy("BTC/USDT", 0.01 BTC)')
        end = time.monotonic() + PATIENCE_S
        while profile.lefi("order", "protect", "BTC/USDT", "--stop", "20%").returncode:
            assert time.monotonic() < end
        listed(profile, "stop")
        profile.answer("say", 'Buy("BTC/USDT", 0.01 BTC, at = 20000)')
        order = listed(profile, "limit 20000").split()[0]
        profile.lefi("order", "move", order, "--ticks", "100")
        before = [listed(profile, each).split()[0] for each in ("limit 20001", "stop")]
        while "accepted" not in listed(profile, "limit 20001"):  # else it never reached the venue
            assert time.monotonic() < end
    with profile.running_engine():
        after = [listed(profile, each).split()[0] for each in ("limit 20001", "stop")]
        closed = profile.lefi("order", "close", "BTC/USDT")
    assert (after, closed.returncode) == (before, 0)
    assert profile.lefi("audit", "verify").returncode == 0
