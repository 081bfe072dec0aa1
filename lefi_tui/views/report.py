"""The report on an account or a bot over a period, from what was booked and sampled.

A bot has no cash of its own: its curve is the account's equity at the period's start and what this
bot alone made of it since, so that bots, the whole and buy-and-hold can be laid side by side.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import field

from lefi_tui.core import metrics
from lefi_tui.core.matching.rules import Fees, Lot
from lefi_tui.core.money import EXACT, ZERO, exact_sum, from_double
from lefi_tui.core.order import HAND, UNKNOWN
from lefi_tui.core.record import Record
from lefi_tui.ports.records import AccountRecord
from lefi_tui.views.chronicle import Books, Chronicle, Story
from lefi_tui.views.curves import SAMPLE_NS, HoldAt, Track, gap_words, points, ratios
from lefi_tui.views.picture import mode_of
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report_view import (
    Hold,
    OpenRow,
    ReportView,
    Subject,
    Totals,
    TradeRow,
)

HOLDS_MAX: Final = 8  # symbols that are compared with
OWNERS: Final = {HAND: "by hand", UNKNOWN: "not ours"}


class Known(Record):
    """What the report may draw on."""

    chronicle: Chronicle
    accounts: tuple[AccountRecord, ...]
    titles: Mapping[str, str]  # of bots
    bots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of accounts, if not told

    def books(self, account: str) -> dict[str, Books]:
        """Of every owner there is; those of a bot that never traded are empty."""
        story = self.chronicle.stories.get(account, Story())
        empty = {each: Books(each, len(story.at_ns)) for each in self.bots.get(account, ())}
        return {**story.books, **{each: empty[each] for each in empty if each not in story.books}}


def report(known: Known, query: ReportQuery, now_ns: int) -> ReportView:
    account = _account(known, query.account)
    if account is None:
        return ReportView(now_ns, "", "", "", query.bot, "", "", query.since_ns)
    story = known.chronicle.stories.get(account.name, Story())
    of_owners = known.books(account.name)
    span = _Span(account, story, of_owners, query.since_ns)
    books = [each for owner, each in of_owners.items() if query.bot in {"", owner}]
    trades = _trades(books, query.since_ns)
    still_open = _open(story, books)
    track = span.track(query.bot)
    holds = _holds(span, trades, still_open)
    return ReportView(
        at_ns=now_ns,
        mode=mode_of(account).value,
        venue=account.venue,
        account=account.name,
        bot=query.bot,
        title=known.titles.get(query.bot, OWNERS.get(query.bot, "")),
        currency=account.currency,
        since_ns=query.since_ns,
        from_ns=track.at_ns[0] if track.at_ns else 0,
        to_ns=track.at_ns[-1] if track.at_ns else 0,
        subjects=_subjects(known, span),
        totals=_totals(span, track, books, trades, still_open),
        ratios=ratios(track, trades),
        points=points(track, span.hold_at(holds[0].symbol) if holds else _no_hold),
        holds=holds,
        trades=tuple(reversed(trades[-query.trades :])) if query.trades else (),
        open=still_open,
        unknown=_unknown(track, still_open),
    )


def track_of(known: Known, query: ReportQuery) -> Track:
    """Every sample of the period, none left out."""
    account = _account(known, query.account)
    if account is None:
        return Track(None, (), (), (), SAMPLE_NS)
    story = known.chronicle.stories.get(account.name, Story())
    books = known.books(account.name)
    return _Span(account, story, books, query.since_ns).track(query.bot)


def _account(known: Known, name: str) -> AccountRecord | None:
    """The one that was asked for; else the first that has a story, else the first."""
    found = {each.name: each for each in known.accounts}
    if name:
        return found.get(name)
    told = [each for each in known.accounts if each.name in known.chronicle.stories]
    return next(iter((*told, *known.accounts)), None)


def _trades(books: Sequence[Books], since_ns: int) -> list[TradeRow]:
    rows = [row for each in books for row in each.trades if row.exit_ns >= since_ns]
    return sorted(rows, key=lambda row: row.exit_ns)


def _open(story: Story, books: Sequence[Books]) -> tuple[OpenRow, ...]:
    prices = {} if story.newest is None else dict(story.newest.prices)
    return tuple(row for each in books for row in each.open_rows(prices))


class _Span(Record):
    """The samples of one account from a time on, and what it was worth before the first of them."""

    account: AccountRecord
    story: Story
    books: Mapping[str, Books]
    since_ns: int

    @property
    def first(self) -> int:
        return bisect_left(self.story.at_ns, self.since_ns)

    @property
    def start(self) -> Decimal | None:
        """The newest sample before the period; its opening cash where nothing was booked before."""
        if self.first:
            return from_double(self.story.equity[self.first - 1])
        booked_ns = self.story.first_booked_ns
        if not self.since_ns or not booked_ns or booked_ns >= self.since_ns:
            return self.account.cash
        at_first = self.first < len(self.story.equity)
        return from_double(self.story.equity[self.first]) if at_first else None

    def track(self, bot: str) -> Track:
        """The curve of the whole, or of one bot: its own profit over the account's start."""
        story, first = self.story, self.first
        start = None if self.start is None else float(self.start)
        if not bot:
            return Track(
                start, story.at_ns[first:], story.equity[first:], story.exposed[first:], SAMPLE_NS
            )
        book = self.books.get(bot)
        if book is None or start is None:
            return Track(start, (), (), (), SAMPLE_NS)
        before, rows = self._before(book), range(first, len(story.at_ns))
        known = [number for number in rows if not math.isnan(_pnl(book, number))]
        return Track(
            start,
            [story.at_ns[each] for each in known],
            [start + _pnl(book, each) - before for each in known],
            [_exposed(book, each) for each in known],
            SAMPLE_NS,
        )

    def _before(self, book: Books) -> float:
        """What the owner had made by the newest sample before the period that could tell."""
        earlier = (_pnl(book, each) for each in range(self.first - 1, book.first - 1, -1))
        return next((pnl for pnl in earlier if not math.isnan(pnl)), 0.0)

    def outcome(self, bot: str) -> Decimal | None:
        """By how much the curve ends above its start."""
        story, start = self.story, self.start
        if start is None or self.first >= len(story.at_ns):
            return None
        if not bot:
            return EXACT.subtract(from_double(story.equity[-1]), start)
        book = self.books[bot]
        rows = range(len(story.at_ns) - 1, self.first - 1, -1)
        newest = (_pnl(book, each) for each in rows)
        last = next((pnl for pnl in newest if not math.isnan(pnl)), None)
        return None if last is None else from_double(last - self._before(book))

    def hold_at(self, symbol: str) -> HoldAt:
        """What the same money is worth in the symbol, by the time of a sample."""
        start, entered = self.start, self.hold_entry(symbol)
        if start is None or entered is None:
            return _no_hold
        story, fees = self.story, Fees(taker=float(self.account.taker))
        prices = story.prices[symbol]

        def hold(at_ns: int) -> float | None:
            price = prices[bisect_left(story.at_ns, at_ns)]
            if at_ns < story.at_ns[entered] or math.isnan(price):
                return None
            share = metrics.buy_and_hold(float(start), prices[entered], price, fees, Lot())
            return None if share is None else float(start) * (1 + share)

        return hold

    def hold_entry(self, symbol: str) -> int | None:
        """The first sample of the period that knows the symbol's price."""
        prices = self.story.prices.get(symbol, ())
        rows = range(self.first, len(prices))
        return next((each for each in rows if not math.isnan(prices[each])), None)


