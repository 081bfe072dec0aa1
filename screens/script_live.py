"""What the expression at the cursor is worth now, in the market of a bot of this script, or the
desk's.

It is asked of the engine, beside everything else and only while a person wants it; what is shown
always says of which market and of when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.authoring.valued import value_source
from lefi_tui.lang.source import Span
from lefi_tui.views import numbers
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.desk_view import BotRow, DeskView
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.figures import Places, places_in, printed
from lefi_tui.views.queries import BotQuery, DistancesQuery, WorthQuery
from lefi_tui.views.statement_view import WorthView
from screens.asking import Aside
from screens.beside import Newest
from screens.framed import Framed
from widgets.editor import ScriptEditor
from widgets.editor_area import as_edited

BROKEN: Final = "known once the script has no error"
REST_SECONDS: Final = 0.25  # the cursor stands still before anything is asked
NEAR_SECONDS: Final = 2.0
BOT_SECONDS: Final = 5.0  # its settings change seldom
WORDS_MAX: Final = 40  # of an expression
VALUES_MAX: Final = 4  # of an expression in a loop


class Place(Record):
    """Where a cursor stands, in letters."""

    text: str
    offset: int


class Wanted(Record):
    """`source` prints the value; `refusal` says why none can."""

    words: str = ""  # the expression, as written
    unit: str = ""
    source: str = ""
    refusal: str = ""
    text: str = ""  # of the whole script; empty while it has errors
    title: str = ""  # of the script
    symbols: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()


class ScriptLive:
    """`told` hears when there are other words to show, `listed` how close each condition is."""

    def __init__(
        self,
        screen: Framed,
        editor: ScriptEditor,
        told: Callable[[], None],
        listed: Callable[[DistancesView, Places], None],
    ) -> None:
        self._screen = screen
        self._editor = editor
        self._told = told
        self._listed = listed
        self._distances: DistancesQuery | None = None
        self._wanted: Wanted | None = None
        self._answer: WorthView | None = None
        self._near = DistancesView()
        self._bot: BotView | None = None
        self._looks: Newest[Place, Wanted] = Newest(screen, wanted_at, self._came, REST_SECONDS)
        self.is_on = False

    # ---- what is asked

    def turn(self, *, is_on: bool) -> None:
        self.is_on, self._distances, self._near = is_on, None, DistancesView()
        self._forget()
        self.look()

    def look(self) -> None:
        """The cursor may stand elsewhere: what was shown of another place is over."""
        if self.is_on:
            self._forget()
            self._looks.offer(Place(self._editor.text, self._editor.here))

    def _forget(self) -> None:
        self._wanted = self._answer = self._screen.query_of = None

    def _came(self, _: Place, wanted: Wanted) -> None:
        if self.is_on:
            self._wanted = wanted
            if not wanted.text:
                self._distances = None
                self._listed(DistancesView(refusal=BROKEN), self._places(""))
            self._ask()
            self._told()

    def _ask(self) -> None:
        """Of the account that has a bot of this script, else of one that sees its market."""
        wanted, view = self._wanted, self._screen.desk_view
        if wanted is None or view is None or not wanted.text:
            return
        account, settings = self._account(view, wanted), self._settings(wanted)
        if account:
            bot = self._known_bot()
            of = "" if bot is None else bot.id
            self._distances = DistancesQuery(account, wanted.text, settings, of)
        if account and wanted.source:
            self._screen.query_of = WorthQuery(account, wanted.source, settings)

    def _account(self, view: DeskView, wanted: Wanted) -> str:
        bot = self._bot_of(view)
        if bot is not None:
            return bot.account
        seen = [each.account for each in view.prices if each.symbol in wanted.symbols]
        return next(iter([*seen, *(each.name for each in view.accounts)]), "")

    def _bot_of(self, view: DeskView) -> BotRow | None:
        """The first that runs and has the script's title."""
        title = self._wanted.title if self._wanted is not None else ""
        alive = (each for each in view.bots if each.is_alive and each.title == title)
        return next(alive, None) if title else None

    def _known_bot(self) -> BotView | None:
        """That bot, once it was looked at; not the one of a script that was open before."""
        view = self._screen.desk_view
        row = self._bot_of(view) if view is not None else None
        is_it = row is not None and self._bot is not None and self._bot.id == row.id
        return self._bot if is_it else None

    def _settings(self, wanted: Wanted) -> tuple[tuple[str, str], ...]:
        """Those that its bot has, and the text knows."""
        bot = self._known_bot()
        chosen = {} if bot is None else bot.chosen
        return tuple((name, value) for name, value in chosen.items() if name in wanted.settings)

    def asides(self) -> Sequence[Aside]:
        view, near = self._screen.desk_view, self._distances
        if not self.is_on or view is None or near is None:
            return ()
        bot = self._bot_of(view)
        asked = Aside(near, NEAR_SECONDS)
        return (asked,) if bot is None else (asked, Aside(BotQuery(bot.id), BOT_SECONDS))

    # ---- what is answered

    def heard(self, answer: WorthView, silent_ms: int) -> None:
        """An engine that has gone silent leaves no value that could be taken for today's."""
        known = None if silent_ms else answer
        if known != self._answer:
            self._answer = known
            self._told()

    def heard_aside(self, answer: BotView | DistancesView) -> None:
        if isinstance(answer, BotView):
            self._heard_bot(answer)
        elif self.is_on:
            self._near = answer
            self._listed(answer, self._places(answer.account))
            self._told()

    def _heard_bot(self, bot: BotView) -> None:
        before = self._bot
        is_new = before is None or (bot.id, bot.chosen) != (before.id, before.chosen)
        self._bot = bot
        if is_new:
            self._ask()

    def words(self) -> str:
        """`EMA(close, 12) = 42,120.5 USDT per BTC   demo, to 22:10`; empty while it is asked."""
        wanted, answer = self._wanted, self._answer
        if not self.is_on or wanted is None:
            return ""
        if not (wanted.words or wanted.refusal):
            return ""
        states, near = dict(self._near.states), self._near
        if wanted.refusal and wanted.words in states:
            value = printed(states[wanted.words], wanted.unit, self._places(near.account))
            return (
                f"{wanted.words} = {value}{unit_after(wanted)}   bot {near.bot} on {near.account}"
            )
        refusal = wanted.refusal or (answer.refusal if answer is not None else "")
        if refusal:
            return f"{wanted.words}: {refusal}" if wanted.words else refusal
        if answer is None:
            return f"{wanted.words} = …"
        places = self._places(self._asked_account())
        values = (printed(each, wanted.unit, places) for each in answer.values[:VALUES_MAX])
        shown = ", ".join(values) or "nothing yet"
        more = ", …" if len(answer.values) > VALUES_MAX else ""
        return f"{wanted.words} = {shown}{more}{unit_after(wanted)}   {self._of(answer)}"

    def _of(self, answer: WorthView) -> str:
        """Of what it is: a bot's settings, or an account's market; and how old its candle is."""
        account = self._asked_account()
        bot, of = self._known_bot(), account
        if bot is not None:
            is_this = as_edited(bot.source) == self._editor.text
            of = f"bot {bot.id} on {account}" if is_this else f"{account}, set as bot {bot.id} is"
        if not answer.at_ms:
            return f"{of}, now"
        return f"{of}, candle to {numbers.clock(answer.at_ms * numbers.NS_PER_MS)[:5]} UTC"

    def _asked_account(self) -> str:
        query = self._screen.query_of
        return query.account if isinstance(query, WorthQuery) else ""

    def _places(self, account: str) -> Places:
        """Digits as the desk shows them there, the script's own markets first."""
        view, wanted = self._screen.desk_view, self._wanted
        symbols = () if wanted is None else wanted.symbols
        return places_in(() if view is None else view.prices, account, symbols)


def wanted_at(place: Place) -> Wanted:
    """In a thread: the smallest whole expression there, or what a name is given there, and a script
    that tells its value."""
    analysis = analysed(place.text)
    made, blueprint = analysis.made_at(place.offset), analysis.blueprint
    span = made.gives.span if made and made.gives else analysis.expression_at(place.offset)
    if blueprint is None:
        return Wanted()
    settings = frozenset(each.name for each in blueprint.settings)
    of = Wanted("", "", "", "", place.text, blueprint.title, blueprint.symbols, settings)
    if span is None:
        return of
    asked, unit = value_source(place.text, span), analysis.unit_of(span)
    words = made.name if made else written(place.text, span)
    return replace(of, words=words, unit=unit, source=asked.source, refusal=asked.refusal)


def unit_after(wanted: Wanted) -> str:
    """A name of a kind (`a condition`) says what the value shows by itself."""
    return "" if wanted.unit.startswith(("a ", "an ")) else f" {wanted.unit}".rstrip()


def written(text: str, span: Span) -> str:
    words = " ".join(text[span.start : span.end].split())
    return words if len(words) <= WORDS_MAX else f"{words[: WORDS_MAX - 1]}…"
