"""Messages and the desk as text: the same value has one text, and comes back as it was."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.bot import Bar, Quote
from lefi_tui.core.codec import (
    MESSAGE_TYPES,
    CodecError,
    decode,
    encode,
    from_plain,
    text_of,
    to_plain,
)
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.state import UNSAVED
from lefi_tui.core.messages import BarsClosed, MarketInput, MarketSeen, QuoteChanged
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record
from lefi_tui.engine.wire import QUESTIONS

# ---- any message, from its annotations

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# Of what is annotated as anything only plain data comes back: an infinity as its text.
FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), FINITE, TEXTS),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    object: PLAIN,
    Any: PLAIN,
}


@cache
def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that may stand where this is annotated; collections stay short."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if hint is MarketInput:
        return st.one_of(values(QuoteChanged), values(BarsClosed))
    if isinstance(hint, type) and issubclass(hint, Record):
        hints = get_type_hints(hint)
        return st.builds(hint, **{name: values(hints[name]) for name in hint.__struct_fields__})
    if isinstance(hint, type):
        return st.sampled_from(list(hint)) if issubclass(hint, Enum) else st.builds(hint)
    return composed(hint, get_args(hint))


def composed(hint: Any, args: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if get_origin(hint) is tuple:
        if args[-1] is Ellipsis:
            return st.lists(values(args[0]), max_size=2).map(tuple)
        return st.tuples(*(values(arg) for arg in args))
    if get_origin(hint) is types.UnionType:
        return st.one_of(*(st.none() if arg is type(None) else values(arg) for arg in args))
    return st.dictionaries(values(args[0]), values(args[1]), max_size=2)


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
@settings(max_examples=10)
@given(data=st.data())
def test_every_message_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    kind: Any = MESSAGE_TYPES[name]
    message = data.draw(values(kind))
    written = encode(message)
    again = decode(*written)
    assert again == message
    assert type(again) is type(message)
    assert encode(again) == written
    assert "\n" not in written[2]


@settings(max_examples=10)
@given(data=st.data())
def test_the_whole_desk_comes_back_as_it_was(data: st.DataObject) -> None:
    """But for behavior, and what follows from the rest."""
    hints = get_type_hints(Desk)
    for name in set(Desk.__struct_fields__) - UNSAVED:
        value = data.draw(values(hints[name]), label=name)
        text = text_of(to_plain(value))
        again = from_plain(hints[name], json.loads(text))
        assert again == value
        assert text_of(to_plain(again)) == text


@pytest.mark.parametrize("kind", [kind for pair in QUESTIONS.values() for kind in pair])
@settings(max_examples=5)
@given(data=st.data())
def test_questions_and_views_cross_the_socket_as_they_are(kind: type, data: st.DataObject) -> None:
    value = data.draw(values(kind))
    assert from_plain(kind, json.loads(text_of(to_plain(value)))) == value


def test_only_whole_messages_have_a_name_not_their_families() -> None:
    assert not {"Message", "Command", "Report", "MarketInput", "Event"} & set(MESSAGE_TYPES)
    assert {"StartBot", "VenueFilled", "BarsClosed", "OrderFilled", "BotRan"} <= set(MESSAGE_TYPES)


# ---- one text for one value

BAR = Bar("BTC/USDT", 60_000, 0, 1.0, 2.5, 0.1, 1e-7, 0.0)


def test_the_text_is_compact_in_the_order_of_the_fields() -> None:
    quote = QuoteChanged("main", Quote("BTC/USDT", 5, 0.1, 1e22, 3.0))
    name, version, body = encode(quote)
    assert (name, version) == ("QuoteChanged", 1)
    assert body == (
        '{"account":"main","quote":{"symbol":"BTC/USDT","time_ms":5,'
        '"bid":0.1,"ask":1e+22,"last":3.0}}'
    )


def test_a_whole_number_given_for_a_double_is_written_as_that_double() -> None:
    whole = Bar("BTC/USDT", 60_000, 0, 1, 2, 1, 2, 5)
    double = Bar("BTC/USDT", 60_000, 0, 1.0, 2.0, 1.0, 2.0, 5.0)
    assert encode(BarsClosed("main", 1, (whole,))) == encode(BarsClosed("main", 1, (double,)))


def test_doubles_that_json_has_no_word_for_are_texts() -> None:
    bar = Bar("BTC/USDT", 60_000, 0, math.inf, -math.inf, math.nan, -0.0, 5e-324)
    body = encode(BarsClosed("main", 1, (bar,)))[2]
    assert '"open":"inf","high":"-inf","low":"nan","close":-0.0,"volume":5e-324' in body
    again = decode("BarsClosed", 1, body).bars[0]
    assert (again.open, again.high) == (math.inf, -math.inf)
    assert math.isnan(again.low)
    assert math.copysign(1.0, again.close) == -1.0


def test_decimals_keep_their_digits() -> None:
    for text in ("0.10", "1E-18", "12345678901234567890.123456789012345678", "-0"):
        assert str(from_plain(Decimal, to_plain(Decimal(text)))) == text


class Kept(Record):
    """What only the desk's memory holds: mappings by text and by pair."""

    by_name: Mapping[str, int]
    by_pair: Mapping[tuple[str, int], Decimal]
    side: Side
    loose: Any = None


