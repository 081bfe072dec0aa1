"""For all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

# A run in the background of a shell ignores ^C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def places_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests read and try leaves no columns and no counts among those of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
