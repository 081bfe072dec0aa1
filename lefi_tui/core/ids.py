"""Client order ids: a function of who asked, at which event, from which place of the script.

The same decision carried out twice has the same id, so no venue can take it for a second order.
Twenty-six letters and digits: L, four that tell the owner, and a digest of the rest.
"""

from __future__ import annotations

import hashlib
from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
PREFIX: Final = "L"
TAG_LENGTH: Final = 4
DIGEST_LENGTH: Final = 21  # 36^21 is past 2^108: a collision is not a case


def _letters(data: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(data.encode()).digest(), "big")
    out = []
    for _ in range(length):
        number, rest = divmod(number, len(_DIGITS))
        out.append(_DIGITS[rest])
    return "".join(out)


def owner_tag(owner: str) -> str:
    """Four characters that mark an order as this owner's on the venue's own screen."""
    return _letters(f"owner\x00{owner}", TAG_LENGTH)


SHORT_LENGTH: Final = 6  # a person types it; 36^6 is past two thousand million


def short_id(data: str) -> str:
    """Six letters and digits for a question that a person answers."""
    return _letters(f"short\x00{data}", SHORT_LENGTH)


def is_of_ours(client_id: str) -> bool:
    """Whether it has the form of ours: of an order that we may have forgotten."""
    rest = client_id[len(PREFIX) :]
    is_long = len(rest) == TAG_LENGTH + DIGEST_LENGTH
    return is_long and client_id.startswith(PREFIX) and all(each in _DIGITS for each in rest)


class ClientOrderId:
    """Makes ids; they are kept as plain text."""

    @staticmethod
    def of(run: str, event: str, site: int, leg: str, owner: str = "") -> str:
        """The id of one leg of what one place of a script asked at one event of one run."""
        digest = _letters("\x00".join(("order", run, event, str(site), leg)), DIGEST_LENGTH)
        return f"{PREFIX}{owner_tag(owner or run)}{digest}"


def exit_id(entry_order: str, leg: str, again: int = 0) -> str:
    """The id of an exit (stop, target, trail, liquidation) that hangs on an entry's position.

    `again` counts: an exit that closed the first part of an entry leaves the later parts theirs.
    """
    number = str(again) if again else ""
    digest = _letters(f"exit\x00{entry_order}\x00{leg}{number}", DIGEST_LENGTH)
    return f"{entry_order[: 1 + TAG_LENGTH]}{digest}"
