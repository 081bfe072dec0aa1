"""A line for prices only: what asks it to sign, or to change anything, is refused before the wire.

The rules it keeps: it holds no key, also where a person wrote one into the account's table; ccxt
asks for the key before it signs, and is told no there; what is no GET does not leave, but for the
few addresses where an exchange is asked for its prices by POST. A dry run has no other line, so it
can't send an order whatever goes wrong above it.
Only the worker process loads this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

# What is read by POST: the whole of an exchange's prices, or the address of its streams.
READ_BY_POST: Final[Mapping[str, str]] = {
    "hyperliquid": "/info",
    "kucoin": "/bullet-public",
    "kucoinfutures": "/bullet-public",
}
NEXT: Final = "This account is dry: nothing of it is sent, and no key is known here"

Refuse = Callable[[str], Exception]


def keep_unsigned(client: Any, refuse: Refuse) -> None:
    """From here on the client signs nothing and only reads."""
    for name in client.requiredCredentials:
        setattr(client, name, None)
    send, by_post = client.fetch, READ_BY_POST.get(client.id)

    def no_key(error: bool = True) -> bool:  # noqa: FBT001, FBT002 -- as ccxt calls it
        if error:
            raise refuse(f"a signed request was refused before it was sent. {NEXT}")
        return False

    async def read(url: str, method: str = "GET", *more: Any, **others: Any) -> Any:
        path = urlsplit(url).path
        is_read = method == "GET" or (by_post is not None and path.endswith(by_post))
        if not is_read:
            raise refuse(f"{method} {path} was refused before it was sent. {NEXT}")
        return await send(url, method, *more, **others)

    client.check_required_credentials = no_key
    client.fetch = read
