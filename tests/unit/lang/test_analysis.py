"""Hovers, signatures, definitions, references, renaming and the outline of a script."""

from __future__ import annotations

import random

import pytest

from lefi_tui.lang.authoring.analysis import Analysis, analysed
from lefi_tui.lang.authoring.records import Hover, Signature
from lefi_tui.lang.diagnostic import Fix, applied
from lefi_tui.lang.examine import examined
from lefi_tui.lang.source import Span
from tests.unit.lang.cursor import MARKET, SHIPPED, at_cursor

EMA = SHIPPED["ema_cross"]


def hovered(marked: str) -> Hover:
    analysis, offset = at_cursor(marked)
    found = analysis.hover(offset)
    assert found is not None
    return found


def signed(marked: str) -> Signature:
    analysis, offset = at_cursor(marked)
    found = analysis.signature(offset)
    assert found is not None
    return found


def test_hovers_tell_what_the_checker_found() -> None:
    script = 'setting n = 3\non Candle("BTC/USDT", 5m) {{ {} }}'
    found = hovered(script.format("qui|ck = EMA(close, n); Print(quick)"))
    assert (found.title, found.unit) == ("quick = EMA(close, n)", "USDT per BTC")
    assert hovered(script.format("x = volume *| close; Print(x + n)")).unit == "USDT"
    assert hovered(script.format('if Pos|ition("BTC/USDT") > n {}')).unit == "BTC"
    assert hovered(script.format("if event.vol|ume > n {}")).unit == "BTC"
    assert hovered(script.format('o = Buy("BTC/USDT", n); Print(o.co|st)')).unit == "USDT"
    assert hovered(script.format('if Fee("BTC/USDT").ma|ker > 1% { Print(n) }')).unit == "a percent"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("ban|d = Bollinger(close, 20, 2)", "`.upper` USDT per BTC, `.middle` USDT per BTC, `."),
        ("b = Bollinger(close, 20, 2); Print(|b)", "`.upper` USDT per BTC, `.middle` USDT per"),
        ("b = Bollinger(close, 20, 2); Print(|b.lower)", "`.upper` USDT per BTC, `.middle`"),
        ("t| = ADX(14)", "`.plus` a plain number, `.minus` a plain number."),
        ('f| = Fee("BTC/USDT")', "`.maker` a percent, `.taker` a percent."),
        ('d| = Candles("BTC/USDT", 1d)', "`.close` USDT per BTC, `.volume` BTC."),
        ('o|= Buy("BTC/USDT", 5%, stop_loss = 2%)', "`.units` BTC, `.cost` USDT, `.fee` USDT,"),
        ("w| = event.time", "`.hour` a plain number, `.minute` a plain number,"),
    ],
)
def test_a_name_of_several_values_tells_each_with_its_unit(body: str, fields: str) -> None:
    script = 'on Candle("BTC/USDT", 5m) {{\n    {}\n    Print(close)\n}}\n'
    told = hovered(script.format(body)).docs[0]
    assert told.startswith("Its fields: ")
    assert fields in told


def test_a_field_of_a_name_leads_to_what_the_name_holds() -> None:
    script = 'on Candle("BTC/USDT", 5m) {\n    b = Bollinger(close, 20, 2)\n    Print(b.up|per)\n}'
    found = hovered(script)
    assert (found.title, found.unit, found.name) == ("b.upper", "USDT per BTC", "Bollinger")


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ('for coin i|n ["BTC/USDT"] { Print(coin) }', "for"),
        ("setting n = 20 i|n 5..100", "setting"),
        ('on Start { if Now().hour > 1 { Print("a") } el|se { Print("b") } }', "if"),
        ('on Start { authorize b|y "owner" within 10m { Print("a") } }', "authorize"),
        ('on Start { authorize by "owner" wit|hin 10m { Print("a") } }', "authorize"),
        ("policy { rate = 10 pe|r 1m }", "rate"),
        ("kind ma|nual", "kind"),
        ('kind manual\non Command("GO", k|ey = "g") { Print("a") }', "Command"),
        ('on Fill { Print("sold {ev|ent.amount}") }', "Fill"),
        ('on Fill { Print("sold {event.am|ount}") }', "Fill"),
        ('on Start { Print("now {Sp|ot("BTC/USDT")}") }', "Spot"),
    ],
)
def test_words_between_and_inside_texts_lead_to_the_reference(marked: str, name: str) -> None:
    assert hovered(marked).name == name


def test_a_name_in_a_text_is_told_as_elsewhere() -> None:
    found = hovered('spot = Spot("BTC/USDT")\nPrint("now {sp|ot} or {spot}")')
    assert (found.title, found.unit) == ('spot = Spot("BTC/USDT")', "USDT per BTC")


