"""What a trail never shows: keys, and what a setting's name calls a secret, also inside words.

No key of ours is ever journaled; a script's setting or a note may hold one of its writer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lefi_tui.redaction import DOTS, REDACTOR

VALUES_MAX: Final = 256
SHORTEST: Final = 3  # a shorter value is found in innocent words
_NAMES: Final = r"secret|password|passphrase|token|api_?key|webhook"
_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
_IN_ADDRESS: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")
_AFTER_NAME: Final = re.compile(rf"((?:{_NAMES})\w*\s*[=:]\s*)\S+", re.IGNORECASE)


class Hiding:
    """Values that were set under such a name are hidden wherever they stand from then on."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._value(name, value)) for name, value in pairs)

    def _value(self, name: str, value: str) -> str:
        if not _NAME.search(name):
            return self.text(value)
        if len(value) >= SHORTEST and len(self._values) < VALUES_MAX:
            self._values[value] = None
        return DOTS

    def text(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, DOTS)
        return _AFTER_NAME.sub(rf"\1{DOTS}", _IN_ADDRESS.sub(DOTS, REDACTOR.clean(text)))
