"""Orders of one moment in one request, where an exchange takes a list of them (OKX).

The rule it keeps: each has its own end in the answer, by its own name; what the answer does not
name is unknown, and so is each of a list whose answer is lost. Only the worker loads this module.
"""

from __future__ import annotations

import json
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal, orders_in
from lefi_tui.adapters.sent_stamps import naming

NAME: Final = "clOrdId"
TAKEN: Final = "0"
UNNAMED: Final = "the answer does not name it"


async def together(on: Account, requests: list[Plain]) -> list[Plain]:
    """The outcome of each, in their sequence."""
    orders_in.set(len(requests))
    naming.set(tuple(str(each[NAME]) for each in requests))
    try:
        answer = await on.client.privatePostTradeBatchOrders(requests)
    except Refusal as refusal:  # it never left
        return [outcome("refused", "HELD_BACK", str(refusal)) for _ in requests]
    except ccxt.BaseError as error:
        rows = _rows(str(error))
        if not rows:  # it is of the request as a whole
            return [outcome_of(error, on.ways) for _ in requests]
    else:
        rows = _by_name(answer)
    return [_told(on, rows.get(str(each[NAME]))) for each in requests]


def _told(on: Account, row: Plain | None) -> Plain:
    if row is None:
        return outcome("unknown", "", UNNAMED)
    if row.get("sCode") == TAKEN and row.get("ordId"):
        return outcome("accepted", "", "", venue_order_id=str(row["ordId"]))
    return _refused(on, row)


def _refused(on: Account, row: Plain) -> Plain:
    """As if it had been asked for alone."""
    alone = {"code": "1", "data": [row], "msg": ""}
    try:
        on.client.handle_errors(200, "", "", "POST", {}, json.dumps(alone), alone, {}, "")
    except ccxt.BaseError as error:
        return outcome_of(error, on.ways)
    return outcome("unknown", "", json.dumps(row))


def _rows(text: str) -> dict[str, Plain]:
    """Of a list of which nothing was taken: the client hands it on as words."""
    try:
        return _by_name(json.loads(text[text.index("{") : text.rindex("}") + 1]))
    except ValueError:
        return {}


def _by_name(answer: Any) -> dict[str, Plain]:
    data = answer.get("data") if isinstance(answer, dict) else None
    rows = data if isinstance(data, list) else []
    return {str(each[NAME]): each for each in rows if isinstance(each, dict) and each.get(NAME)}
