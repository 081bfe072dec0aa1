"""Faults of the terminal under a real desk: the bot acts on, at the times its journal tells."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lefi_tui.wiring.running import engine_pid
from tests.faults.pty_desk import Profile, is_gone, kill_attached, profile, until

UNREAD_S = 3.0  # the campaign has half a minute of it
SIGTERM_MAX_S = 5.0
KILLS = 5


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Profile]:
    with profile(tmp_path) as opened:
        yield opened


def test_neither_ctrl_z_nor_a_terminal_that_is_not_read_stops_a_bot(home: Profile) -> None:
    desk = home.trading_desk()
    with home.undisturbed():
        for pid in (desk.waiter, desk.screen):
            os.kill(pid, signal.SIGTSTP)
        desk.is_read = False
        time.sleep(UNREAD_S)
        desk.is_read = True
    assert "ended" not in desk.seen.decode(errors="replace")


def test_d_gives_the_prompt_back_and_the_engine_goes_on_until_it_is_told_to_end(
    home: Profile,
) -> None:
    desk = home.trading_desk()
    with home.undisturbed():
        desk.keys("d")
        desk.wait_for("1 bot goes on without a screen")
        desk.wait_for("ended with 0")
    pid = engine_pid(home.home)
    assert pid is not None
    assert os.getsid(pid) == pid  # no terminal can hang up on it
    assert f"process {pid}" in home.lefi("doctor").stdout
    told = home.lefi("engine", "--stop")
    assert (told.returncode, f"process {pid}" in told.stderr) == (0, True)
    assert is_gone(pid)
    assert home.lefi("engine", "--stop").returncode == 1
    assert home.verified() > 0


def test_a_cut_line_ends_the_screen_and_killed_screens_are_nothing_to_the_engine(
    home: Profile,
) -> None:
    desk = home.trading_desk()
    with home.undisturbed():
        desk.cut()
    with home.undisturbed():
        for number in range(KILLS):
            kill_attached(home, by_waiter=bool(number % 2))
    assert home.lefi("engine", "--stop").returncode == 0
    assert home.verified() > 0


@pytest.mark.parametrize("is_read", [True, False])
def test_sigterm_ends_screen_and_engine_cleanly_within_five_seconds(
    home: Profile, *, is_read: bool
) -> None:
    desk = home.trading_desk()
    desk.is_read = is_read
    pid = engine_pid(home.home)
    assert pid is not None
    begin = time.monotonic()
    os.kill(desk.waiter, signal.SIGTERM)
    until(lambda: is_gone(pid), "it ends")
    assert time.monotonic() - begin < SIGTERM_MAX_S
    desk.is_read = True
    desk.wait_for("ended with 143")
    assert desk.is_given_back
    assert not (home.home / "run" / "engine.sock").exists()
    assert home.verified() > 0


def test_the_death_of_who_waits_for_the_screen_is_a_lost_line(home: Profile) -> None:
    desk = home.trading_desk()
    with home.undisturbed():
        screen = desk.screen
        os.kill(desk.waiter, signal.SIGKILL)
        desk.wait_for("ended with 137")
        until(lambda: os.getsid(screen) == screen, "the screen is left")


def test_a_shell_that_ignores_the_hang_up_keeps_no_screen_alive(home: Profile) -> None:
    desk = home.trading_desk(shell="trap '' HUP;")
    screen = desk.screen
    with home.undisturbed():
        desk.cut()
        until(lambda: os.getsid(screen) == screen, "the screen is left")


def test_a_cut_line_ends_an_engine_that_has_nothing_at_stake(home: Profile) -> None:
    desk = home.desk()
    until(home.has_prices, "the engine starts")
    pid = engine_pid(home.home)
    assert pid is not None
    desk.wait_for("BTC/USDT")
    desk.cut()
    until(lambda: is_gone(pid), "it ends")
    assert not (home.home / "run" / "engine.sock").exists()
    assert home.verified() > 0


def test_told_to_stop_at_a_lost_line_it_stops_its_bots_and_ends(home: Profile) -> None:
    (home.home / "config.toml").write_text('on_hangup = "stop"\n')
    desk = home.trading_desk()
    pid = engine_pid(home.home)
    assert pid is not None
    desk.cut()
    until(lambda: is_gone(pid), "it ends")
    with profile(home.home) as again:
        again.desk()
        until(again.has_prices, "the engine starts again")
        assert [bot.status for bot in again.view().bots] == ["stopped"]
        assert again.view().positions  # stopping a bot sells nothing


def test_two_screens_see_the_same_desk_and_the_second_leaves_alone(home: Profile) -> None:
    first = home.trading_desk()
    with home.undisturbed():
        second = home.desk()
        second.wait_for("ticker")
        assert b"While you were away" not in second.seen  # the first was looking all the time
        second.keys("q")
        second.wait_for("ended with 0")
    first.keys("w")
    first.wait_for("Why: ticker")


def test_after_kill_9_of_screen_and_engine_the_next_start_goes_on(home: Profile) -> None:
    desk = home.trading_desk()
    before = home.standing().positions
    os.kill(desk.screen, signal.SIGKILL)
    desk.wait_for("`lefi` goes on from it")
    desk.wait_for("ended with 137")
    assert desk.is_given_back
    again = home.desk()
    again.wait_for("While you were away")
    until(home.has_prices, "the engine starts again")
    assert home.standing().positions == before
    assert [bot.status for bot in home.view().bots] == ["running"]
