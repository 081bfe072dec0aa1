"""New orders on Binance's perpetuals: one by one or some at once, by the way that is quicker.

The rules it keeps: each leaves at most once, but for one that the exchange refused because too many
came (-1015), which has not been taken and waits for its turn; of a batch a leg without its name in
the answer is refused only once the exchange was asked for it. The requests are the client's own.
Only the worker process loads this module.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import ORDERS_FULL, Refusal, orders_in
from lefi_tui.adapters.order_lines import OrderLines
from lefi_tui.adapters.order_socket import LostError, Made, NotSentError
from lefi_tui.adapters.sent_stamps import naming
from lefi_tui.adapters.venue_ways import ORDER_WINDOW_MS

FRAMES_MOST: Final = 2
TRIES: Final = 4  # of one that was refused for the number of orders: it is waited for each time
UNREADABLE: Final = "its answer can't be read"
# Requests of this context that are signed already, by the ids of their orders.
signed: ContextVar[dict[str, Made] | None] = ContextVar("signed", default=None)


class Entry:
    def __init__(self, on: Account, lines: OrderLines) -> None:
        self._on, self._lines = on, lines

    def sign(self, requests: list[Plain]) -> None:
        """Before they may go: what leaves by the open line in this context is ready then."""
        if self._lines.uses_socket and len(requests) <= FRAMES_MOST:
            socket = self._lines.socket
            signed.set({each[_ID]: socket.made("order.place", each) for each in requests})

    def beside_others(self) -> None:
        """What is sent now, before anything is waited for, leaves with what others send so."""
        if self._lines.uses_socket:
            self._lines.socket.in_one_piece()

    async def send(self, requests: list[Plain]) -> list[Plain]:
        """The outcome of each, in their sequence. Two frames on an open line are hardly slower than
        a batch, and one that is lost leaves the other alone; more of them are slower, and so are
        two requests by REST, of which the second needs a connection of its own (make bench)."""
        are_frames = self._lines.uses_socket and len(requests) <= FRAMES_MOST
        most = 1 if are_frames else self._on.ways.together
        parts = [requests[at : at + most] for at in range(0, len(requests), most)]
        if len(parts) == 1:
            return await self._insisted(parts[0])
        sending = asyncio.gather(*(self._insisted(part) for part in parts))
        if are_frames:
            self._lines.socket.in_one_piece()
        return [each for part in await sending for each in part]

    async def _insisted(self, part: list[Plain]) -> list[Plain]:
        orders_in.set(len(part))
        naming.set(tuple(each[_ID] for each in part))
        tries = TRIES if self._on.client.enableRateLimit else 1  # without it nothing would wait
        told = await self._once(part)
        while tries > 1 and all(_is_for_their_number(each) for each in told):
            tries -= 1
            told = await self._once(part)
        return told

    async def _once(self, part: list[Plain]) -> list[Plain]:
        return await (self._batch(part) if len(part) > 1 else self._one(part[0]))

    # ---- one

    async def _one(self, request: Plain) -> list[Plain]:
        try:
            answer = await self._sent(request)
        except Refusal as refusal:  # it never left
            return [outcome("refused", "HELD_BACK", str(refusal))]
        except LostError as error:
            return [outcome("unknown", "", str(error))]
        except ccxt.BaseError as error:
            return [outcome_of(error, self._on.ways)]
        return [_accepted(answer)]

    async def _sent(self, request: Plain) -> Any:
        if self._lines.uses_socket:
            await self._lines.leave()
            with suppress(NotSentError):  # the line has just gone: by the other one
                made = (signed.get() or {}).pop(request[_ID], None)  # once: a second try is another
                return await self._lines.ask("order.place", request, made)
        return await self._on.client.fapiPrivatePostOrder(request)

    async def cancel(self, market: str, order: str) -> Plain:
        """Asked twice it does no more than once: so where its answer is lost, by REST again."""
        asked = {"symbol": market, _ID_OF_OLD: order, "recvWindow": ORDER_WINDOW_MS}
        try:
            await self._canceled(asked)
        except ccxt.OrderNotFound:
            return outcome("gone", "", "")
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        return outcome("canceled", "", "")

    async def _canceled(self, asked: Plain) -> Any:
        if self._lines.uses_socket:
            await self._lines.leave()
            with suppress(NotSentError, LostError):
                return await self._lines.ask("order.cancel", asked)
        return await self._on.client.fapiPrivateDeleteOrder(asked)

    # ---- some at once

    async def _batch(self, requests: list[Plain]) -> list[Plain]:
        legs = [{name: each[name] for name in each if name != "recvWindow"} for each in requests]
        asked = {"batchOrders": legs, "recvWindow": ORDER_WINDOW_MS}
        try:
            answer = await self._on.client.fapiPrivatePostBatchOrders(asked)
        except Refusal as refusal:
            return [outcome("refused", "HELD_BACK", str(refusal)) for _ in requests]
        except ccxt.BaseError as error:
            return [outcome_of(error, self._on.ways) for _ in requests]
        if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
            return [outcome("unknown", "", UNREADABLE) for _ in requests]
        legs_told = (self._leg(each, answer, at) for at, each in enumerate(requests))
        return list(await asyncio.gather(*legs_told))

    async def _leg(self, request: Plain, answer: list[Plain], at: int) -> Plain:
        named = (each for each in answer if each.get("clientOrderId") == request[_ID])
        found = next(named, None)
        if found is not None:
            return _accepted(found)
        refusals = [each for each in answer if "code" in each and "clientOrderId" not in each]
        if not refusals:
            return outcome("unknown", "", "the answer does not name it")
        # They bear no names, but stand where they were asked for: enough for words, not for proof.
        its_own = answer[at] if at < len(answer) and answer[at] in refusals else refusals[0]
        return await self._refused(request, self._meant(its_own))

    async def _refused(self, request: Plain, said: Plain) -> Plain:
        if said["state"] == "unknown":
            return said
        orders_in.set(0)  # a question
        asked = {"symbol": request["symbol"], _ID_OF_OLD: request[_ID]}
        try:
            found = await self._on.client.fapiPrivateGetOrder(asked)
        except ccxt.OrderNotFound:
            return said
        except (ccxt.BaseError, Refusal) as error:
            return outcome("unknown", "", str(error))
        return _accepted(found)

    def _meant(self, refusal: Plain) -> Plain:
        """As if it had been refused alone."""
        client, body = self._on.client, json.dumps(refusal)
        url = f"{client.urls['api']['fapiPrivate']}/order"
        try:
            client.handle_errors(400, "", url, "POST", {}, body, refusal, {}, "")
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        return outcome("unknown", "", body)


_ID: Final = "newClientOrderId"
_ID_OF_OLD: Final = "origClientOrderId"


def _is_for_their_number(told: Plain) -> bool:
    return bool(told["state"] == "refused" and ORDERS_FULL in told["text"])


def _accepted(answer: Any) -> Plain:
    """A page for people, or half an answer, is no word on it: it may live all the same."""
    if not isinstance(answer, dict) or not answer.get("orderId"):
        return outcome("unknown", "", UNREADABLE)
    return outcome("accepted", "", "", venue_order_id=str(answer["orderId"]))
