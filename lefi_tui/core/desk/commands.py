"""What a person or a program asks of the desk: accounts, bots, settings, cancels."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.bot import Needs, Occasion
from lefi_tui.core.desk import approvals, live, moving, waiting
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import feed, watch_of
from lefi_tui.core.desk.orders import cancel_orders
from lefi_tui.core.desk.placing import renumbered
from lefi_tui.core.desk.runs import begin_if_ready, run_bot, stop_if_done
from lefi_tui.core.desk.state import ENDED, BotRecord, BotStatus, Desk
from lefi_tui.core.desk.work import window_refused
from lefi_tui.core.live_gates import Gate
from lefi_tui.core.messages import (
    AccountOpened,
    AnswerApproval,
    BotRefused,
    BotStarted,
    BotStopping,
    CancelOrder,
    ChangeSettings,
    CloseOnStopAsked,
    InstrumentsListed,
    Kill,
    ListInstruments,
    OpenAccount,
    ScriptSaved,
    SetTimers,
    SettingsChanged,
    StartBot,
    StopBot,
    TradingState,
)
from lefi_tui.core.order import HAND, UNKNOWN, SizeKind
from lefi_tui.core.rewriting import Text
from lefi_tui.core.symbol import told_near

NS_PER_MS: Final = 1_000_000


def open_account(draft: Draft, command: OpenAccount) -> None:
    if command.account in draft.desk.accounts:
        return  # every start of the engine says it again; the journal keeps the first
    draft.say(
        AccountOpened(
            command.account,
            command.currency,
            command.cash,
            command.mode,
            command.venue,
            command.sizing,
            command.maker,
            command.taker,
            command.slippage,
            command.read_ns,
            command.others,
            command.has_entries,
        )
    )


def list_instruments(draft: Draft, command: ListInstruments) -> None:
    known = draft.desk.instruments
    changed = tuple(
        each for each in command.instruments if known.get((command.account, each.symbol)) != each
    )
    if changed:
        draft.say(InstrumentsListed(command.account, changed))


def start_bot(draft: Draft, command: StartBot) -> None:
    gates: tuple[Gate, ...] = ()
    refusal = _start_refused(draft.desk, command)
    if not refusal:
        gates = live.gates_of(draft.desk, command)
        refusal = live.refusal(draft.desk, command, gates)
    if refusal:
        draft.say(BotRefused(command.bot, command.at_ns, refusal, gates))
        return
    version = live.version_of(command.source)
    account = draft.desk.accounts[command.account]
    draft.say(
        ScriptSaved(version, command.title, command.source),
        BotStarted(
            command.bot,
            command.kind,
            command.account,
            account.mode,
            version,
            command.settings,
            command.title,
            command.at_ns,
            command.by,
            command.work,
            command.from_ns,
            command.until_ns,
            command.typed,
            gates,
        ),
    )
    bot = draft.bot(command.bot)
    if waiting.window_ns(bot):
        waiting.wind(draft, bot.id)
    if bot.status is BotStatus.SCHEDULED:
        return
    feed(draft, bot)
    if bot.needs.starts:
        begin_if_ready(draft, bot.id, command.at_ns // NS_PER_MS)


def _start_refused(desk: Desk, command: StartBot) -> str:
    """Why the bot can't start, in words: what, where, why, next. Empty when it can."""
    known = desk.bots.get(command.bot)
    if command.bot in {HAND, UNKNOWN}:
        return (
            f"No bot can be named {command.bot}: orders and fills of that owner are no bot's. "
            "Give it another name."
        )
    if command.kind not in desk.kinds:
        return f"There is no kind of bot named {command.kind!r}; there is {', '.join(desk.kinds)}."
    if command.account not in desk.accounts:
        return f"Bot {command.bot} asks for account {command.account!r}, which is not open."
    if known is not None and known.status not in ENDED:
        return f"Bot {command.bot} is {known.status} already. Stop it first."
    if desk.trading_state is not TradingState.ACTIVE:
        return (
            f"Trading is {desk.trading_state} ({desk.trading_cause}), so no bot starts. "
            "Resume first: `lefi resume` asks for a reason."
        )
    kind = desk.kinds[command.kind]
    settings = dict(command.settings)
    return (
        _account_refused(desk, command.account)
        or kind.refused(command.source, settings)
        or unlisted(desk, command.account, kind.needs(command.source, settings))
        or window_refused(desk, command)
    )


