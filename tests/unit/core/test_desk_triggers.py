"""Events from outside: who hears one, what is refused and why, and that none is heard twice."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core.codec import decode, encode
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.desk.state import TAKEN_MAX, Taken
from lefi_tui.core.messages import CommandRefused, EmitEvent, EventTaken, NoteWritten, StartBot
from tests.unit.core.desk_kit import of, open_desk

FEAR = 'on Event("fear") { if event.score < 20 { Print("fear {event.score}") } }'
WORDS = 'on Event("fear") { Print("{event.words}") }'


def desk_of(**scripts: str) -> Desk:
    desk = replace(open_desk(), kinds={"automated": Automated()})
    for name, source in scripts.items():
        desk, _ = advance(desk, StartBot(name, "automated", "main", source, at_ns=1))
        assert name in desk.bots, source
    return desk


def fear(score: float = 12.0, sent_as: str = "") -> EmitEvent:
    return EmitEvent("fear", (("score", score),), sent_as, at_ns=5_000_000, by="somebody")


def taken(desk: Desk, event: EmitEvent) -> EventTaken:
    (said,) = of(EventTaken, advance(desk, event)[1])
    assert isinstance(said, EventTaken)
    return said


def test_every_running_bot_that_names_an_event_hears_it() -> None:
    desk = desk_of(a=FEAR, b=FEAR, other='on Event("greed") { Print(1) }')
    _, step = advance(desk, fear())
    assert [(each.bot, each.text) for each in of(NoteWritten, step)] == [
        ("a", "fear 12"),
        ("b", "fear 12"),
    ]
    assert taken(desk, fear()).bots == ("a", "b")


def test_an_event_nobody_hears_says_so_and_what_is_heard() -> None:
    said = taken(desk_of(other='on Event("greed") { Print(1) }'), fear())
    assert said.bots == ()
    assert said.refusal.startswith('No running bot hears event "fear". Bots that run hear greed.')
    assert "No bot that runs hears any" in taken(desk_of(), fear()).refusal


def test_a_wrong_or_missing_field_is_refused_with_the_bots_own_reason() -> None:
    missing = taken(desk_of(a=FEAR), EmitEvent("fear", at_ns=1))
    assert missing.refusal == 'a: event "fear": it has no field `score`'
    wrong = taken(desk_of(a=FEAR), EmitEvent("fear", (("score", "low"),), at_ns=1))
    assert wrong.refusal == "a: event \"fear\": `score` is a Number, and 'low' came"
    # One bot that can read it is enough: the other's reason stands in its own log.
    assert taken(desk_of(a=FEAR, b=WORDS), fear()).bots == ("a",)


def test_one_id_is_heard_once_however_often_it_is_sent() -> None:
    desk = desk_of(a=FEAR)
    desk, first = advance(desk, fear(sent_as="7"))
    assert len(of(NoteWritten, first)) == 1
    again, second = advance(desk, fear(sent_as="7"))
    assert (again, second.events, second.effects) == (desk, (), ())
    _, without = advance(desk, fear())
    assert len(of(NoteWritten, without)) == 1


def test_a_refused_id_stays_refused_although_somebody_would_hear_it_now() -> None:
    desk, _ = advance(desk_of(), fear(sent_as="7"))
    desk, _ = advance(desk, StartBot("a", "automated", "main", FEAR, at_ns=1))
    _, step = advance(desk, fear(sent_as="7"))
    (refused,) = of(CommandRefused, step)
    assert refused.text.startswith("No running bot hears")


def test_only_so_many_ids_are_remembered() -> None:
    desk = desk_of(a=FEAR)
    full = {str(number): Taken(1) for number in range(TAKEN_MAX)}
    desk, _ = advance(replace(desk, taken=full), fear(sent_as="new"))
    assert len(desk.taken) == TAKEN_MAX
    assert "0" not in desk.taken
    assert "new" in desk.taken


@pytest.mark.parametrize(
    "event",
    [
        EmitEvent(""),
        EmitEvent("x" * 65),
        EmitEvent("fear", (("a", 1.0), ("a", 2.0))),
        EmitEvent("fear", tuple((f"f{number}", 1.0) for number in range(33))),
        EmitEvent("fear", (("words", "w" * 1_001),)),
        EmitEvent("fear", (("", 1.0),)),
        EmitEvent("fear", id="i" * 201),
    ],
)
def test_what_is_too_long_or_nameless_runs_nothing(event: EmitEvent) -> None:
    _, step = advance(desk_of(a=FEAR), event)
    (said,) = of(EventTaken, step)
    assert said.refusal
    assert len(step.events) == 1


def test_the_journal_gives_back_what_was_heard() -> None:
    event = EmitEvent("e", (("n", 1), ("t", "a"), ("yes", True), ("gone", math.inf)), "i", 1, "w")
    back = decode(*encode(event))
    assert back.fields[:3] == (("n", 1.0), ("t", "a"), ("yes", True))
    assert math.isinf(back.fields[3][1])
    assert encode(back) == encode(event)
