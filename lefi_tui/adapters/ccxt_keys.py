"""What an exchange says of a key, through ccxt: one private question or two, and nothing is traded.

The rules it keeps: the key came over the input of this process and goes to the exchange alone; an
exchange that says no is not asked again; what it does not say stays unknown.
Only the worker process loads this module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_client import MISSHAPEN, TIMEOUT_MS, Refusal
from lefi_tui.adapters.server_clock import ServerClock, signs_by
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

TEXT_MOST: Final = 300
CREDENTIALS: Final = ("apiKey", "secret", "password")
ON: Final = True
# Whatever a person wrote there: it would print requests with their signatures.
NEVER: Final = frozenset({"verbose", "logger", *CREDENTIALS})
FUTURES: Final = frozenset({"binanceusdm", "binancecoinm"})
# Binance says one thing for three: its words name them all.
NO_RIGHT: Final = "-2015"
NO_RIGHT_WORDS: Final = (
    "the key is unknown or revoked, this machine's IP is not on its list, or it lacks the right"
)
NO_RIGHTS_TOLD: Final = "its rights are not known: this exchange has no question for them here"

Rights = dict[str, bool | None]


class KeyedExchange:
    """One exchange with one key, for as long as one test takes."""

    def __init__(self, begin: Mapping[str, Any], clock: Clock) -> None:
        name, key = begin["exchange"], begin["key"]
        for each in key.values():
            REDACTOR.learn(each)
        if name not in ccxt.exchanges:
            raise Refusal("exchange", f"ccxt {ccxt.__version__} knows no {name!r}")
        given = {each: value for each, value in begin["ccxt"].items() if each not in NEVER}
        self._client = getattr(ccxt, name)({"timeout": TIMEOUT_MS, **given, **key})
        self._client.verbose = False
        self._server = ServerClock(clock, self._time)
        signs_by(self._client, self._server)
        if begin.get("is_sandbox"):
            to_sandbox(self._client)
        asks: dict[str, Callable[[], Awaitable[Rights]]] = {
            "binance": self._of_binance,
            "binanceusdm": self._of_binance,
            "binancecoinm": self._of_binance,
            "okx": self._of_okx,
        }
        self._ask = (
            self._by_balance if begin.get("is_sandbox") else asks.get(name, self._by_balance)
        )

    async def close(self) -> None:
        await self._client.close()

    async def answer(self, question: str, _asked: Mapping[str, Any]) -> dict[str, Any]:
        assert question == "rights", question
        said: dict[str, Any] = {"offset_ms": await self._offset_ms(), "refusal": ""}
        try:
            rights = await self._ask()
        except (ccxt.AuthenticationError, ccxt.PermissionDenied) as error:
            return {**said, "is_valid": False, "refusal": _words(error)}
        except ccxt.BaseError as error:
            return {**said, "is_valid": None, "refusal": f"no answer: {_words(error)}"}
        except MISSHAPEN as error:
            why = f"its answer can't be read ({type(error).__name__})"
            return {**said, "is_valid": None, "refusal": why}
        is_told = rights["can_withdraw"] is not None
        return {**said, "refusal": "" if is_told else NO_RIGHTS_TOLD, "is_valid": True, **rights}

    async def _offset_ms(self) -> int | None:
        """The exchange's clock before ours; from here on it is signed by theirs."""
        if not self._client.has.get("fetchTime"):
            return None
        try:
            await self._server.measure()
        except (ccxt.BaseError, *MISSHAPEN):
            return None  # whether it answers at all the next question says
        return self._server.told()["offset_ms"]

    async def _time(self) -> int:
        return int(await self._client.fetch_time())

    # ---- each in its way

    async def _of_binance(self) -> Rights:
        told = await self._client.sapiGetAccountApiRestrictions()
        right = "enableFutures" if self._client.id in FUTURES else "enableSpotAndMarginTrading"
        return {
            "can_trade": _flag(told[right]),
            "can_withdraw": _flag(told["enableWithdrawals"]),
            "ip_restricted": _flag(told["ipRestrict"]),
        }

    async def _of_okx(self) -> Rights:
        told = (await self._client.privateGetAccountConfig())["data"][0]
        rights = set(told["perm"].split(","))
        return {
            "can_trade": "trade" in rights,
            "can_withdraw": "withdraw" in rights,
            "ip_restricted": bool(told.get("ip")),
        }

    async def _by_balance(self) -> Rights:
        """It shows that the key is valid, and no more."""
        await self._client.fetch_balance()
        return {"can_trade": None, "can_withdraw": None, "ip_restricted": None}


def to_sandbox(client: Any) -> None:
    """Its practice market: demo trading where it has that, else its test network."""
    try:
        if "demo" in client.urls:
            client.enable_demo_trading(enable=True)
        else:
            client.set_sandbox_mode(ON)  # named differently by each of its exchanges
    except ccxt.BaseError as error:
        raise Refusal("refused", REDACTOR.clean(str(error))) from error


def _flag(value: Any) -> bool:
    """A right that is not a plain yes or no is an answer that can't be read, not a no."""
    if value not in (True, False, "true", "false"):
        raise ValueError(value)
    return value in (True, "true")


def _words(error: BaseException) -> str:
    text = REDACTOR.clean(str(error)) or type(error).__name__
    if NO_RIGHT in text:
        text = f"{NO_RIGHT}: {NO_RIGHT_WORDS}. It says: {text}"
    return text[:TEXT_MOST]
