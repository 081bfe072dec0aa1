"""The users of this machine whom the engine listens to, each with a role, known by their number.

The rule it keeps: who somebody is comes from the kernel's word on their process, never from what
they send.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import field

from lefi_tui.core.record import Record
from lefi_tui.core.roles import Who

OWNER: Final = Who("owner", is_owner=True)


def _nobody() -> Mapping[int, Who]:
    return MappingProxyType({})


class People(Record):
    """The owner, and others by their uid."""

    uid: int = field(default_factory=os.getuid)
    owner: Who = OWNER
    others: Mapping[int, Who] = field(default_factory=_nobody)

    def of(self, uid: int) -> Who | None:
        """None: a stranger, who is not listened to."""
        return self.owner if uid == self.uid else self.others.get(uid)
