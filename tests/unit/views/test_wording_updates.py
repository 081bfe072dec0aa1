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
