"""Services on loopback and a keyring in a file, for this process and for those it starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.kept_keyring import BACKEND, PLACE
from tests.notices.services import Services, services


@pytest.fixture
def served() -> Iterator[Services]:
    with services() as server:
        yield server


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The keyring's file."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv(PLACE, str(file))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACKEND)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return file
