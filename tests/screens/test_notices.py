"""The outbox on a screen, and what a person beside the terminal hears of what is urgent."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk as Desk_
from lefi_tui.core.notices import Severity, State
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.fold import ScreenState, fold, told
from lefi_tui.views.notices_view import ChannelRow, ErrandAnswer, NoticeRow, NoticesView
from lefi_tui.views.picture import answer
from lefi_tui.views.queries import DeskQuery, NoticeErrand, NoticesQuery, Query
from screens.alerts import BELL, AlertRules, Alerts
from screens.notices import NoticesScreen
from screens.setup import DeskSetup
from tests.screens.hand_fed import START_NS, HandFed
from tests.screens.test_desk_keys import SHELF, Desk
from widgets.ink import TRUE_COLOR
from widgets.lines import Frame
from widgets.notices import Channels, Notices, fate

S = 1_000_000_000
DEAD = NoticeRow(
    id=12,
    channel="phone",
    state=State.DEAD,
    severity="urgent",
    title="Trading is halted",
    text="kill key",
    why="error=500",
    attempts=12,
    at_ns=START_NS,
    due_ns=0,
)
RETRY = replace(DEAD, id=11, state=State.RETRY, attempts=1, due_ns=START_NS + 8 * S)
VIEW = NoticesView(
    START_NS,
    (
        ChannelRow("phone", "error=500", is_well=False, waiting=1, dead=1, at_ns=START_NS),
        ChannelRow("room", "takes notices", is_well=True, waiting=0, dead=0, at_ns=START_NS),
    ),
    (DEAD, RETRY),
)


@pytest.mark.parametrize("width", [38, 78, 118])
def test_each_channel_and_each_notice_says_how_it_fares(width: int) -> None:
    above = Channels(TRUE_COLOR, id="c").draw(VIEW, Frame(width, 3)).text
    below = Notices(TRUE_COLOR, id="n").draw(VIEW, Frame(width, 4)).text
    assert "error=500" in above
    assert "takes notices" in above
    assert "dead" in below
    assert "retry" in below
    assert "Trading is" in below or width < 78


def test_a_notice_in_full_says_why_and_what_to_do() -> None:
    assert fate(DEAD) == (
        "phone dead, 12 attempts: error=500. r sends it again. Trading is halted: kill key"
    )
    assert "phone retry, 1 attempt: error=500, again at 22:13:28 UTC." in fate(RETRY)


def test_an_outbox_that_was_never_set_up_says_how() -> None:
    page = Channels(TRUE_COLOR, id="c").draw(NoticesView(0), Frame(78, 3)).text
    assert "`lefi notify set phone` asks for an address" in page


class Told(HandFed):
    """Knows an outbox, and remembers what it was asked to do."""

    def __init__(self, view: NoticesView = VIEW) -> None:
        super().__init__()
        self.told = view
        self.errands: list[NoticeErrand] = []

    async def ask(self, query: Query) -> Any:
        if isinstance(query, NoticesQuery):
            return self.told
        if isinstance(query, NoticeErrand):
            self.errands.append(query)
            return ErrandAnswer("It is on its way.")
        return await super().ask(query)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_keys_test_a_channel_and_send_again_what_was_given_up(size: tuple[int, int]) -> None:
    fed = Told()
    rooms = {"notices": lambda _send, palette: NoticesScreen(fed.ask, palette)}
    alerts = AlertRules(screen="urgent")
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms, alerts=alerts))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        await desk.press("o")
        await desk.shows("takes notices")
        await desk.press("down", "t")
        await desk.shows("It is on its way.")
        await desk.press("tab", "down", "r")
        await desk.shows("was not given up")
        await desk.press("up", "r")
        await desk.until(lambda: len(fed.errands) == 2)
        assert fed.errands == [NoticeErrand(test="room"), NoticeErrand(requeue=12)]
        fed.tell(m.Kill(at_ns=START_NS))  # told on this screen too
        await desk.shows("Trading is halted. desk. kill key")
        await desk.press("escape")
        await desk.shows("Prices")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_last_line_offers_a_key_only_where_it_does_something(
    size: tuple[int, int],
) -> None:
    fed = Told(NoticesView(START_NS))
    rooms = {"notices": lambda _send, palette: NoticesScreen(fed.ask, palette)}
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        await desk.press("o")
        await desk.shows("nothing was told yet")
        assert "t sends a test" not in desk.text
        assert " t test " not in desk.text.splitlines()[-1]
        fed.told = replace(VIEW, rows=(RETRY, DEAD))
        await desk.until(lambda: " t test " in desk.text.splitlines()[-1])
        assert " r again " not in desk.text.splitlines()[-1]
        await desk.press("tab", "down")
        await desk.until(lambda: " r again " in desk.text.splitlines()[-1])


# ---- beside the terminal


def heard(rules: AlertRules, *states: ScreenState, at_ns: int = START_NS) -> list[str]:
    """What came up or went to the terminal while these were looked at, the first one at once."""
    out: list[str] = []
    alerts = Alerts(rules, lambda words: out.append(f"says {words}"), out.append)
    for number, state in enumerate((ScreenState(), *states)):
        view = answer(DeskQuery(), state, Desk_(kinds={}), at_ns + number * S)
        assert isinstance(view, DeskView)
        alerts.look(view)
    return out


def after(*messages: m.Message) -> ScreenState:
    state = ScreenState()
    for message in messages:
        state = told(state, message) if isinstance(message, m.Told) else fold(state, message)
    return state


HALT = m.TradingStateChanged(m.TradingState.HALTED, "kill key", "hand", START_NS)
NOTE = m.NoteWritten("bot", "notify", "above 100", "", START_NS)
STALE = m.FeedStated("main", START_NS, is_waiting=True, what="no prices")


def test_what_is_urgent_comes_up_on_any_screen_and_rings_once() -> None:
    rules = AlertRules("urgent", "urgent", "warning")
    rang = heard(rules, after(HALT), after(HALT))
    assert rang == [
        "says Trading is halted. desk. kill key (by hand)",
        BELL,
        "\x1b]9;Trading is halted. desk. kill key (by hand)\x1b\\",
    ]


def test_each_way_has_its_own_least_severity_and_off_is_never() -> None:
    state = after(NOTE, STALE)
    assert heard(AlertRules(), state) == []
    assert heard(AlertRules(bell="urgent"), state) == []
    assert heard(AlertRules(bell="warning"), state) == [BELL]
    assert heard(AlertRules(screen="info"), after(NOTE)) == ["says Notify: above 100. bot"]
    assert heard(AlertRules(bell="info"), after(m.NoteWritten("b", "print", "x", "", 0))) == []


def test_quiet_hours_are_quiet_here_too_but_for_what_is_urgent() -> None:
    rules = AlertRules(bell="info", quiet="22:00-23:00")  # START_NS is 22:13 UTC
    assert heard(rules, after(STALE)) == []
    assert heard(rules, after(HALT)) == [BELL]
    assert heard(rules, after(STALE), at_ns=START_NS + 3_600 * S) == [BELL]


def test_what_was_before_this_screen_does_not_ring_and_much_at_once_rings_once() -> None:
    alerts: list[str] = []
    ringing = Alerts(AlertRules(bell="info"), alerts.append, alerts.append)
    state = after(HALT)
    for number in range(4):
        view = answer(DeskQuery(), state, Desk_(kinds={}), START_NS + number * S)
        assert isinstance(view, DeskView)
        ringing.look(view)
        state = fold(state, replace(NOTE, text=str(number)))
    assert alerts == [BELL, BELL]  # after one second and after three


def test_a_text_of_a_script_commands_no_terminal() -> None:
    rang = heard(AlertRules(desktop="info"), after(replace(NOTE, text="\x1b]52;c;x\a")))
    assert len(rang) == 1
    assert rang[0].count("\x1b") == 2
    assert "\a" not in rang[0]


def test_the_severity_of_each_is_on_its_line_of_the_log() -> None:
    log = after(NOTE, STALE, HALT, m.Told(START_NS, "phone fails", "notices")).log
    warning = Severity.WARNING
    assert [row.severity for row in log] == [warning, Severity.URGENT, warning, Severity.INFO]
