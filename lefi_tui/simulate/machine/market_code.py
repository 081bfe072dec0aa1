"""The candle market's machine code: the same for every script, translated once and kept."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lefi_tui.simulate.machine import (
    market,
    market_account,
    market_asks,
    market_exits,
    market_holding,
    market_lists,
    market_wanted,
    market_watch,
)
from lefi_tui.simulate.machine.code import INLINE_KEPT, Code, Signature, known, loaded, object_of
from lefi_tui.simulate.machine.dialect import translate
from lefi_tui.simulate.machine.dialect_values import Scope
from lefi_tui.simulate.machine.kept_code import kept_object
from lefi_tui.simulate.machine.market_texts import market_texts

_M, _N = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)
_I, _D, _IS = ctypes.c_int64, ctypes.c_double, ctypes.c_bool
Functions = Mapping[str, Callable[..., Any]]
WANTED: Final[Mapping[str, Signature]] = {
    "new_order": (_I, (_M, _N, _I)),
    "cancel": (_IS, (_N, _I)),
    "cancel_book": (_I, (_N, _I)),
    "close_book": (_I, (_M, _N, _I, _I)),
    "working": (_I, (_N, _I)),
    "is_site_working": (_IS, (_N, _I)),
    "drop_exit": (None, (_N, _I, _I)),
    "has_room": (_IS, (_N,)),
    "candles": (None, (_M, _N, _I)),
    "lapse": (None, (_N,)),
    "free_cash": (_D, (_M, _N)),
    "equity": (_D, (_M, _N)),
    "profit": (_D, (_M, _I, _D)),
    "has_position": (_IS, (_M, _N)),
    "watch": (None, (_M, _N, _I)),
    "follow": (None, (_M, _N, _I, _D, _D)),
    "orders_read": (_D, (_N, _N, _I)),
    "deny": (None, (_N, _N, _I, _I, _I)),
    "want_send": (_I, (_N, _M, _N, _I)),
    "want_close": (None, (_M, _N, _M, _N, _I)),
    "want_cancel": (None, (_N, _I)),
    "forget": (None, (_N,)),
    "carry_out": (_IS, (_M, _N, _M, _N)),
}
_ROOMS: Final = (
    market_lists, market_asks, market_exits, market, market_account, market_holding, market_watch,
    market_wanted,
)  # fmt: skip
PLAIN: Final[Functions] = {
    name: next(getattr(each, name) for each in _ROOMS if hasattr(each, name)) for name in WANTED
}
_loaded: list[Code] = []
_loading: Final = threading.Lock()  # whoever finds it here may name its functions at once


def market_code(folder: Path | None = None) -> Code:
    """Once a process; where the folder has none, it takes most of a second."""
    with _loading:
        if not _loaded:
            texts = market_texts()
            text = "\n".join(text for text, _ in texts)
            code = loaded(kept_object(folder, text, lambda: _object(texts)), WANTED)
            known(code, WANTED)
            _loaded.append(code)
        return _loaded[0]


def _object(texts: Sequence[tuple[str, Scope]]) -> bytes:
    return object_of(translate(texts, "market"), WANTED, inline=INLINE_KEPT)
