"""What the engine's tests begin with."""

from __future__ import annotations

from typing import Any

import pytest

from lefi_tui.engine import shot
from tests.engine.waiting_kit import Begin, Story


@pytest.fixture(params=[False, True], ids=["straight on", "restarted"])
def begin(request: pytest.FixtureRequest) -> Begin:
    """A bot that was started, and has seen a price; `is_quiet`: none since it was started."""

    def begun(source: str, *, cash: str = "10000", is_quiet: bool = False, **options: Any) -> Story:
        story = Story(source, restarts=bool(request.param), cash=cash, **options)
        if not is_quiet:
            story.prices(100.0)
        return story

    return begun


@pytest.fixture
def good_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press that is ready stays good while a busy machine stands still."""
    monkeypatch.setattr(shot, "LIFE_NS", 60_000_000_000)
