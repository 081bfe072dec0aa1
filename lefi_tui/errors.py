"""What can go wrong, one class a kind, each told in four parts: what, where, why, next.

Only the command line's top guard and the screens draw them; below, they are raised or returned.
A message to a person never carries control characters of somebody else's text.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar, Final, Protocol, runtime_checkable

REFUSED: Final = 1  # the answer is no
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130
BROKEN: Final = 70  # a bug of ours; sysexits.h calls it EX_SOFTWARE

# Format characters (bidi overrides among them), controls, surrogates and line separators: a text
# from a venue or a file may hold them, and a terminal would obey them.
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(text: str, *, keep: str = "\n") -> str:
    """The text with everything a terminal would obey written out as an escape."""
    return "".join(
        each
        if each in keep or unicodedata.category(each) not in _UNSHOWN
        else each.encode("unicode_escape", "surrogatepass").decode("ascii")
        for each in text
    )


@runtime_checkable
class InFourParts(Protocol):
    """What can be told to a person; errors of other rooms fit too."""

    code: str
    what: str
    where: str
    why: str
    next_step: str


class LefiError(Exception):
    """The root of what we foresee. `code` and `title` say what, the rest the other three parts."""

    code: str = "LE000"
    title: ClassVar[str] = "Something is wrong"
    status: ClassVar[int] = REFUSED
    usual_next: ClassVar[str] = "Try again; `lefi doctor` says what works on this machine"

    def __init__(self, why: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(why)
        self.what = self.title
        self.why = why
        self.where = where
        self.next_step = next_step or self.usual_next

    def __str__(self) -> str:
        return render(self)


class UsageError(LefiError):
    code = "LE101"
    title = "Wrong usage"
    status = WRONG_USAGE
    usual_next = "`lefi --help` lists the commands, `lefi COMMAND --help` their options"


class FileUnreadableError(LefiError):
    code = "LE102"
    title = "File can't be read"
    status = WRONG_USAGE
    usual_next = "Check the name and your right to read it"


class MarketsUnfitError(UsageError):
    code = "LE104"
    title = "Script and data name other markets"


class SettingRefusedError(UsageError):
    code = "LE105"
    title = "The script does not take this value"
    usual_next = "Give another; its line `setting NAME = …` in the script says which it takes"


class NotThereYetError(LefiError):
    code = "LE103"
    title = "Not there yet"
    status = WRONG_USAGE
    usual_next = "`lefi --help` lists what works today"


class SettingsError(LefiError):
    code = "LE201"
    title = "Setting can't be used"
    usual_next = "Correct the line; until then the default is in force"


class StorageError(LefiError):
    code = "LE301"
    title = "Disk refuses"
    usual_next = "Free the disk or choose another place with LEFI_HOME, then start again"


class EngineBusyError(LefiError):
    code = "LE303"
    title = "An engine of this profile answers already"
    usual_next = "Use the running one (`lefi` attaches to it) or another profile with LEFI_HOME"


class EngineAbsentError(LefiError):
    code = "LE401"
    title = "No engine is running"
    usual_next = "Start one: `lefi engine`, or open the desk with `lefi`"


class NoAnswerError(EngineAbsentError):
    """It was written, and what became of it is not known."""

    code = "LE405"
    title = "The engine gave no answer"
    usual_next = "It may have been done. Look at the orders before you send it again"


class RefusedError(LefiError):
    code = "LE402"
    title = "Refused"


class EngineEndedError(LefiError):
    """By a bug of ours. What was journaled counts, and a start carries it out again."""

    @classmethod
    def by(cls, bug: BaseException, folder: object) -> EngineEndedError:
        """Of the bug that ended it, and whose desk it was."""
        return cls(f"a bug ended it, {type(bug).__name__}: {bug}", where=str(folder))

    code = "LE403"
    title = "The engine has ended"
    usual_next = (
        "Leave and start Lefi again: what the journal holds goes on, and venues are asked for the "
        "rest. Until then nothing here trades; stops that a venue holds still work"
    )


class ScriptChangedError(LefiError):
    code = "LE302"
    title = "File changed meanwhile"
    usual_next = "Choose which of the two stays"


class VersionLostError(LefiError):
    code = "LE304"
    title = "Version can't be had"
    usual_next = "Take another version: `lefi versions FILE` lists them"


class MarketFileError(LefiError):
    code = "LE501"
    title = "Market file can't be used"
    usual_next = "Mend the row in the file; nothing is silently mended"


class CandlesUnfitError(MarketFileError):
    code = "LE502"
    title = "These candles don't fit the script"


class NoCandleError(MarketFileError):
    code = "LE503"
    title = "No candle in the time asked"


class ScriptRefusedError(LefiError):
    code = "LE601"
    title = "Script can't run"
    usual_next = "`lefi check FILE` shows every error with its place"


class MachineWayError(LefiError):
    code = "LE604"
    title = "The machine way can't run it"
    usual_next = "Leave --way out: what the machine way can't run goes event by event"


class SweepError(LefiError):
    code = "LE605"
    title = "Sweep can't be carried out"
    status = WRONG_USAGE
    usual_next = "Write --over name=low..high:step, for example --over fast=5..50:5"


class WorkerEndedError(LefiError):
    code = "LE606"
    title = "A worker has ended"
    usual_next = "Start it again with fewer workers (--workers 1); memory may have run out"


class JobError(LefiError):
    code = "LE602"
    title = "Job can't be read"
    usual_next = "Give the JSON that the older tool kept"


class JobNoteError(LefiError):
    """Told and never raised: the script is there."""

    code = "LE603"
    title = "Not in the script as it was"
    usual_next = "Look at the comment in the script"


class ExchangeError(LefiError):
    """What an exchange answered instead of an answer. `wait_s` is how long it asked us to wait."""

    code = "LE510"
    title = "Exchange refuses the question"
    usual_next = "Look at the settings of this account, and at the exchange's own status page"
    is_passing: ClassVar[bool] = False  # asking again later may help
    wait_s: float = 0.0


class ExchangeAwayError(ExchangeError):
    code = "LE511"
    title = "Exchange does not answer"
    usual_next = (
        "A running desk asks again by itself, a command when it is given again; look at the network"
    )
    is_passing = True


class ExchangeWaitError(ExchangeError):
    code = "LE512"
    title = "Exchange asks us to wait"
    usual_next = "Nothing: not a question leaves until the wait is over"
    is_passing = True


class ExchangeAnswerError(ExchangeError):
    code = "LE513"
    title = "Exchange's answer can't be read"
    usual_next = "Nothing: it is asked again; if it stays so, look for a newer version of Lefi"
    is_passing = True


class ExchangePlaceError(ExchangeError):
    code = "LE514"
    title = "Exchange serves no one from here"
    usual_next = "Use an exchange that serves your country, or a proxy in the account's ccxt table"


class ExchangeKeyError(ExchangeError):
    code = "LE517"
    title = "Exchange refuses the key"
    usual_next = "`lefi keys test` says which of its rights is missing"


class MarketUnknownError(ExchangeError):
    code = "LE515"
    title = "Exchange has no such market"
    usual_next = "Write it as BTC/USDT, or BTC/USDT:USDT for a perpetual"


class ExchangeUnknownError(ExchangeError):
    code = "LE516"
    title = "No such exchange"
    usual_next = "Write its name as ccxt does: binance, binanceusdm, okx, kraken"


def render(error: InFourParts) -> str:
    """The four parts as people read them: code, title and place; the reason; what to do."""
    head = f"{error.code} {shown(error.what)}"
    first = f"{head}  {shown(error.where)}" if error.where else head
    return f"{first}\n  Why: {shown(error.why)}\n  Next: {shown(error.next_step)}"


def as_data(error: InFourParts) -> dict[str, str]:
    """The same four parts as data, for `--json` and for a screen."""
    return {
        "code": error.code,
        "title": error.what,
        "where": error.where,
        "why": error.why,
        "next": error.next_step,
    }