def _account_refused(desk: Desk, account: str) -> str:
    """Why no bot starts there, in words; empty when it may."""
    known = desk.state_of(account)
    if known.state is TradingState.ACTIVE:
        return ""
    if not known.lift:
        return f"Account {account} is {known.state} only: {known.cause}. {live.key_next(account)}."
    return (
        f"Account {account} is {known.state} only ({known.cause}), so no bot starts there. Start "
        f"it on a demo account; `lefi resume --account {account}` is for the role {known.lift}."
    )


def unlisted(desk: Desk, account: str, needs: Needs) -> str:
    missing = [each for each in needs.symbols if (account, each) not in desk.instruments]
    if not missing:
        return ""
    listed = [symbol for owner, symbol in desk.instruments if owner == account]
    named = [each for each in needs.named if each.symbol == missing[0]]
    where = f", which line {named[0].line} names" if named else ""
    change = f"line {named[0].line}" if named else "its market"
    setting = next((each.setting for each in named if each.setting), "")
    return (
        f"Account {account} has no market {', '.join(missing)}{where}. "
        f"It lists {told_near(missing[0], listed)}; "
        f"change {f'the setting {setting}' if setting else change}."
    )


def left_alone(desk: Desk, bot: BotRecord, needs: Needs, who: str) -> str:
    """What it holds or has sent in a market stays watched, or the bot stays as it is. `who` would
    not name the market, in words."""
    held = [
        each.symbol
        for each in desk.positions.values()
        if each.account == bot.account and each.shares.get(bot.id)
    ]
    sent = [each.terms.symbol for each in desk.working_of(bot.id)]
    left = [each for each in dict.fromkeys((*held, *sent)) if each not in needs.symbols]
    if not left:
        return ""
    what = "a position" if left[0] in held else "an order"
    return (
        f"Bot {bot.id} has {what} in {left[0]}, and {who} not name that market: "
        "nobody would look after it. Close it first, or name the market in the text."
    )


