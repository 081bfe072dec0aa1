"""`lefi audit` and `lefi why` as typed: one run, its trail, its proof, and why it did nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lefi_tui.cli import main
from tests.engine.file_run import written
from tests.engine.test_why import PRICES, SCRIPT, SYMBOL

Said = tuple[int, str, str]
Lefi = Callable[..., Said]


@pytest.fixture
def lefi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Lefi:
    """A profile with one run, `levels-1`."""
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "home"))
    candles = [(at, price, price + 1, price - 1, price) for at, price in enumerate(PRICES)]
    file = written(tmp_path / "btc.csv", candles)
    script = tmp_path / "levels.lefi"
    script.write_text(SCRIPT)

    def call(*words: object) -> Said:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return status, out, err

    assert call("run", script, "--data", f"{SYMBOL}={file}")[0] == 0
    return call


def test_the_trail_follows_one_story_and_leaves_as_json_lines_and_csv(
    lefi: Lefi, tmp_path: Path
) -> None:
    _, out, _ = lefi("audit", "export", "--of", "levels-1")
    rows = [json.loads(line) for line in out.splitlines()]
    sent = next(row for row in rows if row["type"] == "OrderSubmitted")
    assert sent["who"] == "levels"
    assert sent["verdicts"][0]["name"] == "validity"
    _, out, _ = lefi("audit", "--of", "levels-1", "--run", sent["order"])
    assert "Sent buy" in out
    assert "Bought" in out
    assert "Sent sell" not in out
    path = tmp_path / "trail.csv"
    assert lefi("audit", "export", "--of", "levels-1", "--format", "csv", "--out", path)[0] == 0
    with path.open(newline="") as file:
        assert [row["hash"] for row in csv.DictReader(file)] == [row["hash"] for row in rows]


def test_a_flipped_digit_is_told_in_four_parts_and_the_answer_is_no(
    lefi: Lefi, tmp_path: Path
) -> None:
    status, out, _ = lefi("audit", "verify", "--of", "levels-1")
    assert status == 0
    assert "rows fit the chain" in out
    assert "The tables say what the journal says" in out
    database = tmp_path / "home" / "runs" / "levels-1" / "desk.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        seq, body = connection.execute(
            "SELECT seq, body FROM journal WHERE type = 'OrderFilled' ORDER BY seq LIMIT 1"
        ).fetchone()
        forged = body.replace('"price":"107', '"price":"108')
        assert forged != body
        connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (forged, seq))
        connection.commit()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    status, out, err = lefi("audit", "verify", "--of", "levels-1")
    assert (status, out) == (1, "")
    for part in ("LE315 The journal was changed", f"row {seq} (OrderFilled", "Why:", "Next:"):
        assert part in err
    status, out, _ = lefi("audit", "verify", "--of", "levels-1", "--json")
    assert status == 1
    assert json.loads(out)["problem"]["row"] == seq


def test_why_tells_a_moment_without_an_order_and_one_with(lefi: Lefi) -> None:
    status, out, _ = lefi("why", "levels", "--of", "levels-1", "--at", "1970-01-01T00:02:30Z")
    assert status == 0
    assert "line 4: close > 105" in out
    assert "-> no (close 101" in out
    assert "What was decided" not in out
    status, out, _ = lefi(
        "why", "levels", "--of", "levels-1", "--at", "1970-01-01T00:03:00Z", "--json"
    )
    story = json.loads(out)
    assert status == 0
    assert story["decided"][0]["verdicts"][0]["passed"] is True
    status, out, _ = lefi("why", "ghost", "--of", "levels-1", "--at", "1970-01-01T00:03:00Z")
    assert status == 1
    assert "no bot ghost" in out


def test_a_run_or_a_story_that_is_not_there_is_a_no_in_words(lefi: Lefi) -> None:
    assert lefi("audit", "--of", "nothing")[0] == 1
    status, _, err = lefi("why", "--of", "levels-1", "--run", "Lnothing")
    assert status == 1
    assert "Lnothing" in err
