"""One message explained: why it is said, and a script with the mistake and without it."""

from __future__ import annotations

from typing import NamedTuple


class Explained(NamedTuple):
    why: str
    wrong: str  # with « » around the guilty words; «» stands behind a line that ends too early
    right: str
