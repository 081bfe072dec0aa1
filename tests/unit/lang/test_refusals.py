"""What is refused, with its code and its place: the words between « and »."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.program import check
from tests.unit.lang.stepping import mistakes, program

HANDLER = 'on Candle("BTC/USDT", 5m) {{ {} }}'
PLACED = (
    ("LF201", "Print(«clsoe»)"),
    ("LF201", "x = 1; { }".replace("{ }", "Print(«y»)")),
    ("LF202", "Print(Max(close, «1 BTC»))"),
    ("LF202", "Print(Sqrt(«close»))"),
    ("LF202", "Print(«if close > 1 then 1 BTC else 1 USDT»)"),
    ("LF202", 'if CrossesAbove(«close, 1 BTC») { Close("BTC/USDT") }'),
    ("LF203", 'Buuy("BTC/USDT", 1)'.replace("Buuy", "«Buuy»")),
    ("LF204", "Print(«EMA»(close))"),
    ("LF204", "Print(EMA(close, 5, «6»))"),
    ("LF204", "Print(EMA(close, «m» = 5))"),
    ("LF204", "Print(EMA(close, 5, «n» = 6))"),
    ("LF204", "Print(EMA(close, «0»))"),
    ("LF204", "Print(EMA(close, «2.5»))"),
    ("LF204", "Print(EMA(close, «5001»))"),
    ("LF204", 'Print(Spot(«"BTC-USDT"»))'),
    ("LF204", 'Buy("BTC/USDT", 1, tif = «"DAY"»)'),
    ("LF206", 'x = Min(close, open); x = close; if EMA(«x», 5) > 1 { Close("BTC/USDT") }'),
    ("LF207", "Print(«Notify(1)»)"),
    ("LF207", 'x = 1 + «Close("BTC/USDT")»'),
    ("LF208", "Print(EMA(close, «close / open»))"),
    ("LF208", "Print(close[«close / open»])"),
    ("LF208", 'Print(Spot(«"{close}"»))'),
    ("LF208", 'Print(AccountBalance(account = «"{close}"»))'),
    ("LF208", "for x in «5» { Print(1) }"),
    ("LF208", "for x in [1, «close»] { Print(x) }"),
    ("LF208", "repeat «close / open» { Print(1) }"),
    ("LF208", "repeat «-1» { Print(1) }"),
    ("LF209", "if close > 1 { x = 1 }; Print(«x»)"),
    ("LF209", "decide { close > 1 => x = 1; close > 2 => x = 2 }; Print(«x»)"),
    ("LF211", 'Print(«-"a"»)'),
    ("LF211", 'if «"a" < "b"» { Print(1) }'),
    ("LF211", "if «close» { Print(1) }"),
    ("LF211", 'Print(EMA(«"a"», 5))'),
    ("LF211", "«EMA(close, 5)»"),
    ("LF214", "Print(«Bollinger(close, 20, 2)»)"),
    ("LF214", "Print(Bollinger(close, 20, 2).«uper»)"),
    ("LF214", "Print(Now().«hours»)"),
    ("LF214", "Print(close.«value»)"),
    ("LF214", "Print(event.«bid»)"),
    ("LF215", "Print(close[«-1»])"),
    ("LF215", "Print(close[«0.5»])"),
    ("LF215", "Print(close[«5001»])"),
    ("LF215", "n = close; n = open; Print(«(n + n)»[1])".replace("«(n + n)»", "(«n + n»)")),
    ("LF218", "«close» = 5"),
    ("LF218", "for x in [1] { «x» = 2 }"),
    ("LF219", 'execute { «execute» { Close("BTC/USDT") } }'),
    ("LF219", 'execute { «finalize» { Close("BTC/USDT") } }'),
    ("LF219", 'finalize { «finalize» { Close("BTC/USDT") } }'),
    ("LF219", 'execute { Close("BTC/USDT"); «return» }'),
    ("LF201", "«x» pays 5 USDT"),
    ("LF202", "x = 5 BTC; Print(x); «x pays 5 USDT»"),
    ("LF202", "x = 5 USDT; Print(x); x pays 5 USDT in «7»"),
    ("LF202", "x = 5 USDT; Print(x); x pays 5 USDT in 7d at «0.05»"),
    ("LF204", 'x = 5 USDT; Print(x); x pays 5 USDT on «"soon"»'),
    ("LF204", 'authorize within «5» { Close("BTC/USDT") }'),
    ("LF211", "decide «Print»(1)"),
    ("LF214", 'o = Close("BTC/USDT"); Print(o.«prize»)'),
    ("LF207", 'x = 1 + «Close("BTC/USDT")»; Print(x)'),
)
WHOLE = (
    ("LF201", "on Start { Print(«close») }"),
    ("LF202", "setting stop = 2%\non Start { Print(«stop > 1 USDT») }"),
    ("LF204", "on Start { Print(«ATR(5)») }"),
    ("LF204", 'on «Candle»("BTC/USDT") { Print(1) }'),
    ("LF204", 'on Candle("BTC/USDT", «5») { Print(1) }'),
    ("LF204", "on Every(«500ms») { Print(1) }"),
    ("LF204", 'on Schedule(«"0 25 * * *"») { Print(1) }'),
    ("LF204", "fn f(a) = a\non Start { Print(«f(1, 2)») }"),
    ("LF205", "setting n = «5» in [1, 2]\non Start { Print(n) }"),
    ("LF205", 'setting s = «"a"» in ["b", "c"]\non Start { Print(s) }'),
    ("LF208", 'state n = «Spot("BTC/USDT")»\non Start { Print(n) }'),
    ("LF210", "fn «f»(a) = g(a)\nfn g(a) = f(a)\non Start { Print(1) }"),
    ("LF211", "state n = «[1, 2]»\non Start { Print(1) }"),
    ("LF211", "fn f(a) = a\non Start { «f(1)» }"),
    ("LF212", "setting n = 1\nstate «n» = 2\non Start { Print(n) }"),
    ("LF213", 'kind indicator\non Start { «Buy("BTC/USDT", 1)» }'),
    ("LF217", "on «Begin» { Print(1) }"),
    ("LF218", "setting n = 1\non Start { «n» = 2 }"),
    ("LF401", "policy { «partial» = keep }\non Start { Print(1) }"),
    ("LF402", "policy { partial_fill = «never» }\non Start { Print(1) }"),
    ("LF402", "policy { timeout = «5» }\non Start { Print(1) }"),
    ("LF402", "policy { rate = «0» per 1m }\non Start { Print(1) }"),
    ("LF402", "policy { rate = «5» }\non Start { Print(1) }"),
    ("LF402", "policy { retry = «1.5» }\non Start { Print(1) }"),
    ("LF402", "policy { discount = «5» }\non Start { Print(1) }"),
    ("LF220", 'on «Command»("BUY") { Print(1) }'),
    ("LF201", 'on Start { Print(1) }\ntest "a" { setting «n» = 1 }'),
    ("LF208", 'state n = 0\non Start { n = n + 1 }\ntest "a" { expect n == «n» }'),
)


def told(marked: str) -> tuple[str, tuple[int, int]]:
    start = marked.index("«")
    return marked.replace("«", "").replace("»", ""), (start, marked.index("»") - 1)


@pytest.mark.parametrize(
    ("code", "marked"), [*WHOLE, *((code, HANDLER.format(body)) for code, body in PLACED)]
)
def test_a_mistake_is_said_once_at_its_place(code: str, marked: str) -> None:
    source, span = told(marked)
    assert [(each.code, tuple(each.span)) for each in mistakes(source)] == [(code, span)]


WARNED = (
    ("LF251", 'on Candle("BTC/USDT", 5m) { «x» = close }'),
    ("LF251", "setting «n» = 5\non Start { Print(1) }"),
    ("LF252", 'on Candle("BTC/USDT:USDT", 5m) { «Buy»("BTC/USDT:USDT", 5%) }'),
    ("LF253", 'on Start { Buy("BTC/USDT", «150%») }'),
    ("LF254", "on Start { if true and false «or» true { Print(1) } }"),
    ("LF255", 'on PriceUpdate("BTC/USDT") { «Buy»("BTC/USDT", 5%) }'),
    ("LF256", "«Print(1)»"),
    ("LF257", 'on Event("a") { «Emit("a")» }'),
    ("LF258", 'on Candle("BTC/USDT", 5m) { if «RSI(close, 9) > 550» { Print(1) } }'),
)


@pytest.mark.parametrize(("code", "marked"), WARNED)
def test_what_is_likely_meant_otherwise_is_warned_of_and_runs(code: str, marked: str) -> None:
    source, span = told(marked)
    checked = check(source)
    assert [(each.code, tuple(each.span)) for each in checked.diagnostics] == [(code, span)]
    assert checked.program is not None


def test_all_codes_of_names_types_and_units_are_shown_here() -> None:
    shown = {code for code, _ in (*PLACED, *WHOLE, *WARNED)}
    later = {"LF216", "LF259"}  # in test_bounds, test_unlisted_markets
    assert {each for each in CODES if each.startswith("LF2")} - shown - later == set()


def test_a_script_has_at_most_so_many_letters() -> None:
    assert [each.code for each in check(" " * 200_001).diagnostics] == ["LF106"]


def test_every_policy_has_its_value() -> None:
    source = """
policy {
    partial_fill = complete
    timeout = 45s
    retry = 5
    rate = 2 per 1h
    overlap = queue
    approval = within 1h
    discount = 5%
}
on Start { Print(1) }
"""
    policy = program(source).policy
    assert (policy.partial_fill, policy.timeout_ms, policy.retry) == ("complete", 45_000, 5)
    assert (policy.rate_count, policy.rate_per_ms, policy.overlap) == (2, 3_600_000, "queue")
    assert (policy.approval_ms, policy.discount) == (3_600_000, 0.05)


def test_a_state_of_another_script_is_not_taken() -> None:
    made = program("state n = 0\non Start { n = n + 1 }")
    with pytest.raises(ValueError, match="slots"):
        made.decode([1.0])