def test_where_a_name_of_several_values_is_meant_as_one_a_key_writes_one() -> None:
    script = 'on Candle("BTC/USDT", 5m) {\n    band = Bollinger(close, 20, 2)\n    Print(band)\n}'
    analysis = analysed(script)
    (found,) = (each for each in analysis.diagnostics if each.is_error)
    assert "`band.upper` or .middle or .lower." in found.message
    assert found.fix is not None
    mended = applied(analysis.text, found.fix)
    assert "Print(band.upper)\n" in mended
    assert not any(each.is_error for each in analysed(mended).diagnostics)


def test_hovers_of_words_lead_to_the_reference() -> None:
    for marked, name in (
        ("sett|ing n = 1", "setting"),
        ("policy { ra|te = 1 per 1m }", "rate"),
        ('test "x" { cand|les 1 }', "candles"),
        ("on Can|dle(x, 5m) {}", "Candle"),
        ("x = RS|I(close, 2)", "RSI"),
    ):
        found = hovered(marked)
        assert found.name == name
        assert found.docs
        assert found.title


def test_a_setting_is_hovered_with_its_bounds_and_its_words() -> None:
    found = hovered("/// Candles in it\nsetting fast = 12 in 2..200\nx = SMA(close, fa|st)")
    assert found.title == "setting fast = 12 in 2..200"
    assert found.docs == ("Candles in it",)


def test_a_series_is_told_with_its_warm_up() -> None:
    script = 'on Candle("BTC/USDT", 5m) {{ quick = EM|A(close, 12)[1]; Print(qui|ck) }}'
    assert hovered(script.replace("EM|A", "EMA").format()).docs == (
        "It has its first value at candle 13, the same wherever history began from 145 on.",
    )
    assert (
        "It has its first value at candle 12, the same wherever history began from 144 on."
        in hovered(script.replace("qui|ck", "quick").format()).docs
    )


def test_what_an_indicator_steps_by_is_called_by_its_name_and_told_once() -> None:
    ema = 'on PriceUpdate("A/B") {{ Print({}) }}'
    for call, unit in (
        ("EM|A(event.price, 9)", "event"),
        ('EM|A(Candles("A/B", 1d).close, 9)', "candle"),
    ):
        docs = hovered(ema.format(call)).docs
        assert [each for each in docs if "first value" in each] == [
            f"It has its first value at {unit} 9, the same wherever history began from 108 on."
        ]


def test_event_and_its_fields_lead_to_its_entry() -> None:
    assert hovered("on Fill { Print(ev|ent.price) }").name == "Fill"
    assert hovered("on Fill { Print(event.pri|ce) }").name == "Fill"
    assert hovered('on Candle("BTC/USDT", 5m) { Print(clo|se) }').name == "Candle"


def test_a_function_is_told_with_what_it_gives() -> None:
    script = (
        '/// Of two\nfn ratio(a, b) = a / b\non Candle("A/B", 5m) { x = rat|io(close, volume) }'
    )
    found = hovered(script)
    assert found.title == "fn ratio(a, b) = a / b"
    assert found.docs == ("Of two",)


def test_a_function_has_the_units_it_is_called_with() -> None:
    found = hovered(
        "fn twice(va|lue) = value * 2\n"
        'on Candle("BTC/USDT", 5m) { Print(twice(close)); Print(twice(volume)) }'
    )
    assert found.unit == "USDT per BTC or BTC"


def active(signature: Signature) -> str:
    if signature.active < 0:
        return ""
    start, end = signature.params[signature.active]
    return signature.form[start:end]


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("x = Bollinger(|", "x"),
        ("x = Bollinger(close, |", "n"),
        ("x = Bollinger(close, Min(1, 2), |3)", "k"),
        ('Buy("BTC/USDT", |', "size"),
        ('Buy("BTC/USDT", 1, stop_loss = |', "stop_loss ="),
        ('PnL("BTC|/USDT")', "symbol"),
        ("on Candle(symbol, |", "timeframe"),
        ("fn f(a, b) = a\nx = f(1, |)", "b"),
        ("x = Min(1, 2, 3, |)", "…"),
        ('Buy("BTC/USDT", 25%, |)', "…"),
        ("x = EMA(close, 3, |)", ""),
    ],
)
def test_the_argument_at_the_cursor_is_marked(marked: str, wanted: str) -> None:
    assert active(signed(marked)) == wanted


def test_what_may_follow_by_name_is_told() -> None:
    docs = signed('Buy("BTC/USDT", 25%, stop_loss = 2%, |)').docs
    assert docs.startswith("by name: at, take_profit, trail")
    assert "stop_loss" not in docs


def test_there_is_no_signature_outside_a_call() -> None:
    analysis, offset = at_cursor("x = (1 + |2)")
    assert analysis.signature(offset) is None


