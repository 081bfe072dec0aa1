"""The desk: what is known of accounts, orders, positions and bots, and two functions over it.

`step` decides what a message leads to; `apply` remembers one event. Live, dry run, simulation,
replay and recovery are the same two functions. `advance` is both at once, for the engine.
"""

from lefi_tui.core.desk.apply import apply
from lefi_tui.core.desk.state import Account, BotRecord, BotStatus, Desk
from lefi_tui.core.desk.step import Step, advance, step

__all__ = ["Account", "BotRecord", "BotStatus", "Desk", "Step", "advance", "apply", "step"]
