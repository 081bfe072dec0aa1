"""A burst of keys, as a slow line hands it over, comes out in the order in which it was typed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.events import Key

from tests.screens.patience import waited
from widgets.editor import ScriptEditor
from widgets.in_order import Field, actions
from widgets.ink import TRUE_COLOR

BURST = ("a", "b", "backspace", "1", "backspace", "backspace", "4", "home", "x", "end", "y")


class Typing(App[None]):
    def compose(self) -> ComposeResult:
        self.field = Field()
        self.editor = ScriptEditor(TRUE_COLOR, id="editor")
        yield self.field
        yield self.editor

    def burst(self, keys: Sequence[str]) -> None:
        """All at once: nothing of one key is done before the next has arrived."""
        for key in keys:
            self.post_message(Key(key, key if len(key) == 1 else None))


@pytest.mark.asyncio
async def test_a_field_takes_a_burst_in_its_order() -> None:
    app = Typing()
    async with app.run_test() as pilot:
        app.field.focus()
        await pilot.pause()
        app.burst(BURST)
        await waited(pilot, lambda: app.field.value == "x4y", lambda: app.field.value)


@pytest.mark.asyncio
async def test_the_editor_takes_a_burst_in_its_order() -> None:
    app = Typing()
    async with app.run_test() as pilot:
        app.editor.focus()
        await pilot.pause()
        app.burst((*BURST, "enter", "z", "backspace", "q"))
        await waited(pilot, lambda: app.editor.text == "x4y\nq", lambda: app.editor.text)


def test_a_field_knows_the_keys_of_all_its_bases() -> None:
    known = actions(Field)
    assert known["backspace"] == "delete_left"
    assert known["enter"] == "submit"
    assert actions(ScriptEditor)["ctrl+z"] == "undo"
