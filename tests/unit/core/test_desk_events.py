"""Custom events between the bots of a desk: who hears one, what an indicator gives, and an end."""

from __future__ import annotations

import json
import math

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core.codec import from_plain, to_plain
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.desk.runs import EVENTS_MAX
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.messages import NoteWritten, StartBot
from lefi_tui.core.read_key import ReadKey
from tests.unit.core.desk_kit import of, open_desk, quote

SENDS = """
kind indicator
on PriceUpdate("BTC/USDT") { Emit("seen", score = event.price / 2, words = "up") }
"""
HEARS = 'on Event("seen") { Print("{event.words} {event.score}") }'


def desk_of(**scripts: str) -> Desk:
    desk = replace(open_desk(), kinds={"automated": Automated()})
    for name, source in scripts.items():
        desk, _ = advance(desk, StartBot(name, "automated", "main", source, at_ns=1))
        assert name in desk.bots, source
    return desk


def notes(desk: Desk) -> list[tuple[str, str, str]]:
    _, step = advance(desk, quote(100.0))
    return [(each.bot, each.kind, each.text) for each in of(NoteWritten, step)]


def test_a_bot_hears_what_another_sent_at_the_same_moment() -> None:
    desk = desk_of(ears=HEARS, eyes=SENDS, other='on Event("else") { Print(1) }')
    assert notes(desk) == [
        ("eyes", "emit", "seen score = 50.0 words = up"),
        ("ears", "print", "up 50"),
    ]


def test_a_bot_hears_its_own_event_once() -> None:
    both = 'on PriceUpdate("BTC/USDT") { Emit("seen", score = 1, words = "x") }\n' + HEARS
    assert notes(desk_of(both=both)) == [
        ("both", "print", "x 1"),
        ("both", "emit", "seen score = 1.0 words = x"),
    ]


def test_bots_that_answer_each_other_end_and_it_is_said() -> None:
    ping = 'on PriceUpdate("BTC/USDT") { Emit("ping") }\non Event("pong") { Emit("ping") }'
    pong = 'on Event("ping") { Emit("pong") }'
    told = notes(desk_of(ping=ping, pong=pong))
    assert told[-1][1] == "refused"
    assert f"over {EVENTS_MAX} events between bots" in told[-1][2]
    assert sum(kind == "emit" for _, kind, _ in told) == EVENTS_MAX + 1


def test_an_indicator_bots_newest_number_is_read_by_its_name() -> None:
    desk = desk_of(eyes=SENDS, trader=HEARS)
    key = ReadKey("indicator", bot="eyes", field="score")
    assert math.isnan(DeskSnapshot(desk, desk.bots["trader"]).read(key))
    for price in (100.0, 120.0):
        desk, _ = advance(desk, quote(price))
    snapshot = DeskSnapshot(desk, desk.bots["trader"])
    assert snapshot.read(key) == 60
    assert math.isnan(snapshot.read(key._replace(field="words")))
    assert math.isnan(snapshot.read(key._replace(bot="nobody")))
    assert math.isnan(snapshot.read(key._replace(bot="trader")))
    assert math.isnan(snapshot.read(ReadKey("bias", "BTC/USDT")))


def test_what_an_indicator_gave_is_kept_over_a_restart() -> None:
    desk, _ = advance(desk_of(eyes=SENDS), quote(100.0))
    plain = json.loads(json.dumps(to_plain(desk.bots["eyes"].gave)))
    kept: dict[str, float] = from_plain(dict[str, float], plain)
    assert kept == {"score": 50.0}
