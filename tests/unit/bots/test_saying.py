"""One statement said by hand: the same language, the same gate, all or nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bots.automated.kind import Automated
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.messages import (
    CancelOrders,
    CommandRefused,
    Kill,
    NoteWritten,
    OrderSubmitted,
    SayStatement,
    StatementSaid,
    SubmitOrders,
    VenueAccepted,
)
from lefi_tui.core.order import HAND, OrderKind, Side
from lefi_tui.views.statement import completed, read_line
from tests.unit.core.desk_kit import fill, of, open_desk
from tests.unit.core.test_by_hand import SEEN, D

BUY = 'Buy("BTC/USDT", 0.01 BTC)'
AT_3 = 'Buy("BTC/USDT:USDT", 0.01 BTC, at = 59000'


def desk() -> Desk:
    return replace(open_desk(), kinds={"automated": Automated()})


def say(on: Desk, text: str, at_ns: int = 20_000_000, **more: Any) -> tuple[Desk, Step]:
    return advance(on, SayStatement("main", text, at_ns=at_ns, quotes=SEEN, **more))


def why(answer: Step) -> str:
    return " ".join(each.text for each in of(CommandRefused, answer))


def test_a_statement_is_an_order_of_the_hand_with_its_words_in_the_journal() -> None:
    _, answer = say(desk(), 'Buy("BTC/USDT", 0.01 BTC, at = 59000, stop_loss = 2%)')
    order = of(OrderSubmitted, answer)[0].order
    assert (order.owner, order.quantity, order.terms.limit) == (HAND, D("0.01"), D(59_000))
    assert order.terms.exits.stop_loss is not None
    assert "at = 59000" in of(StatementSaid, answer)[0].text


def test_it_reads_the_market_and_the_account_and_may_decide() -> None:
    _, answer = say(desk(), 'if Spot("BTC/USDT") > 1 { Sell("BTC/USDT:USDT", 0.01 BTC) }')
    assert of(OrderSubmitted, answer)[0].order.terms.side is Side.SELL
    _, answer = say(desk(), 'if Spot("BTC/USDT") < 1 { Buy("BTC/USDT", 0.01 BTC) }')
    assert "Nothing was wanted" in why(answer)
    _, answer = say(desk(), 'Print("worth {Equity()}")')
    assert of(NoteWritten, answer)[0].text == "worth 10000"


def test_it_cancels_and_closes_what_is_the_hands() -> None:
    on, answer = say(desk(), 'Buy("BTC/USDT", 0.01 BTC, at = 59000)')
    order = of(OrderSubmitted, answer)[0].order
    on, _ = advance(on, VenueAccepted(order.id, 21, "v", order.quantity))
    on, answer = say(on, 'Cancel("BTC/USDT")')
    assert of(CancelOrders, answer)[0].orders == (order.id,)
    on, answer = say(desk(), BUY)
    on, _ = advance(on, fill(of(OrderSubmitted, answer)[0].order, "0.01"))
    on, answer = say(on, 'Close("BTC/USDT")', 30_000_000)
    close = of(OrderSubmitted, answer)[0].order
    assert (close.terms.kind, close.terms.is_reduce_only) == (OrderKind.MARKET, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Byu("BTC/USDT", 1)', "Buy"),
        ('authorize { Buy("BTC/USDT", 0.01 BTC) }', "Write a script"),
        ('execute { Buy("BTC/USDT", 0.01 BTC) }', "Write a script"),
        ('} ; on PriceUpdate("BTC/USDT") { Print("x")', "Write a script"),
        ('Emit("fear")', "Write a script"),
        ('TransferAmount("main", "savings", 100 USDT)', "Write a script"),
        ('Buy("DOGE/USDT", 1)', "no market DOGE/USDT"),
        ('Buy("BTC/USDT", 100 BTC)', "Ask for less"),
        ('Buy("BTC/USDT", 0.01 BTC, at = 69000)', "once more"),
        ("Print(1)\nPrint(2)", "one line"),
    ],
)
def test_what_can_not_be_said_is_refused_and_nothing_of_it_leaves(text: str, words: str) -> None:
    _, answer = say(desk(), text)
    assert words in why(answer)
    assert not of(SubmitOrders, answer)
    assert not of(StatementSaid, answer)


def test_of_two_wishes_none_leaves_where_one_can_not_be() -> None:
    _, answer = say(desk(), f'{BUY}; Buy("BTC/USDT", 100 BTC)')
    assert why(answer)
    assert not of(SubmitOrders, answer)


def test_what_looks_like_a_slip_is_sent_when_it_is_said_again() -> None:
    _, answer = say(desk(), 'Buy("BTC/USDT", 0.01 BTC, at = 69000)', is_confirmed=True)
    assert of(SubmitOrders, answer)


def test_a_halted_desk_hears_no_statement_that_trades() -> None:
    on, _ = advance(desk(), Kill(1))
    assert "halted" in why(say(on, BUY)[1])


def test_a_mistake_has_its_place_in_what_was_typed() -> None:
    found = read_line('Byu("BTC/USDT", 1)').wrong
    assert found is not None
    assert (found.column, found.length) == (0, 3)
    assert read_line(BUY).wrong is None


@pytest.mark.parametrize(
    ("text", "column", "length"),
    [
        ("RSI(clsoe, 14)", 4, 5),
        ('1 + Spot("BTC/USDT") / ', 23, 1),
        ('MACD(Candles("A/B", 1h).close)', 0, 30),
    ],
)
def test_so_has_one_in_a_question(text: str, column: int, length: int) -> None:
    found = read_line(text).wrong
    assert found is not None
    assert (found.column, found.length) == (column, length)


def test_a_line_that_has_a_value_is_a_question() -> None:
    asked = ('Position("BTC/USDT") > 0', "1 + 2", 'RSI(Candles("BTC/USDT", 1h).close, 14)')
    assert all(read_line(each).question for each in asked)
    assert not any(read_line(each).question for each in (BUY, "Print(1)", 'Cancel("BTC/USDT")'))


def test_the_name_of_a_method_that_is_begun_is_ended() -> None:
    assert completed("Canc") == ("Cancel()", 7)
    assert completed('Close("BTC/USDT"); Canc') == ('Close("BTC/USDT"); Cancel()', 26)
    assert completed('Spot("BT', ("BTC/USDT",)) == ('Spot("BTC/USDT', 14)
    assert completed("Zzz") == ("Zzz", 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Buy("BTC/USDT", 0.1 BTC); Buy("BTC/USDT", 0.1 BTC)', "Ask for less"),
        (f'{BUY}; Close("BTC/USDT")', "no open position"),
        (f"{AT_3}, leverage = 3); {AT_3}, leverage = 5)", "5x asked for BTC/USDT:USDT on main"),
        (f"{AT_3}, leverage = 3); {AT_3})", "a market has one leverage"),
    ],
)
def test_wishes_that_can_not_be_carried_out_together_are_refused_together(
    text: str, words: str
) -> None:
    _, answer = say(desk(), text)
    assert words in why(answer)
    assert not of(OrderSubmitted, answer)
    assert not answer.effects


def test_a_line_that_is_not_finished_is_told_so_and_not_by_what_stands_around_it() -> None:
    found = read_line('Buy("BTC/USDT", 100 USDT').wrong
    assert found is not None
    assert found.message.endswith("but the line ends here.")