def test_a_name_leads_to_where_it_is_declared() -> None:
    analysis = analysed(EMA)
    use = EMA.index("fast)")
    declared = EMA.index("fast = 12")
    assert analysis.definition(use) == Span(declared, declared + 4)
    assert len(analysis.references(use)) == 6


def test_a_name_of_one_handler_is_none_of_another() -> None:
    analysis, offset = at_cursor("on Start { x| = 1; Print(x) }\non Stop { x = 2; Print(x) }")
    assert len(analysis.references(offset)) == 2


def names_of(text: str) -> list[Span]:
    """One place of each name that the script gives."""
    analysis = Analysis(text)
    places = {analysis.definition(at) for at in range(len(text))}
    return sorted(each for each in places if each is not None)


@pytest.mark.parametrize("name", SHIPPED)
def test_renaming_changes_the_name_and_nothing_else(name: str) -> None:
    text = SHIPPED[name]
    before = examined(text)
    assert before.blueprint is not None
    for span in names_of(text):
        analysis = Analysis(text)
        old, new = text[span.start : span.end], "zz_renamed"
        first = analysis.renamed(span.start, new)
        assert first.edits
        after = applied(text, Fix("", first.edits))
        found = examined(after)
        assert [each.code for each in found.diagnostics] == [
            each.code for each in before.diagnostics
        ]
        assert found.blueprint is not None
        assert [each.steps_max for each in found.blueprint.handlers] == [
            each.steps_max for each in before.blueprint.handlers
        ]
        back = Analysis(after).renamed(first.edits[0].span.start, old)
        assert applied(after, Fix("", back.edits)) == text


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("if", "a word of the language"),
        ("Fast", "no name"),
        ("2fast", "no name"),
        ("", "no name"),
        ("slow", "taken"),
        ("close", "taken"),
        ("quick", "taken"),
    ],
)
def test_a_name_that_is_none_or_is_taken_is_refused(new: str, why: str) -> None:
    found = analysed(EMA).renamed(EMA.index("fast)"), new)
    assert why in found.refusal
    assert found.edits == ()


def test_what_cannot_be_read_whole_is_not_renamed() -> None:
    analysis, offset = at_cursor("setting fa|st = 1\non Start { Print(fast }")
    assert "mend" in analysis.renamed(offset, "swift").refusal


def test_the_outline_follows_the_text() -> None:
    found = [(each.kind, each.name) for each in analysed(EMA).outline()]
    assert found[:2] == [("script", "EMA cross"), ("setting", "symbol")]
    assert ("handler", "Candle(symbol, 5m)") in found
    handler = next(each for each in analysed(EMA).outline() if each.kind == "handler")
    assert [each.name for each in handler.children] == ["quick", "calm"]


def test_the_smallest_whole_expression_is_found() -> None:
    analysis, offset = at_cursor("on Start { x = 1 + Min(2, 3 *| 4) }")
    span = analysis.expression_at(offset)
    assert span is not None
    assert analysis.text[span.start : span.end] == "3 * 4"


PIECES = ('"', "{", "}", "(", ")", ".", ",", "\n", " ", "if", "on ", "///", "/*", "*/", "\\", "x")
MORE = ("5m", "1.", "[", "]", "=>", '"{', "test", "setting ", "fn f(", "=", "Buy(", "é", "\r\n")


def broken(chance: random.Random) -> str:
    """A piece of a shipped script with some of it replaced."""
    text = chance.choice(list(SHIPPED.values()))
    start = chance.randrange(len(text))
    text = text[start : start + chance.randrange(400)]
    for _ in range(chance.randrange(8)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(PIECES + MORE) + text[at + chance.randrange(5) :]
    return text


@pytest.mark.parametrize("seed", range(20))
def test_any_text_is_answered(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        analysis = Analysis(broken(chance))
        size = len(analysis.text)
        for offset in (0, size, *(chance.randrange(size + 1) for _ in range(4))):
            span = analysis.completions(offset, MARKET).span
            assert 0 <= span.start <= offset <= span.end <= size
            assert all(0 <= each.start < each.end <= size for each in analysis.references(offset))
            found = analysis.hover(offset)
            assert found is None or found.title
            analysis.signature(offset)
            analysis.renamed(offset, "other")
            analysis.expression_at(offset)
        analysis.outline()


def test_a_text_that_is_no_script_by_its_length_is_said_to_be_that_and_no_more() -> None:
    analysis = Analysis("x = Min(1, 2)\n" * 20_000)
    assert [each.code for each in analysis.diagnostics] == ["LF106"]
    assert analysis.completions(200_010).rows == ()
    assert analysis.signature(8) is None
    assert analysis.hover(5) is None
    assert analysis.references(0) == ()
    assert analysis.renamed(0, "y").refusal
    assert analysis.outline() == ()
