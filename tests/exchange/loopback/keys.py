"""API keys, what each may do, and whether a request was signed with its secret, in time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.exchange.loopback.refused import RefusedError

AHEAD_MS_MAX: Final = 1_000
RECV_WINDOW_MS: Final = 5_000
RECV_WINDOW_MS_MAX: Final = 60_000


@dataclass
class ApiKey:
    key: str
    secret: str
    account: str = "main"
    passphrase: str = ""
    can_read: bool = True
    can_trade: bool = True
    can_transfer: bool = True
    can_withdraw: bool = False
    is_address_known: bool = True
    is_revoked: bool = False

    def may(self, right: str) -> bool:
        if self.is_revoked or not self.is_address_known:
            return False
        return {"read": self.can_read, "trade": self.can_trade}.get(right, self.can_transfer)


def hex_signature(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def base64_signature(secret: str, text: str) -> str:
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signed_key(keys: Mapping[str, ApiKey], api_key: str, raw: str, right: str) -> ApiKey:
    """Binance's way: the text before `&signature=` was signed. Raises what Binance says."""
    if not api_key:
        raise RefusedError(-2014, "API-key format invalid.", 401)
    known = keys.get(api_key)
    if known is None or not known.may(right):
        raise RefusedError(-2015, "Invalid API-key, IP, or permissions for action.", 401)
    text, mark, signature = raw.rpartition("&signature=")
    if not mark:
        told = "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."
        raise RefusedError(-1102, told)
    if not hmac.compare_digest(signature, hex_signature(known.secret, text)):
        raise RefusedError(-1022, "Signature for this request is not valid.")
    return known


def check_time(params: Mapping[str, str], now_ms: int) -> None:
    """Against the exchange's own clock."""
    if not params.get("timestamp", "").isdecimal():
        told = "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."
        raise RefusedError(-1102, told)
    at_ms = int(params["timestamp"])
    window_ms = int(params.get("recvWindow", RECV_WINDOW_MS))
    if window_ms > RECV_WINDOW_MS_MAX:
        raise RefusedError(-1131, "recvWindow must be less than 60000.")
    if at_ms > now_ms + AHEAD_MS_MAX:
        told = "Timestamp for this request was 1000ms ahead of the server's time."
        raise RefusedError(-1021, told)
    if now_ms - at_ms > window_ms:
        raise RefusedError(-1021, "Timestamp for this request is outside of the recvWindow.")


def check_still_in_time(params: Mapping[str, str], now_ms: int) -> None:
    """At the matching engine, where a request may come later than at the door."""
    window_ms = int(params.get("recvWindow", RECV_WINDOW_MS))
    if now_ms - int(params.get("timestamp", now_ms)) > window_ms:
        raise RefusedError(-5028, "Timestamp for this request is outside of the ME recvWindow.")
