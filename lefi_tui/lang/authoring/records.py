"""What an analysis answers with. Offsets count letters from the text's beginning."""

from __future__ import annotations

from lefi_tui.core.record import Record
from lefi_tui.lang.diagnostic import Edit
from lefi_tui.lang.source import Span


class Completion(Record):
    """One row of what may stand at the cursor. `kind`: method indicator event field name setting
    state function keyword argument symbol word duration."""

    label: str
    kind: str
    insert: str
    detail: str = ""  # its form or value, on one line
    docs: str = ""
    cursor: int = 0  # where it stands afterwards, counted from the beginning of `insert`


class Completions(Record):
    span: Span  # what is replaced
    rows: tuple[Completion, ...] = ()  # what fits best first


class Hover(Record):
    span: Span
    title: str  # as written, or its form
    unit: str = ""  # `USDT per BTC`, `a percent`; "" where it has none
    docs: tuple[str, ...] = ()
    name: str = ""  # of its entry in the reference; "" where there is none


class Signature(Record):
    form: str
    params: tuple[tuple[int, int], ...]  # stretches of `form`
    active: int  # number of the one at the cursor; -1: of none
    docs: str = ""  # what the active one takes


class Renamed(Record):
    edits: tuple[Edit, ...] = ()
    refusal: str = ""  # why not; then there are no edits


class Outlined(Record):
    name: str
    kind: str  # script setting state function policy handler test name
    span: Span
    name_span: Span
    children: tuple[Outlined, ...] = ()
