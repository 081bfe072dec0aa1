"""For all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

# A run in the background of a shell ignores ^C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No example is timed: a busy machine breaks nothing. The same ones each time: what passes here
# passes there; new ones are the campaigns' work.
settings.register_profile(
    "lefi", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("lefi")

NAME_LETTERS_MAX: Final = 80


def pytest_make_parametrize_id(val: object) -> str | None:
    """Two megabytes are no name. It stands in the environment of each program that a test starts,
    which has no room for it, and every process of the run tells it to the first."""
    text = val.decode("latin-1") if isinstance(val, bytes) else val
    if not isinstance(text, str) or len(text) <= NAME_LETTERS_MAX:
        return None
    return f"{text[:NAME_LETTERS_MAX]}... of {len(text)}"


@pytest.fixture(scope="session", autouse=True)
def places_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests read and try leaves no columns and no counts among those of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
