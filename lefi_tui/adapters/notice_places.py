"""Where the keyring has the address of each channel."""

from __future__ import annotations


def place_of(channel: str) -> str:
    return f"notify/{channel}"