def stop_bot(draft: Draft, command: StopBot) -> None:
    bot = draft.desk.bots.get(command.bot)
    if bot is None or not bot.is_open:
        state = "not known" if bot is None else str(bot.status)
        draft.refuse("StopBot", command.at_ns, f"Bot {command.bot} is {state}; nothing to stop.")
        return
    if bot.status is BotStatus.RUNNING:
        run_bot(draft, bot.id, Occasion(command.at_ns // NS_PER_MS, stopping=True))
    begin_stop(draft, bot.id, command)


def begin_stop(
    draft: Draft, bot_id: str, asked: StopBot | Kill, ends: BotStatus = BotStatus.STOPPED
) -> None:
    bot = draft.bot(bot_id)
    if bot.status in ENDED:
        return  # by its own last run
    draft.say(BotStopping(bot_id, asked.at_ns, asked.by, asked.reason, ends.value))
    draft.ask(watch_of(draft.desk, bot.account))
    draft.ask(SetTimers(bot_id, ()))
    entries = [each for each in draft.desk.working_of(bot_id) if each.leg == "entry"]
    if isinstance(asked, StopBot) and asked.closes:
        draft.say(CloseOnStopAsked(bot_id, asked.at_ns, asked.by))
        entries = [each for each in entries if each.terms.size.kind is not SizeKind.ALL]
    cancel_orders(draft, entries, asked.at_ns, asked.by)
    if bot.awaited:
        end_waits(draft, bot_id, asked)
    if bot.needs.is_played and isinstance(asked, StopBot):  # no moment is waited for any more
        run_bot(draft, bot_id, Occasion(max(asked.at_ns // NS_PER_MS, bot.at_ms), stopping=True))
    stop_if_done(draft, bot_id, asked.at_ns)


def end_waits(draft: Draft, bot_id: str, asked: StopBot | Kill) -> None:
    """What a person was asked is withdrawn, so its runs take their `else`: without new orders."""
    approvals.end(draft, bot_id, "withdrawn", f"its bot stops: {asked.reason}", asked.at_ns)
    if draft.bot(bot_id).answers:
        run_bot(draft, bot_id, Occasion(asked.at_ns // NS_PER_MS))


def busy(draft: Draft, bot_id: str, why: str, wish: str, at_ns: int) -> str:
    """What keeps a bot from being changed or held now, in words; empty when nothing does.

    Its questions are withdrawn, and their runs take their `else`: which may begin something, ask
    the next question, or end the bot.
    """
    under_way = [each.what for each in draft.bot(bot_id).awaited if each.kind != "approval"]
    if not under_way:
        approvals.end(draft, bot_id, "withdrawn", why, at_ns)
        if draft.bot(bot_id).answers:
            run_bot(draft, bot_id, Occasion(at_ns // NS_PER_MS))
        under_way = [each.what for each in draft.bot(bot_id).awaited]
    bot = draft.bot(bot_id)
    if not bot.is_alive:
        return f"Bot {bot_id} is {bot.status} now: what it did when its question was withdrawn."
    if under_way:
        return f"A run of {bot_id} waits for {under_way[0]}. {wish} when that is done."
    return ""


def change_settings(draft: Draft, command: ChangeSettings) -> None:
    bot = draft.desk.bots.get(command.bot)
    text = ""
    if bot is None or not bot.is_alive:
        text = f"Bot {command.bot} is not running; its settings are given when it starts."
    elif bot.update is not None:
        text = f"Bot {bot.id} is about to take another text. Change its settings when it has."
    if bot is None or text:
        draft.refuse("ChangeSettings", command.at_ns, text)
        return
    merged = tuple((dict(bot.settings) | dict(command.settings)).items())
    why, wish = "its settings are changed", "Change its settings"
    refused = (
        _unfit(draft, bot, merged)
        or busy(draft, bot.id, why, wish, command.at_ns)
        or _unfit(draft, bot, merged)  # by what a withdrawn question began
    )
    if refused:
        draft.refuse("ChangeSettings", command.at_ns, refused)
        return
    bot = draft.bot(bot.id)
    then = draft.decided(SettingsChanged)
    if then is None:
        told = renumbered(draft.desk, bot, Text(bot.source, merged))
    else:
        told = then.sites, then.back
    draft.say(SettingsChanged(bot.id, merged, command.at_ns, command.by, *told))
    feed(draft, draft.bot(bot.id))


def _unfit(draft: Draft, bot: BotRecord, settings: tuple[tuple[str, str], ...]) -> str:
    """Why it can't run with these settings, in words."""
    kind = draft.desk.kinds[bot.kind]
    refused = kind.refused(bot.source, dict(settings))
    if refused:
        return refused
    needs = kind.needs(bot.source, dict(settings))
    then = draft.decided(SettingsChanged)  # an older program took it, and left what it left
    return (
        unlisted(draft.desk, bot.account, needs)
        or live.not_offered(draft.desk, bot.account, needs)
        or ("" if then else left_alone(draft.desk, bot, needs, "with these settings it does"))
    )


def answer_approval(draft: Draft, command: AnswerApproval) -> None:
    """The run goes on, on a new snapshot, or takes its `else`."""
    who = command.by, command.role
    refusal = approvals.refusal(draft.desk, command.approval, who, command.at_ns)
    if refusal:
        draft.refuse("AnswerApproval", command.at_ns, refusal)
        return
    said = (*who, command.reason)
    bot_id = approvals.say_answer(
        draft, command.approval, said, command.at_ns, is_approved=command.is_approved
    )
    if waiting.to_hear(draft.bot(bot_id)):
        run_bot(draft, bot_id, Occasion(command.at_ns // NS_PER_MS))


def cancel_order(draft: Draft, command: CancelOrder) -> None:
    """Also on the row of one that was moved: what stands in its place is meant."""
    order = moving.newest(draft.desk, command.order)
    if order is None:
        text = f"No working order {command.order}: it is final, or was never ours."
        draft.refuse("CancelOrder", command.at_ns, text)
        return
    cancel_orders(draft, [order], command.at_ns, command.by)
