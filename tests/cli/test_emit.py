"""`lefi emit`: who heard an event, and why nobody did."""

from __future__ import annotations

import http.client
import socket
import time
from pathlib import Path

import pytest

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.adapters.webhook import HOST, signature
from lefi_tui.event_text import EventTextError, event_of, fields_of
from tests.cli.test_engine_commands import PATIENCE_S, Profile
from tests.contract.kept_keyring import BACKEND, PLACE

HEARS = 'script "Ears"\non Event("fear") { if event.score < 20 { Print("fear {event.score}") } }\n'


def test_an_event_reaches_the_bots_that_name_it(tmp_path: Path) -> None:
    script = tmp_path / "ears.lefi"
    script.write_text(HEARS)
    profile = Profile(tmp_path / "home")
    with profile.running_engine():
        nobody = profile.lefi("emit", "fear", '{"score": 12}')
        assert nobody.returncode == 1
        assert 'No running bot hears event "fear"' in nobody.stderr
        profile.answer("bots", "start", "--script", str(script))
        heard = profile.lefi("emit", "fear", '{"score": 12}', "--id", "7")
        assert heard.stdout == "fear heard by ears\n"
        again = profile.answer("emit", "fear", '{"score": 12}', "--id", "7")
        assert again["answer"].startswith("heard already")
        wrong = profile.lefi("emit", "fear", '{"score": "low"}')
        assert wrong.returncode == 1
        assert "`score` is a Number" in wrong.stderr
        assert profile.lefi("emit", "fear", "[1]").returncode == 2
        decisions = profile.answer("bots", "show", "ears")["decisions"]
        assert [each["what"] for each in decisions].count("Print: fear 12") == 1


def test_events_come_in_by_a_folder_and_a_signed_webhook(tmp_path: Path) -> None:
    home, script = tmp_path / "home", tmp_path / "ears.lefi"
    script.write_text(HEARS)
    home.mkdir()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    (home / "config.toml").write_text(f'[events]\nfolder = "inbox"\nwebhook_port = {port}\n')
    profile = Profile(home)
    profile.environment |= {"PYTHON_KEYRING_BACKEND": BACKEND, PLACE: str(tmp_path / "ring")}
    short = profile.process("webhook", "secret", "--stdin")
    assert (short.returncode, "32 letters at least" in short.stderr) == (2, True)
    secret = profile.process("webhook", "secret").stdout.strip()
    with profile.running_engine():
        profile.answer("bots", "start", "--script", str(script))
        (home / "inbox" / "fear.json").write_text('{"score": 11}')
        assert _posted(port, secret) == (200, b"fear heard by ears\n")
        deadline = time.monotonic() + PATIENCE_S
        while not list((home / "inbox" / "done").glob("fear.*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        decisions = profile.answer("bots", "show", "ears")["decisions"]
    said = [each["what"] for each in decisions]
    assert (said.count("Print: fear 11"), said.count("Print: fear 12")) == (1, 1)
    assert secret not in (home / "lefi.log").read_text()
    assert profile.process("webhook", "secret", "--remove").returncode == 0


def _posted(port: int, secret: str) -> tuple[int, bytes]:
    body = b'{"event": "fear", "fields": {"score": 12}}'
    timestamp, nonce = str(SystemClock().now_ns() // 1_000_000_000), "n" * 16
    line = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    headers = {"Lefi-Timestamp": timestamp, "Lefi-Nonce": nonce}
    headers["Lefi-Signature"] = signature(secret, timestamp, nonce, body)
    line.request("POST", "/events", body, headers)
    answer = line.getresponse()
    return answer.status, answer.read()


def test_an_event_is_read_from_both_forms() -> None:
    assert event_of('{"event": "e", "fields": {"a": 1}, "id": "7"}') == ("e", (("a", 1.0),), "7")
    assert event_of('{"a": "x", "b": true}', "e") == ("e", (("a", "x"), ("b", True)), "")
    assert fields_of("{}") == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": ' + "9" * 400 + "}", "too large"),
        ('{"a": null}', "null came"),
        ('{"a": {}}', "dict came"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"\\ud800": 1}', "half a character"),
        ('{"event": "e", "field": {}}', "beside event"),
        ('{"event": 1}', '"event" is no text'),
        ('{"event": "e", "fields": []}', "no object"),
    ],
)
def test_what_is_no_event_says_why(text: str, why: str) -> None:
    with pytest.raises(EventTextError, match=why):
        event_of(text, "e")


def test_a_text_without_a_name_needs_one_inside() -> None:
    with pytest.raises(EventTextError, match='no "event"'):
        event_of("{}")
