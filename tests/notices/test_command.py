"""`lefi notify`: addresses go into the keyring and are never seen again; answers are in words."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
from lefi_tui.cli import main
from lefi_tui.core.notices import State
from lefi_tui.engine.messenger import test_of as a_test_of
from tests.contract.kept_keyring import LOCKED
from tests.notices.services import Services

TOKEN = "s3cretTokenOfTheRoom"


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    assert kept.parent == tmp_path
    return tmp_path


def notify(*words: str, monkeypatch: pytest.MonkeyPatch, given: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    return main(["notify", *words])


def test_a_channel_is_set_listed_tried_and_removed_and_its_address_is_nowhere(
    home: Path,
    kept: Path,
    served: Services,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = f"{served.url(TOKEN)}/\n"
    assert notify("set", "room", "--stdin", given=url, monkeypatch=monkeypatch) == 0
    assert notify("list", monkeypatch=monkeypatch) == 0
    assert notify("test", "room", monkeypatch=monkeypatch) == 0
    served.answers[TOKEN] = 500
    assert notify("test", "room", monkeypatch=monkeypatch) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == ["room: not used yet", "room has taken it."]
    assert out.splitlines()[2].startswith("room did not take it: ")
    assert "error=500" in out
    assert "Kept in kept keyring KeptKeyring. `lefi notify test room` tries it." in err
    assert TOKEN in kept.read_text()
    seen = out + err + "".join(_all_text(home, kept))
    assert TOKEN not in seen
    assert TOKEN[:8] not in seen
    assert notify("remove", "room", monkeypatch=monkeypatch) == 0
    assert TOKEN not in kept.read_text()
    assert notify("test", "room", monkeypatch=monkeypatch) == 2
    assert "`lefi notify set room` makes it" in capsys.readouterr().err


def _all_text(home: Path, kept: Path) -> list[str]:
    files = (each for each in home.rglob("*") if each.is_file() and each != kept)
    return [each.read_bytes().decode("latin-1") for each in files]


@pytest.mark.parametrize(
    ("words", "given", "why"),
    [
        (("set",), "", "one channel is needed"),
        (("set", "My Phone"), "", "small letters"),
        (("set", "bell"), "", "bell needs no address"),
        (("set", "phone"), "", "no terminal to ask at"),
        (("set", "phone", "--stdin"), "nonsense://a", "no service has such"),
        (("set", "heartbeat", "--stdin"), "tgram://a/b", "an address of the web"),
        (("dead", "requeue", "x"), "", "it lists, or requeues one"),
    ],
)
@pytest.mark.usefixtures("home")
def test_wrong_usage_is_said_in_four_parts(
    words: tuple[str, ...],
    given: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert notify(*words, given=given, monkeypatch=monkeypatch) == 2
    err = capsys.readouterr().err
    assert err.startswith("LE101 Wrong usage")
    assert why in err


@pytest.mark.usefixtures("home")
def test_a_locked_keyring_keeps_no_channel(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.write_text(LOCKED)
    url = f"json://127.0.0.1:1/{TOKEN}"
    assert notify("set", "room", "--stdin", given=url, monkeypatch=monkeypatch) == 1
    assert "LE701 Secrets can't be kept here" in capsys.readouterr().err
    assert notify(monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.startswith("No channel: ")


def test_what_was_given_up_is_listed_and_requeued_for_the_next_engine(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = SqliteOutbox(home)
    store.add_channel("room")
    now_ns = 1_700_000_000_000_000_000
    dead = a_test_of("room", now_ns)
    dead = replace(dead, id=7, attempts=12, state=State.DEAD, why="error=500")
    store.keep((dead,), None)
    assert notify("dead", monkeypatch=monkeypatch) == 0
    assert notify("dead", "--json", monkeypatch=monkeypatch) == 0
    assert notify("dead", "requeue", "8", monkeypatch=monkeypatch) == 0
    assert notify("dead", "requeue", "7", monkeypatch=monkeypatch) == 0
    first, second, _, data, unknown, requeued = capsys.readouterr().out.splitlines()
    assert first.startswith("7  2023-11-14 22:13  room  Lefi: a test")
    assert second == "    error=500; 12 attempts"
    assert [each["id"] for each in json.loads(data)] == [7]
    assert unknown == "Notice 8 is not among those given up."
    assert requeued == "Notice 7 goes to room when the engine runs."
    assert [each.state for each in store.load().open] == [State.PENDING]
    store.close()
