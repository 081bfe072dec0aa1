"""A widget that comes in sight is told its width, though the layout was looked at before."""

from __future__ import annotations

import pytest
from textual._compositor import Compositor, ReflowResult
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from screens.laid_out import LaidOut
from tests.screens.patience import waited
from widgets.headline import Headline
from widgets.ink import TRUE_COLOR, Ink

WORDS = "wave.lefi"


class Two(LaidOut):
    """A list that scrolls, and a title that is not in sight at first."""

    def compose(self) -> ComposeResult:
        self.title_line = Headline(TRUE_COLOR, id="title")
        self.title_line.styles.height = 1
        self.title_line.display = False
        self.title_line.tell([(WORDS, Ink.TEXT)], TRUE_COLOR)
        yield self.title_line
        with VerticalScroll(id="list"):
            yield Static("\n".join(map(str, range(200))))


class Desk(App[None]):
    def get_default_screen(self) -> Two:
        return Two()


@pytest.mark.asyncio
async def test_what_was_looked_up_before_it_was_laid_out_is_told_its_width() -> None:
    async with Desk().run_test(size=(80, 24)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, Two)
        title = screen.title_line
        rows = screen.query_one("#list")

        def is_scrolled() -> bool:
            """By a row more at each look: a layout that is still to come takes a scroll along."""
            rows.scroll_relative(y=1, animate=False)
            return screen._compositor._full_map_invalidated

        for _ in range(2):  # also where it has had that width before
            await waited(pilot, is_scrolled, lambda: rows)
            title.display = True
            assert title.region.width == 80  # looked up, and not laid out yet
            await waited(pilot, lambda: title.render_line(0).text.strip() == WORDS, lambda: title)
            title.display = False
            await waited(pilot, lambda: not title.region.width, lambda: title)
            title.tell([(WORDS, Ink.TEXT)], TRUE_COLOR)
            assert title.render_line(0).text.strip() == ""


def test_textual_still_has_the_names_that_a_layout_leans_on() -> None:
    assert ReflowResult._fields == ("hidden", "shown", "resized")
    assert "_compositor" in Screen.__init__.__code__.co_names
    assert "reflow" in Screen._refresh_layout.__code__.co_names
    assert {"_full_map", "_full_map_invalidated"} <= vars(Compositor()).keys()
