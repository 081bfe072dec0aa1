"""Dead letters are the engine's; who had one tried again or dropped stands in the journal."""

from __future__ import annotations

from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.messages import DeadHandled, HandleDead


def handle_dead(draft: Draft, command: HandleDead) -> None:
    draft.say(DeadHandled(command.letter, command.is_again, command.by, command.at_ns))
