"""Custom events and commands: fields typed by their use, what is sent, who may give commands."""

from __future__ import annotations

import pytest

from lefi_tui.core.bot import Emitted
from lefi_tui.lang.program import Checked, check
from tests.unit.lang.stepping import codes, mistakes, program

EVENT = 'on Event("news") {{ {} }}'


def takes(body: str) -> dict[str, str]:
    return dict(program(EVENT.format(body)).handlers[0].takes)


def sent(body: str, *values: float | str) -> tuple[Emitted, ...]:
    made = program(f"on Start {{ {body} }}")
    effects = made.step(0, made.initial(), (0.0, *values), ()).effects
    return tuple(each for each in effects if isinstance(each, Emitted))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("if event.x > 5 { Print(1) }", "number"),
        ("y = event.x * 2; Print(y)", "number"),
        ('Buy("BTC/USDT", event.x)', "number"),
        ('if close_to(event.x) { Print("a") }', "number"),
        ("Print(EMA(event.x, 3))", "number"),
        ("if event.x > 5 USDT { Print(1) }", "number"),
        ('if event.x == "up" { Print(1) }', "text"),
        ('if event.x == "BTC/USDT" { Print(1) }', "text"),
        ("if event.x { Print(1) }", "bool"),
        ("if not event.x or false { Print(1) }", "bool"),
        ("Print(event.x)", "any"),
        ('Print("it is {event.x}")', "any"),
        ('Emit("more", x = event.x)', "any"),
        ("kept = event.x; Print(kept)", "any"),
    ],
)
def test_a_field_is_typed_by_its_use(body: str, kind: str) -> None:
    source = f"fn close_to(a) = Abs(a - 1) < 2\n{EVENT.format(body)}"
    assert dict(program(source).handlers[0].takes) == {"x": kind}


def test_fields_are_numbered_as_they_are_first_used() -> None:
    handler = program(EVENT.format("Print(event.b); Print(event.a); Print(event.b)")).handlers[0]
    assert handler.fields == ("time", "b", "a")
    assert handler.hears == "news"


def test_when_it_happened_is_always_there() -> None:
    assert takes("Print(Now().hour + event.time.minute)") == {}


@pytest.mark.parametrize(
    "body",
    [
        "if event.x > 5% { Print(1) }",
        'if event.x > 5 { Print(1) }; if event.x == "a" { Print(2) }',
        "if event.x { Print(1) }; Print(event.x + 1)",
        "if Now() > event.x { Print(1) }",
    ],
)
def test_a_field_is_a_number_a_text_or_a_condition_and_only_one_of_them(body: str) -> None:
    assert len(codes(EVENT.format(body))) == 1


def test_two_handlers_of_one_event_type_its_fields_for_themselves() -> None:
    one, two = EVENT.format("if event.x { Print(1) }"), EVENT.format("Print(event.x * 2)")
    handlers = program(f"{one}\n{two}").handlers
    assert [each.takes for each in handlers] == [(("x", "bool"),), (("x", "number"),)]


def test_an_emit_sends_numbers_texts_and_truths() -> None:
    (event,) = sent('Emit("a", n = 2 * 3, share = 25%, of = 5 USDT, t = "x{1 + 1}", b = 1 > 2)')
    assert event == Emitted(
        "a", (("n", 6.0), ("share", 0.25), ("of", 5.0), ("t", "x2"), ("b", False))
    )


def test_a_missing_value_is_not_sent() -> None:
    assert sent('Emit("a", n = 1 / 0, m = 1)') == (Emitted("a", (("m", 1.0),)),)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("Emit()", "LF204"),
        ("Emit(5)", "LF208"),
        ('Emit("a", 5)', "LF204"),
        ('Emit("a", x = 1, x = 2)', "LF204"),
        ('Emit("a", time = 1)', "LF204"),
        ('Emit("a", x = [1, 2])', "LF202"),
        ('x = Emit("a")', "LF207"),
    ],
)
def test_what_an_emit_can_not_be(call: str, code: str) -> None:
    assert codes(f"on Start {{ {call} }}") == [code]


def warned(source: str) -> list[str]:
    checked: Checked = check(source)
    assert checked.program is not None
    return [each.code for each in checked.diagnostics]


def test_a_circle_of_emits_is_warned_of_at_each_of_them() -> None:
    assert warned('on Event("a") { Emit("a") }') == ["LF257"]
    circle = 'on Event("a") { Emit("b") }\non Event("b") { Emit("c") }\non Event("c") { Emit("a") }'
    assert warned(circle) == ["LF257"] * 3
    assert warned('on Start { Emit("a") }\non Event("a") { Emit("b") }') == []


@pytest.mark.parametrize("kind", ["automated", "indicator"])
def test_commands_are_a_manual_bots(kind: str) -> None:
    source = f'kind {kind}\non Command("BUY GAME") {{ Print(event.key) }}'
    (found,) = mistakes(source)
    assert found.code == "LF220"
    assert kind in found.message


def test_a_command_has_a_key_and_a_time() -> None:
    source = 'kind manual\non Command("BUY GAME", key = "b") { Print("{event.key} {Now().day}") }'
    handler = program(source).handlers[0]
    assert (handler.hears, handler.key, handler.fields) == ("BUY GAME", "b", ("key", "time"))
    assert codes('kind manual\non Command("A") { Print(event.price) }') == ["LF214"]