def test_mappings_are_pairs_sorted_by_key() -> None:
    kept = Kept({"b": 2, "a": 1}, {("x", 2): Decimal(1), ("x", 1): Decimal(2)}, Side.SELL)
    assert text_of(to_plain(kept)) == (
        '{"by_name":[["a",1],["b",2]],"by_pair":[[["x",1],"2"],[["x",2],"1"]],'
        '"side":"sell","loose":null}'
    )
    assert from_plain(Kept, to_plain(kept)) == kept


def test_what_is_annotated_as_anything_is_written_by_what_it_is() -> None:
    loose = {"b": (1, 2.5), "a": [Decimal("1.0"), Side.BUY, BAR, None, True]}
    plain = to_plain(Kept({}, {}, Side.BUY, loose))["loose"]
    assert plain == [["a", ["1.0", "buy", to_plain(BAR), None, True]], ["b", [1, 2.5]]]


def test_market_input_inside_another_message_keeps_its_kind() -> None:
    for inner in (BarsClosed("main", 1, (BAR,)), QuoteChanged("a", Quote("X/Y", 1, 1.0, 1.0, 1.0))):
        again = decode(*encode(MarketSeen(inner)))
        assert again.message == inner


# ---- wrong data is refused in words

GOOD = json.loads(encode(BarsClosed("main", 1, (BAR,)))[2])
WRONG: list[tuple[str, Any, str]] = [
    ("account", 5, "BarsClosed.account: 5 is no text"),
    ("account", "\ud800", "surrogates not allowed"),
    ("at_ms", "5", "BarsClosed.at_ms: '5' is no int"),
    ("at_ms", True, "True is no int"),
    ("at_ms", 1.0, "1.0 is no int"),
    ("is_first", 1, "1 is no bool"),
    ("bars", "BTC", "'BTC' is no list"),
    ("bars", [5], "BarsClosed.bars"),
    ("bars", [{**to_plain(BAR), "open": "1.5"}], "Bar.open: '1.5' is no number"),
    ("bars", [{**to_plain(BAR), "open": False}], "Bar.open: False is no number"),
    ("bars", [{**to_plain(BAR), "open": 10**400}], "Bar.open"),
    ("bars", [{**to_plain(BAR), "color": "red"}], "Bar has no color"),
    ("reading", {"cash": 1.0}, "reading"),
    ("account", "x" * 200 + "\ud800", "surrogates"),
    ("bars", "x" * 9_000, "…"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_wrong_data_is_refused_with_its_place(name: str, value: Any, words: str) -> None:
    with pytest.raises(CodecError) as refusal:
        from_plain(BarsClosed, {**GOOD, name: value})
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("data", ["abc", "", "NaN", "-Infinity", 1.5, 1, True, None, ["1"]])
def test_what_is_no_amount_never_becomes_money(data: Any) -> None:
    with pytest.raises(CodecError):
        from_plain(Decimal, data)


def test_an_unknown_choice_is_refused() -> None:
    for data in ("up", 1, None, ["buy"]):
        with pytest.raises(CodecError):
            from_plain(Side, data)


def test_a_message_of_another_program_is_refused() -> None:
    with pytest.raises(CodecError, match="newer program"):
        decode("OrderTeleported", 1, "{}")
    with pytest.raises(CodecError, match="has version 2, this program reads 1"):
        decode("QuoteChanged", 2, "{}")


@pytest.mark.parametrize("body", ["", "{", "[]", "5", '"x"', "{}", "[" * 100_000, "9" * 5_000])
def test_a_broken_body_is_refused(body: str) -> None:
    with pytest.raises(CodecError):
        decode("QuoteChanged", 1, body)


def test_a_command_hidden_as_market_input_is_refused() -> None:
    forged = {"type": "Kill", "version": 1, "body": "{}"}
    with pytest.raises(CodecError, match="no market input"):
        from_plain(MarketInput, forged)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(CodecError, match="twice"):
        from_plain(Mapping[str, int], [["a", 1], ["a", 2]])


def test_what_can_not_be_told_again_is_never_written() -> None:
    for value in (object(), {1, 2}, b"bytes", Kept):
        with pytest.raises(CodecError, match="can't be written"):
            to_plain(value)


def test_a_value_of_another_class_never_passes_for_the_annotated_one() -> None:
    quote: Any = BAR
    with pytest.raises(CodecError, match="Bar stands where Quote is written"):
        encode(QuoteChanged("main", quote))


def test_a_type_that_has_two_readings_is_refused() -> None:
    with pytest.raises(CodecError, match="can't be written"):
        from_plain(int | str, 5)
    with pytest.raises(CodecError, match="can't be read"):
        from_plain(bytes, "x")
