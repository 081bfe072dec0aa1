"""The automated bot: runs a checked Lefi script event by event, and says why it acts."""

from bots.automated.kind import Automated
from bots.automated.plan import TIMEFRAME_SETTING, Bound, bind

__all__ = ["TIMEFRAME_SETTING", "Automated", "Bound", "bind"]
