"""Values that never change and are told apart by what they hold: `class Name(Record): name: str`.

They are msgspec's structs, whose methods are written in C: a frozen dataclass takes Python a
thousandth of a second to make, for five hundred of them longer than all else at a start, and ten
times as long for each value.
"""

from __future__ import annotations

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True):
    """The base of all values; `msgspec.structs.replace` makes one like another."""
