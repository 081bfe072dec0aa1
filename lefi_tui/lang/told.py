"""What the reference and `lefi explain` tell of one word of the language.

The rule it keeps: what is told is data beside an example, and a test carries the example out.
"""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    name: str
    form: str  # how it is written
    docs: str
    example: str
