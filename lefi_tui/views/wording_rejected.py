"""What a person may do about an order that a venue has refused, by the code it was refused with."""

from __future__ import annotations

from typing import Final

_RULES: Final = "The market's rules are being read again; the next order is made to them"
_RIGHT: Final = "`lefi keys test` says which right is missing"
NEXT: Final[dict[str, str]] = {
    "InsufficientFunds": "Ask for less, or move money to this wallet at the exchange",
    "AuthenticationError": _RIGHT,
    "PermissionDenied": _RIGHT,
    "NOT_TAKEN": "It was not taken; ask again when the exchange answers as usual",
    "HELD_BACK": "It never left; ask again when the exchange may be asked",
    "LEVERAGE": "Set it at the exchange, or ask with the leverage that is in force",
    "RULES": _RULES,
    "OFF_GRID": _RULES,
}
OTHERWISE: Final = "It is not sent again; change the order, or ask the exchange about its rule"