def _no_hold(_at_ns: int) -> float | None:
    return None


def _pnl(book: Books, number: int) -> float:
    """Before its first fill an owner had made nothing."""
    return book.pnl[number - book.first] if number >= book.first else 0.0


def _exposed(book: Books, number: int) -> int:
    return book.exposed[number - book.first] if number >= book.first else 0


def _holds(
    span: _Span, trades: Sequence[TradeRow], still_open: Sequence[OpenRow]
) -> tuple[Hold, ...]:
    """Of each symbol that was traded, the most traded first."""
    traded: dict[str, Decimal] = {}
    rows: tuple[TradeRow | OpenRow, ...] = (*trades, *still_open)
    for row in rows:
        traded[row.symbol] = traded.get(row.symbol, ZERO) + row.units * row.entry_price
    by_worth = sorted(traded, key=lambda symbol: -traded[symbol])[:HOLDS_MAX]
    found = (_hold(span, symbol) for symbol in by_worth)
    return tuple(each for each in found if each is not None)


def _hold(span: _Span, symbol: str) -> Hold | None:
    entered, start = span.hold_entry(symbol), span.start
    if entered is None or start is None:
        return None
    prices = span.story.prices[symbol]
    last = next(each for each in reversed(prices) if not math.isnan(each))
    fees = Fees(taker=float(span.account.taker))
    share = metrics.buy_and_hold(float(start), prices[entered], last, fees, Lot())
    return Hold(symbol, from_double(prices[entered]), from_double(last), share)


def _totals(
    span: _Span,
    track: Track,
    books: Sequence[Books],
    trades: Sequence[TradeRow],
    still_open: Sequence[OpenRow],
) -> Totals:
    marked = [row.pnl for row in still_open if row.pnl is not None]
    equity = _equity(span, track)
    pnl = None if equity is None or span.start is None else EXACT.subtract(equity, span.start)
    return Totals(
        start=span.start,
        equity=equity,
        pnl=pnl,
        realized=exact_sum(row.pnl for row in trades),
        unrealized=exact_sum(marked) if len(marked) == len(still_open) else None,
        fees=exact_sum(each.fees.since(span.since_ns) for each in books),
        funding=exact_sum(each.funding.since(span.since_ns) for each in books),
        fills=sum(each.fees.count(span.since_ns) for each in books),
        trades=len(trades),
    )


def _equity(span: _Span, track: Track) -> Decimal | None:
    """Exact where the curve is the account's own."""
    if not track.equity:
        return None
    newest = span.story.newest
    if newest is not None and float(newest.equity) == track.equity[-1]:
        return newest.equity
    return from_double(track.equity[-1])


def _subjects(known: Known, span: _Span) -> tuple[Subject, ...]:
    """Each account as a whole; of the one that is shown, each bot too."""
    out = []
    for each in known.accounts:
        if each.name != span.account.name:
            out.append(Subject(each.name, "", "", None, None, ZERO, 0))
            continue
        out.append(_subject(known, span, "", tuple(span.books.values())))
        out += [_subject(known, span, owner, (book,)) for owner, book in span.books.items()]
    return tuple(out)


def _subject(known: Known, span: _Span, bot: str, books: tuple[Books, ...]) -> Subject:
    pnl = span.outcome(bot)
    return Subject(
        account=span.account.name,
        bot=bot,
        title=known.titles.get(bot, OWNERS.get(bot, "")),
        pnl=pnl,
        yield_share=float(pnl / span.start) if pnl is not None and span.start else None,
        fees=exact_sum(each.fees.since(span.since_ns) for each in books),
        trades=len(_trades(books, span.since_ns)),
    )


def _unknown(track: Track, still_open: Sequence[OpenRow]) -> tuple[str, ...]:
    """What a reader must not take for known."""
    out = list(gap_words(track))
    out += [
        f"No fresh price of {row.symbol}: what is open there has no known profit."
        for row in still_open
        if row.price is None
    ]
    return tuple(dict.fromkeys(out))
