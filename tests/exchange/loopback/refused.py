"""What an exchange says instead of doing what was asked."""

from __future__ import annotations

from collections.abc import Mapping


class RefusedError(Exception):
    """`code` and `text` as the venue spells them; `status` is the HTTP one."""

    def __init__(
        self, code: int, text: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.status = code, text, status
        self.headers = dict(headers or {})
