"""A running engine and the commands that talk to it over its socket."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from bots.ttadak.settings import DEFAULTS
from lefi_tui.cli import main
from tests.faults.pty_desk import Profile as FarLook

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Profile:
    """One user's profile in a folder, and the command line on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "LEFI_HOME": str(home)}

    def lefi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command in this process: what it says is the same, and nothing is loaded anew."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("sys.stdin", io.StringIO())
            for name, value in self.environment.items():
                patch.setenv(name, value)
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    def process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command as a shell starts it."""
        return subprocess.run(
            [sys.executable, "-m", "lefi_tui", *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            env=self.environment,
            cwd=ROOT,
        )

    def answer(self, *arguments: str) -> Any:
        done = self.lefi(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        return json.loads(done.stdout)

    @contextmanager
    def running_engine(self) -> Iterator[subprocess.Popen[str]]:
        """`lefi engine` of this profile, from its first price on: before, it refuses trades."""
        command = [sys.executable, "-m", "lefi_tui", "engine"]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=ROOT,
        ) as running:
            deadline = time.monotonic() + PATIENCE_S
            while not FarLook(self.home).has_prices():
                assert running.poll() is None, running.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield running
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """One for all: each test uses names of its own."""
    return Profile(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def engine(profile: Profile) -> Iterator[subprocess.Popen[str]]:
    with profile.running_engine() as running:
        yield running


@pytest.mark.parametrize("command", [["bots"], ["kill"], ["resume", "--reason", "all is well"]])
def test_without_an_engine_a_command_says_how_to_start_one(
    command: list[str], tmp_path: Path
) -> None:
    done = Profile(tmp_path).process(*command)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("LE401 No engine is running")
    assert "lefi engine" in done.stderr


@pytest.mark.usefixtures("engine")
def test_a_bot_is_started_shown_set_and_stopped(profile: Profile) -> None:
    script = str(ROOT / "scripts" / "ema_cross.lefi")

    started = profile.answer("bots", "start", "trend", "--script", script, "--set", "fast=5")
    assert started["bot"] == "trend"
    (row,) = [each for each in profile.answer("bots", "list") if each["id"] == "trend"]
    assert (row["id"], row["title"], row["is_alive"]) == ("trend", "EMA cross", True)
    assert isinstance(profile.answer("bots", "show", "trend")["why"], list)
    done = profile.answer("bots", "set", "trend", "--set", "slow=30")
    assert done["changes"] == [{"name": "slow", "before": "26", "after": "30"}]
    said = profile.lefi("bots", "set", "trend", "--set", "slow=1")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("LE105 The script does not take this value  --set slow=1\n")
    told = profile.lefi("bots", "set", "trend", "--set", "fast=6", "--set", "slow=30").stdout
    assert told.startswith("fast 5 -> 6 (default 12, 2 to 200)\n")
    assert "indicators begin anew" in told
    told = profile.lefi("bots", "set", "trend", "--set", "fast=6").stdout
    assert "nothing was sent" in told
    shown = profile.lefi("bots", "show", "trend").stdout
    assert "  fast = 6  (number 2 to 200, default 12)\n" in shown
    assert "Settings changed" in shown
    assert profile.answer("bots", "stop", "trend", "--close")["status"] == "stopped"


@pytest.mark.parametrize(
    ("option", "why", "step"),
    [
        (
            "fast=300",
            "`fast` is outside its bounds 2 to 200.",
            "Write --set fast=… with a number, 2 to 200",
        ),
        (
            "fast=quick",
            "`quick` is no value for `fast`, which is a number.",
            "Write --set fast=… with a number, 2 to 200",
        ),
        (
            "size=0.5",
            "`size` is a percent; 0.5 is a number.",
            "Write --set size=… with a percent, 1% to 100%",
        ),
        (
            "fst=5",
            "The script has no setting `fst`.",
            "It has symbol, fast, slow, size, stop, target",
        ),
    ],
)
@pytest.mark.usefixtures("engine")
def test_a_value_that_a_script_does_not_take_is_told_as_the_option_it_came_by(
    profile: Profile, option: str, why: str, step: str
) -> None:
    script = str(ROOT / "scripts" / "ema_cross.lefi")
    done = profile.lefi("bots", "start", "mistyped", "--script", script, "--set", option)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"LE105 The script does not take this value  --set {option}",
        f"  Why: {why}",
        f"  Next: {step}",
    ]
    assert "mistyped" not in [each["id"] for each in profile.answer("bots", "list")]


@pytest.mark.usefixtures("engine")
def test_a_bot_that_holds_something_is_stopped_only_with_a_word_about_it(
    profile: Profile, tmp_path: Path
) -> None:
    script = tmp_path / "holder.lefi"
    script.write_text(
        'on PriceUpdate("BTC/USDT") {\n'
        '    if Position("BTC/USDT") == 0 { Buy("BTC/USDT", 10%, stop_loss = 20%) }\n}\n'
    )
    profile.answer("bots", "start", "holder", "--script", str(script))
    deadline = time.monotonic() + PATIENCE_S
    while not (shares := profile.answer("bots", "show", "holder")["shares"]):
        assert time.monotonic() < deadline, "it bought nothing"
        time.sleep(0.02)
    (share,) = shares
    assert share["symbol"] == "BTC/USDT"
    refused = profile.lefi("bots", "stop", "holder")
    assert refused.returncode == 2
    assert "Add --keep or --close" in refused.stderr
    both = profile.lefi("bots", "stop", "holder", "--keep", "--close")
    assert both.returncode == 2
    stopped = profile.answer("bots", "stop", "holder", "--close")
    assert stopped["status"] == "stopped"
    after = profile.answer("bots", "show", "holder")
    assert after["shares"] == []
    assert float(after["earned"]["fees"]) > 0
    assert any(each["what"].startswith("Sold") for each in after["decisions"])


@pytest.mark.usefixtures("engine")
def test_what_the_engine_refuses_is_the_answer_no(profile: Profile, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.lefi"
    wrong.write_text("setting fast = 12 in 20..40\n")
    for command in (
        ("bots", "show", "nobody"),
        ("bots", "start", str(wrong)),
        ("bots", "stop", "nobody"),
    ):
        done = profile.lefi(*command)
        assert (done.returncode, done.stdout) == (1, ""), command
        assert done.stderr.startswith("LE402 Refused")


@pytest.mark.usefixtures("engine")
def test_what_the_engine_writes_is_for_its_user_alone(profile: Profile) -> None:
    profile.answer("bots")
    made = list(profile.home.rglob("*"))
    assert made
    assert [file.name for file in made if file.stat().st_mode & 0o077] == []


@pytest.mark.usefixtures("engine")
def test_kill_halts_trading_until_it_is_resumed_with_a_reason(profile: Profile) -> None:
    script = str(ROOT / "scripts" / "price_alert.lefi")
    profile.answer("bots", "start", "alert", "--script", script)

    killed = profile.answer("kill")
    assert killed["state"] == "halted"
    assert killed["proof"].startswith("flat at ")
    assert killed["proof"].endswith(", 0 open orders")
    assert killed["left"] == []
    refused = profile.lefi("resume")
    assert refused.returncode == 2
    assert (profile.home / "HALTED").exists()
    resumed = profile.answer("resume", "--reason", "checked by hand")
    assert resumed == {"state": "active", "reason": "checked by hand"}
    refused = profile.lefi("resume", "--account", "demo", "--reason", "it trades already")
    assert refused.returncode == 1
    assert "nothing to resume" in refused.stderr
    profile.answer("kill")
    told = profile.lefi("resume", "--reason", "once more")
    assert "Positions: none is open\nUnconfirmed orders: none\nThe kill: flat at " in told.stderr
    assert "demo  demo market, by our books\n  USDT" in profile.lefi("money").stdout
    unaccepted = profile.lefi("money", "accept", "demo", "--reason", "no reason")
    assert "nothing to accept" in unaccepted.stderr
    assert profile.lefi("dead").stdout == "There is no dead letter: all was carried out.\n"
    refused = profile.lefi("dead", "drop", "d1")
    assert refused.returncode == 1
    assert "no dead letter d1" in refused.stderr


ARM_TRIES = 20
GAME = """
script "Game"
kind manual
on Command("SAY HELLO", key = "h") { Print("hello") }
"""


def test_a_game_is_started_armed_and_played_from_the_command_line(
    engine: subprocess.Popen[str], profile: Profile
) -> None:
    assert engine.poll() is None
    fast = ("--set", "symbol=BTC/USDT:USDT", "--set", "leverage=20", "--set", "sizes=0.01")
    profile.answer("bots", "start", "ttadak", "--game", *fast)
    early = profile.lefi("bots", "press", "ttadak", "buy")
    assert early.returncode == 1
    assert "No buy game: the game is disarmed. Arm it first: a." in early.stderr
    for _ in range(ARM_TRIES):  # its market is watched from now on: the first price may take a tick
        armed = profile.lefi("bots", "press", "ttadak", "arm")
        if not armed.returncode:
            break
    assert armed.returncode == 0, armed.stderr
    wrong = profile.lefi("bots", "start", "other", "--game", "--set", "leverage=500")
    assert (wrong.returncode, "from 1 to 125" in wrong.stderr) == (1, True)
    profile.answer("bots", "stop", "ttadak", "--close")


def test_a_game_that_is_started_with_few_words_is_fitted_to_its_market(
    engine: subprocess.Popen[str], profile: Profile
) -> None:
    assert engine.poll() is None
    market = "ETH/USDT:USDT"
    begun = profile.answer("bots", "start", "fit", "--game", "--set", f"symbol={market}")
    assert begun["settings"]["symbol"] == market
    assert begun["settings"]["sizes"] != DEFAULTS["sizes"]
    small = ("--set", f"symbol={market}", "--set", "sizes=0.000001")
    refused = profile.lefi("bots", "start", "small", "--game", *small)
    assert (refused.returncode, "No size can be played" in refused.stderr) == (1, True)
    some = ("--set", f"symbol={market}", "--set", "sizes=0.000001 100")
    assert "Key 1 can't play" in profile.lefi("bots", "start", "some", "--game", *some).stdout
    for each in ("fit", "some"):
        profile.answer("bots", "stop", each, "--close")


def test_a_manual_bot_in_its_window_is_paused_resumed_and_takes_commands(
    engine: subprocess.Popen[str], profile: Profile, tmp_path: Path
) -> None:
    assert engine.poll() is None
    script = tmp_path / "game.lefi"
    script.write_text(GAME)
    window = ("--until", "2999-12-31")
    profile.answer("bots", "start", "--script", str(script), *window)
    shown = profile.lefi("bots", "show", "game").stdout
    assert "command 'SAY HELLO', key h" in shown
    assert "to 2999-12-31 23:59 UTC" in shown
    assert profile.lefi("bots", "press", "game", "SAY HELLO").stderr == "game heard SAY HELLO.\n"
    no = profile.lefi("bots", "press", "game", "SAY BYE")
    assert (no.returncode, "it has SAY HELLO" in no.stderr) == (1, True)
    profile.answer("bots", "pause", "game")
    assert "game" in {row["owner"] for row in profile.answer("schedule")}
    assert profile.lefi("bots", "press", "game", "SAY HELLO").returncode == 1
    assert profile.answer("bots", "resume", "game")["done"] == "goes on"
    said = [each["what"] for each in profile.answer("bots", "show", "game")["decisions"]]
    assert said.count("Print: hello") == 1
    profile.answer("bots", "stop", "game", "--keep")
    both = profile.lefi("bots", "start", "--script", str(script), "--once", "--until-executed")
    assert both.returncode == 2
    assert "drop old market records" in profile.lefi("schedule").stdout


def test_a_second_engine_on_one_profile_is_refused_and_the_first_goes_on(
    engine: subprocess.Popen[str], profile: Profile
) -> None:
    second = profile.process("engine")
    assert second.returncode == 1
    assert "Why: " in second.stderr
    assert engine.poll() is None
    assert isinstance(profile.answer("bots"), list)


def test_a_lost_line_does_not_end_an_engine(
    engine: subprocess.Popen[str], profile: Profile
) -> None:
    engine.send_signal(signal.SIGHUP)
    assert isinstance(profile.answer("bots"), list)
    assert engine.poll() is None


def test_an_engine_told_to_end_ends_with_status_0(tmp_path: Path) -> None:
    """It is one of its own: tests that share one may come after this."""
    own = Profile(tmp_path)
    with own.running_engine() as running:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0
        assert own.lefi("bots").returncode == 1
