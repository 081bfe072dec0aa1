"""A bot's other text is told in a line that fits the log, and by its version where it is known."""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.picture import picture
from tests.screens.hand_fed import START_NS, HandFed
from widgets.lines import Frame
from widgets.log import layout

TAKEN = m.BotUpdated("cross", "ffdaed3a00", "d85074c100", (), START_NS, "root", 9, 9)


def test_a_taken_text_fits_a_line_of_the_log_with_what_undoes_it() -> None:
    fed = HandFed()
    view = replace(picture(fed.state, fed.desk, fed.now_ns), log=fold(ScreenState(), TAKEN).log)
    text = layout(view, Frame(118, 4)).rows[1].text
    assert "Runs text ffdaed3a" in text
    assert "d85074c1 before, by root; orders stay" in text
    assert text.rstrip().endswith("u goes back")


def test_a_known_version_is_named_where_the_bot_took_its_text() -> None:
    rows = fold(ScreenState(), TAKEN).did["cross"]
    view = BotView(START_NS, "cross", is_known=True, version="ffdaed3a", decisions=rows)
    named = view.named("version 6 of mine")
    assert named.decisions[0].what == "Runs version 6 of mine, text ffdaed3a"
    assert named.named("version 6 of mine") == named
    assert view.named("") == view


def test_a_text_with_a_version_is_told_by_it_wherever_an_update_is_told() -> None:
    new, old = "version 6 of mine", "version 5 of mine"
    begun = m.UpdateBegun("cross", "ffdaed3a00", (), "", START_NS, "root", named=new)
    taken = replace(TAKEN, named=new, named_before=old)
    dropped = m.UpdateDropped("cross", "ffdaed3a00", START_NS, "it stops", new)
    told = [fold(ScreenState(), each).log[0] for each in (begun, taken, dropped)]
    assert [each.what for each in told] == [
        "Is to take version 6 of mine",
        "Runs version 6 of mine",
        "Does not take version 6 of mine",
    ]
    assert told[1].why == "5 before, by root; orders stay"
    fed = HandFed()
    named = replace(taken, named="version 6 of ema_cross", named_before="version 5 of ema_cross")
    view = replace(picture(fed.state, fed.desk, fed.now_ns), log=fold(ScreenState(), named).log)
    assert layout(view, Frame(118, 4)).rows[1].text.rstrip().endswith("u goes back")
    other = fold(ScreenState(), replace(taken, named_before="version 5 of older")).log[0]
    assert other.why == "version 5 of older before, by root; orders stay"
    assert not any("ffdaed3a" in f"{each.what} {each.why}" for each in told)
