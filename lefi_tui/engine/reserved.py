"""What still goes on while the journal can't be written: cancels and the kill leave by the reserved
path, reports are kept for when it can, prices are shown; all else is refused in words.
"""

from __future__ import annotations

from collections import deque

from lefi_tui.core.messages import CancelOrder, Command, Kill, MarketInput, Report
from lefi_tui.engine.inbox import INBOX_MESSAGES_MAX, Waiting
from lefi_tui.engine.killing import LEFT, Killing
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.turn import Receipt


class Reserved:
    def __init__(self, killing: Killing, publisher: Publisher) -> None:
        self._killing, self._publisher = killing, publisher
        self.held: deque[Report] = deque(maxlen=INBOX_MESSAGES_MAX)

    def take(self, waiting: Waiting, failure: Exception | None) -> None:
        message = waiting.message
        match message:
            case Kill():
                self._killing.refused(message)
                waiting.reply(Receipt(is_accepted=True, text=LEFT))
            case CancelOrder():
                self._killing.note_cancel(message)
                waiting.reply(Receipt(is_accepted=True, text=LEFT))
            case Report():
                self.held.append(message)
            case MarketInput():
                self._publisher.market(message)
            case Command():
                waiting.reply(Receipt(is_accepted=False, text=f"Halted. {failure}"))
