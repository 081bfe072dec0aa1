"""A report as one page that stands alone: no script, nothing from elsewhere, fit to be printed.

It says whose money it was, over which time, and what was not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Final

from lefi_tui.views import honest_words, numbers
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.report_drawing import equity_drawing, fall_drawing
from lefi_tui.views.report_view import SIMULATION, Hold, OpenRow, ReportView, Subject, TradeRow
from lefi_tui.views.report_words import BEGINNING, Fact, facts, name_of, price_of, subject

Cell = tuple[str, str]  # text, class
STYLE: Final = """
:root{--ink:#1c1c1c;--dim:#626262;--line:#d0d0d0;--paper:#fff;--gain:#00795f;--loss:#c0261b;
--hold:#8a6d1f;--mode:#005f87}
@media (prefers-color-scheme:dark){@media screen{:root{--ink:#d0d0d0;--dim:#8a8a8a;--line:#3a3a3a;
--paper:#121212;--gain:#5faf87;--loss:#ff5f5f;--hold:#d7af5f;--mode:#87afd7}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:2rem 1.5rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;margin:.3rem 0 0}h2{font-size:1.05rem;margin:2rem 0 .5rem}
.mode{display:inline-block;border:2px solid var(--mode);color:var(--mode);font-weight:700;
padding:0 .6rem;letter-spacing:.06em}.mode.LIVE{--mode:#d75f00}.mode.DRY{--mode:#8a6d1f}
.mode.SIMULATION{--mode:#5f5f87}
.dim,figcaption,th{color:var(--dim)}p{margin:.3rem 0}
.gain{color:var(--gain)}.loss{color:var(--loss)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.9rem 1rem;
margin:1.4rem 0}dt{color:var(--dim);font-size:.85rem}dd{margin:0;font-size:1.15rem}
figure{margin:1rem 0}figcaption{font-size:.85rem}svg{display:block;width:100%;height:auto}
svg text{fill:var(--dim);font:11px system-ui,sans-serif}
.grid{stroke:var(--line)}.curve{fill:none;stroke:var(--ink);stroke-width:1.6}
.hold{fill:none;stroke:var(--hold);stroke-width:1.2;stroke-dasharray:4 3}
.fall{fill:var(--loss);fill-opacity:.25;stroke:var(--loss)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem}
th{font-weight:400;text-align:left;border-bottom:1px solid var(--line)}
td,th{padding:.2rem .7rem .2rem 0;white-space:nowrap}.n{text-align:right}
tbody tr:nth-child(even){background:color-mix(in srgb,var(--ink) 4%,transparent)}
@media print{body{padding:0;max-width:none;font-size:11px}h2{break-after:avoid}
figure,tr,dl{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}}
"""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
TRADE: Final = (
    "A trade is each fill that makes a position smaller, with its share of the entries' fees. "
)
SAMPLED: Final = (
    "Equity is what was sampled, once a minute while a bot ran or a position was open. "
    "Ratios are computed as in a simulation on minute candles: simple returns, a year of 365 days, "
    "no gap left out. Buy and hold puts all the money of the start into the symbol at its first "
    "sampled price for the taker fee. "
)
SIMULATED: Final = (
    "Equity is that at each candle's close. Ratios are computed from the candles' simple returns "
    "over a year of 365 days. Buy and hold enters at the first open for the taker fee. What is "
    "still open is marked at the last close. "
)
DASH: Final = "A dash is a number that has no divisor or was not known."


def page(view: ReportView) -> str:
    title = escape(f"{subject(view)}: report")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body>",
            _head(view),
            _facts(facts(view)),
            _figures(view),
            _section("Side by side", _subjects(view)),
            _section("Buy and hold", _holds(view.holds)),
            _section("Still open", _open_rows(view.open)),
            _section("Trades", _trades(view)),
            _section("What was not known", _unknown(view.unknown)),
            _trust(view.trust),
            _section("How it is counted", _rules(view)),
            "</body></html>\n",
        )
    )


def _rules(view: ReportView) -> str:
    how = SIMULATED if view.mode == SIMULATION else SAMPLED
    return f'<p class="dim">{escape(TRADE + how + DASH)}</p>'


def _head(view: ReportView) -> str:
    since = f"{numbers.moment(view.since_ns)} UTC" if view.since_ns else BEGINNING
    money = "made-up money" if view.mode != "LIVE" else "real money"
    return (
        f'<header><span class="mode {escape(view.mode)}">{escape(view.mode)}</span> '
        f'<span class="dim">{escape(view.venue)}, {money}</span>'
        f"<h1>{escape(subject(view))}</h1>"
        f'<p class="dim">Since {since}; curves from {numbers.moment(view.from_ns)} to '
        f"{numbers.moment(view.to_ns)} UTC; written {numbers.moment(view.at_ns)} UTC. "
        f"Amounts in {escape(view.currency)}.</p></header>"
    )


def _facts(rows: Iterable[Fact]) -> str:
    cells = (
        f'<div><dt>{escape(row.name)}</dt><dd class="{_class(row.tone)}">{escape(row.text)}</dd>'
        "</div>"
        for row in rows
    )
    return f"<dl>{''.join(cells)}</dl>"


def _class(tone: float) -> str:
    return "gain" if tone > 0 else "loss" if tone < 0 else ""


def _figures(view: ReportView) -> str:
    if not view.points:
        return '<p class="dim">No equity was sampled in this period, so there is no curve.</p>'
    has_hold = any(each.hold is not None for each in view.points)
    held = f"; dashed: buy and hold {escape(view.holds[0].symbol)}" if has_hold else ""
    return (
        f"<figure>{equity_drawing(view.points)}"
        f"<figcaption>Equity in {escape(view.currency)}{held}</figcaption></figure>"
        f"<figure>{fall_drawing(view.points)}"
        "<figcaption>Fall from the peak so far</figcaption></figure>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _table(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A title that begins with a blank stands over numbers."""
    heads = "".join(f'<th class="{"n" * (name[0] == " ")}">{name.strip()}</th>' for name in titles)
    body = "".join(
        "<tr>" + "".join(f'<td class="{css}">{escape(text)}</td>' for text, css in row) + "</tr>"
        for row in rows
    )
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{inner}</table></div>'


def _text(text: str) -> Cell:
    return text, ""


def _number(text: str) -> Cell:
    return text, "n"


def _gain(value: Decimal | float | None, text: str) -> Cell:
    return text, f"n {_class(float(value or 0))}"


def _subjects(view: ReportView) -> str:
    rows = [each for each in view.subjects if each.account == view.account]
    return _table(("what", " profit", " yield", " fees", " trades"), map(_subject, rows))


def _subject(row: Subject) -> Sequence[Cell]:
    return (
        _text(name_of(row.bot, row.title) + (f" ({row.bot})" if row.title and row.bot else "")),
        _gain(row.pnl, numbers.signed(row.pnl, 2)),
        _gain(row.yield_share, numbers.share(row.yield_share)),
        _number(numbers.price(row.fees, 2)),
        _number(f"{row.trades:,}"),
    )


def _holds(rows: Sequence[Hold]) -> str:
    if not rows:
        return '<p class="dim">No symbol was traded whose price was sampled.</p>'
    return _table(
        ("symbol", " first", " last", " yield"),
        (
            (
                _text(row.symbol),
                _number(price_of(row.first)),
                _number(price_of(row.last)),
                _gain(row.yield_share, numbers.share(row.yield_share)),
            )
            for row in rows
        ),
    )


def _open_rows(rows: Sequence[OpenRow]) -> str:
    if not rows:
        return '<p class="dim">Nothing.</p>'
    titles = ("since", "of", "symbol", "side", " units", " entry", " mark", " fees", " profit")
    return _table(titles, map(_open_row, rows))


def _open_row(row: OpenRow) -> Sequence[Cell]:
    return (
        _text(numbers.moment(row.entry_ns)),
        _text(row.owner),
        _text(row.symbol),
        _text(row.side),
        _number(numbers.amount(row.units)),
        _number(price_of(row.entry_price)),
        _number(price_of(row.price)),
        _number(numbers.price(row.fees, 2)),
        _gain(row.pnl, numbers.signed(row.pnl, 2)),
    )


def _trades(view: ReportView) -> str:
    if not view.trades:
        return '<p class="dim">None was closed in this period.</p>'
    titles = ("closed", "opened", "of", "symbol", "side", " units", " entry", " exit", " fees",
              " profit", "reason")  # fmt: skip
    told = f"The newest {len(view.trades):,} of {view.totals.trades:,}."
    cut = f'<p class="dim">{told}</p>' if view.is_cut else ""
    return cut + _table(titles, map(_trade, view.trades))


def _trade(row: TradeRow) -> Sequence[Cell]:
    return (
        _text(numbers.moment(row.exit_ns)),
        _text(numbers.moment(row.entry_ns)),
        _text(row.owner),
        _text(row.symbol),
        _text(row.side),
        _number(numbers.amount(row.units)),
        _number(price_of(row.entry_price)),
        _number(price_of(row.exit_price)),
        _number(numbers.price(row.fees, 2)),
        _gain(row.pnl, numbers.signed(row.pnl, 2)),
        _text(row.reason.replace("_", " ")),
    )


def _trust(view: HonestView | None) -> str:
    if view is None:
        return ""
    warned = "".join(f'<p class="loss">{escape(each)}.</p>' for each in view.warnings)
    rows = [(_text(each.name), _text(each.text)) for each in honest_words.facts(view)]
    assumed = "".join(f"<li>{escape(each)}</li>" for each in view.assumptions)
    return _section(honest_words.TITLE, warned + _table(("number", "value"), rows)) + _section(
        honest_words.ASSUMED, f"<ul>{assumed}</ul>"
    )


def _unknown(words: Sequence[str]) -> str:
    if not words:
        return '<p class="dim">Nothing that this report needs.</p>'
    return "".join(f"<p>{escape(each)}</p>" for each in words)
