"""Every key there is, in one table: read by the handlers, by the last line of the frame, by help.

A binding has an id (a person's own keymap names it) and a tooltip (help says it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import IntEnum
from typing import Final

from msgspec.structs import replace
from textual.binding import Binding
from textual.keys import key_to_character

from lefi_tui.core.record import Record
from widgets.edge import KeyHint

EVERYWHERE: Final = "Everywhere, also while typing"
SCREENS_RANK: Final = 4  # of the one hint for them all
SCREENS: Final = "Screens (a digit works where nothing is typed)"
DESK: Final = "On the desk"
BOTS: Final = "Bots"
BOT: Final = "On the bots screen"
MANUAL: Final = "In front of a manual bot (its own keys give its commands)"
ASKED: Final = "When a bot with a position is stopped"
ORDERS: Final = "On the orders screen (what is typed filters)"
CHART: Final = "Chart"
REPORT: Final = "Report"
APPROVALS: Final = "Approvals"
DOUBTS: Final = "Unconfirmed"
SETTINGS: Final = "Settings"
SCHEDULE: Final = "Schedule"
NOTICES: Final = "Notices"
LIMITS: Final = "Limits"
EXCHANGE_KEYS: Final = "Exchange keys"
SCRIPTS: Final = "Scripts"
EDITOR: Final = "In the text of a script"
LESSONS: Final = "Lessons"
GALLERY: Final = "Gallery of scripts"
LAB: Final = "In the Lab (letters beside the text, on the picture)"
TTADAK: Final = "Ttadak"
SAY: Final = "In the statement line"
TICKET: Final = "In the order ticket (digits go into the field)"
REFERENCE: Final = "In the reference (what is typed searches)"
TEXTS: Final = "In a list of versions"
PALETTE: Final = "In the palette (what is typed searches)"
LISTS: Final = "In a list or a dialog"
ALWAYS: Final = frozenset({EVERYWHERE, SCREENS})
# Their keys go before the numbers of screens: the other key of a screen still goes there.
BEFORE_NUMBERS: Final = frozenset({TTADAK})
# Groups in force together.
ON_DESK: Final = (DESK, BOTS, CHART)
ON_BOTS: Final = (BOTS, BOT)
ON_SCRIPTS: Final = (SCRIPTS, EDITOR)
ON_LAB: Final = (LAB, EDITOR)
TOGETHER: Final = (ON_DESK, ON_BOTS, ON_SCRIPTS, ON_LAB)


class Place(Record):
    """Where the keys of a group are in force, and how a person is brought there."""

    name: str  # in the palette's list
    room: str = ""  # a screen by its name; none: wherever one is
    opener: str = ""  # id of the key that opens its window


PLACES: Final[Mapping[str, Place]] = {
    EVERYWHERE: Place("everywhere"),
    SCREENS: Place("everywhere"),
    DESK: Place("desk", "desk"),
    BOTS: Place("desk, bots", "desk"),
    CHART: Place("desk", "desk"),
    BOT: Place("bots", "bots"),
    MANUAL: Place("manual bot", "manual"),
    ASKED: Place("stopping", "desk", "stop"),
    ORDERS: Place("orders", "orders"),
    REPORT: Place("report", "report"),
    APPROVALS: Place("approvals", "approvals"),
    DOUBTS: Place("unconfirmed", "doubts"),
    SETTINGS: Place("settings", "settings"),
    SCHEDULE: Place("schedule", "schedule"),
    NOTICES: Place("notices", "notices"),
    LIMITS: Place("limits", "limits"),
    EXCHANGE_KEYS: Place("keys", "keys"),
    SCRIPTS: Place("scripts", "scripts"),
    EDITOR: Place("scripts, lab", "scripts"),
    LESSONS: Place("lessons", "lessons"),
    GALLERY: Place("gallery", "gallery"),
    LAB: Place("lab", "lab"),
    TTADAK: Place("game", "game"),
    SAY: Place("statement", "", "say_here"),
    TICKET: Place("ticket", "desk", "ticket"),
    REFERENCE: Place("reference", "", "reference"),
    TEXTS: Place("versions", "scripts", "script_versions"),
    PALETTE: Place("palette"),
    LISTS: Place("dialogs"),
}


class Deed(IntEnum):
    """What comes of a key; help tells them in this order. A RISK ends, cancels, closes or trades:
    the palette asks before it."""

    LOOK = 0
    ACT = 1
    RISK = 2


class Key(Record):
    """`rank` orders the frame's last line: 0 always stands there, -1 never."""

    id: str
    keys: str  # as Textual names them, comma between alternatives
    shown: str
    label: str
    tooltip: str
    group: str
    action: str
    rank: int = -1
    also: str = ""  # other words that a person may look for it by
    on: str = ""  # what a person does on its screen first, where it needs something chosen
    deed: Deed = Deed.LOOK

    @property
    def is_letter(self) -> bool:
        """In a text it would be typed."""
        return all((key_to_character(key) or "\n").isprintable() for key in self.keys.split(","))


KEYS: Final = (
    Key(
        "kill",
        "f12",
        "f12",
        "kill",
        "Stops every bot, cancels every working order and blocks new ones. The key does so at"
        " once; resuming asks for a reason.",
        EVERYWHERE,
        "kill",
        0,
        also="panic button emergency stop everything halt all flatten close all",
        deed=Deed.RISK,
    ),
    Key(
        "help",
        "f1,question_mark",
        "F1",
        "help",
        "All keys of this screen; ? too, where nothing is typed. Again, or on a word of a script:"
        " the reference, and from there back to the keys.",
        EVERYWHERE,
        "help",
        4,
        also="keys shortcuts manual hotkeys what can i press",
    ),
    Key(
        "reference",
        "alt+q",
        "Alt+Q",
        "reference",
        "All that Lefi can say: methods, indicators, events, statements, messages. Type to search.",
        EVERYWHERE,
        "window('reference')",
        also=("language words documentation docs manual functions indicators syntax explain api"),
    ),
    Key(
        "palette",
        "ctrl+p",
        "Ctrl+P",
        "palette",
        "Finds anything by its words: what can be done, scripts, bots, markets, limits, lessons.",
        EVERYWHERE,
        "palette",
        8,
        also="search find command menu action",
    ),
    Key(
        "jump",
        "ctrl+g",
        "Ctrl+G",
        "jump",
        "Puts a letter on each pane; the letter goes there.",
        EVERYWHERE,
        "jump",
        9,
        also="focus go pane window switch",
    ),
    Key(
        "dead",
        "alt+d",
        "Alt+D",
        "dead letters",
        "What could not be carried out, and why; tries it again or drops it.",
        EVERYWHERE,
        "window('dead')",
        also="failed errors undelivered retry failures",
    ),
    Key(
        "money",
        "alt+m",
        "Alt+M",
        "money",
        "What each account has in each currency, its margin, funding and fees; how old that is.",
        EVERYWHERE,
        "window('money')",
        also=(
            "wallet wallets balance balances funds cash account accounts equity margin "
            "funding free deposit withdraw"
        ),
    ),
    Key(
        "scores",
        "alt+r",  # an Alt that is torn from its letter on the way must play no game
        "Alt+R",
        "scores",
        "What came of each session of games: net, wins, streak, how quick; the best first.",
        EVERYWHERE,
        "window('scores')",
        also="games results ranking streak best",
    ),
    Key(
        "say_here",
        "alt+o",
        "Alt+O",
        "say",
        "A line of Lefi at the foot of this screen: a question has its value, a statement is said.",
        EVERYWHERE,
        "window('say')",
        also="statement command line console prompt calculate evaluate repl",
        deed=Deed.ACT,
    ),
    Key(
        "mouse",
        "f10",
        "F10",
        "mouse",
        "Mouse on or off. Over SSH it is off: each move would be bytes on the line.",
        EVERYWHERE,
        "mouse",
        also="click pointer",
    ),
    Key(
        "leave",
        "ctrl+q",
        "Ctrl+Q",
        "leave",
        "Leaves from any screen, as q on the desk does: asks again while bots run in it.",
        EVERYWHERE,
        "leave('leave')",
        also="exit end close program bye",
        deed=Deed.ACT,
    ),
    Key(
        "go_desk",
        "f2,1",
        "F2",
        "desk",
        "Prices, chart, positions, orders, bots, log.",
        SCREENS,
        "go('desk')",
        also=(
            "home main overview dashboard market prices positions log logs journal messages back"
        ),
    ),
    Key(
        "go_scripts",
        "f3,2",
        "F3",
        "scripts",
        "Write, check, test and start scripts.",
        SCREENS,
        "go('scripts')",
        also="editor edit code write program strategy strategies script list",
    ),
    Key(
        "go_bots",
        "f4,3",
        "F4",
        "bots",
        "Each bot: what it does and why, and its settings.",
        SCREENS,
        "go('bots')",
        also="running strategies status algorithms",
    ),
    Key(
        "go_orders",
        "f5,4",
        "F5",
        "orders",
        "Working and past orders; type to filter.",
        SCREENS,
        "go('orders')",
        also="history past trades fills filled search filter log logs",
    ),
    Key(
        "go_report",
        "f6,5",
        "F6",
        "report",
        "Equity, drawdown, trades, fees; HTML and CSV.",
        SCREENS,
        "go('report')",
        also=(
            "profit loss pnl p&l performance statistics stats results earnings gain return "
            "returns drawdown equity curve tax export win rate sharpe month week year"
        ),
    ),
    Key(
        "go_settings",
        "f7,6",
        "F7",
        "settings",
        "Each value and where it comes from.",
        SCREENS,
        "go('settings')",
        also=(
            "options preferences config configuration config.toml setup "
            "folder paths files where logs log data keymap theme colors dark light"
        ),
    ),
    Key(
        "go_schedule",
        "9",
        "9",
        "schedule",
        "What runs when: next, last, how late, and what hangs. From a text, by the palette.",
        SCREENS,
        "go('schedule')",
        also="cron timers calendar jobs tasks planned when",
    ),
    Key(
        "go_approvals",
        "ctrl+o,8",
        "Ctrl+O",
        "approvals",
        "What waits for your yes or no: effects, worst price, cost, why, how long is left.",
        SCREENS,
        "go('approvals')",
        also="approve yes no confirm questions pending authorize decide",
    ),
    Key(
        "go_keys",
        "0",
        "0",
        "keys",
        "Exchange keys: where they are kept, what they may do; the vault's passphrase.",
        SCREENS,
        "go('keys')",
        also=(
            "api key apikey exchange key secret secrets password passphrase vault credentials "
            "login account connect binance okx"
        ),
    ),
    Key(
        "go_doubts",
        "alt+u",
        "Alt+U",
        "unconfirmed",
        "Orders without an answer, and what others do at your account: look, adopt, declare dead.",
        SCREENS,
        "go('doubts')",
        also="unconfirmed unknown orders reconcile adopt foreign not ours strangers doubt",
    ),
    Key(
        "go_game",
        "alt+g",
        "Alt+G",
        "game",
        "The Ttadak game: ladder, tape, verdict; its keys play once it is armed.",
        SCREENS,
        "go('game')",
        also="ttadak play scalp scalping ladder order book depth dom",
    ),
    Key(
        "go_lab",
        "alt+l",
        "Alt+L",
        "lab",
        "A script over candles of the past: the curve follows each edit.",
        SCREENS,
        "go('lab')",
        also=(
            "backtest backtesting simulate simulation history optimize optimise test strategy "
            "past prices candles sweep parameters"
        ),
    ),
    Key(
        "go_lessons",
        "alt+j",
        "Alt+J",
        "lessons",
        "Ten short lessons, from a first script on; each opens in the editor and checks itself.",
        SCREENS,
        "go('lessons')",
        also="tutorial learn learning course begin beginner start teach",
    ),
    Key(
        "go_gallery",
        "alt+h",
        "Alt+H",
        "gallery",
        "The scripts that come with the program: what each does, its bounds, a picture of a run.",
        SCREENS,
        "go('gallery')",
        also="examples samples templates shipped strategies library",
    ),
    Key(
        "go_limits",
        "7",
        "7",
        "limits",
        "What the gate refuses, how it stands, and the thermostat.",
        SCREENS,
        "go('limits')",
        also="risk maximum leverage drawdown daily loss protect gate thermostat",
    ),
    Key(
        "start",
        "n",
        "n",
        "new bot",
        "Lists what can be started; Enter starts it with its defaults.",
        BOTS,
        "app.start",
        1,
        also="run launch start bot strategy automated add create begin trade",
        deed=Deed.ACT,
    ),
    Key(
        "stop",
        "s",
        "s",
        "stop",
        "Stops the bot under the cursor; asks whether a position it holds is kept or closed. It"
        " ends when the venue shows none of its orders.",
        BOTS,
        "stop",
        2,
        also="end finish halt quit remove delete bot off",
        on="put the cursor on a bot",
        deed=Deed.RISK,
    ),
    Key(
        "why",
        "w",
        "w",
        "why",
        "Why: the last run of the bot under the cursor; with the orders or the chart in focus, the"
        " story of that order, fill or candle, also where nothing was done.",
        BOTS,
        "why",
        3,
        also="reason explain decision log history story cause no trade order",
        on="put the cursor on a bot, an order or a candle",
    ),
    Key(
        "in_front",
        "m",
        "m",
        "its keys",
        "In front of the bot under the cursor: a game's screen, or the keys of a manual bot, what"
        " each asks for and what came of it last.",
        BOTS,
        "in_front",
        12,
        also="manual bot commands buttons game",
        on="put the cursor on a bot",
        deed=Deed.ACT,
    ),
    Key(
        "resume",
        "r",
        "r",
        "resume",
        "After a kill: allows orders again. Asks for a reason, which stays in the audit.",
        DESK,
        "app.resume",
        4,
        also="unhalt continue after kill unlock restart allow trading again",
        deed=Deed.ACT,
    ),
    Key(
        "cancel",
        "x",
        "x",
        "cancel",
        "Cancels the order under the cursor.",
        DESK,
        "cancel",
        1,
        also="delete remove withdraw order",
        on="put the cursor on an order",
        deed=Deed.RISK,
    ),
    Key(
        "close_position",
        "c",
        "c",
        "close",
        "Closes the position under the cursor at market, or a part; asks once, naming it.",
        DESK,
        "close_position",
        1,
        also="sell out exit flatten liquidate",
        on="put the cursor on a position",
        deed=Deed.RISK,
    ),
    Key(
        "ticket",
        "b",
        "b",
        "order",
        "The order ticket of the market under the cursor: limit or market, size, stop, target.",
        DESK,
        "ticket",
        6,
        also="buy sell long short trade order new order market limit price place",
        deed=Deed.ACT,
    ),
    Key(
        "say",
        "colon",
        ":",
        "say",
        'A line of Lefi, to the account under the cursor: Buy("BTC/USDT", 100 USDT), Equity().',
        DESK,
        "say",
        6,
        also="statement command line console prompt calculate evaluate repl",
        deed=Deed.ACT,
    ),
    Key(
        "protect",
        "g",
        "g",
        "stop and target",
        "Guards the position under the cursor: its stop, target and trail, set anew.",
        DESK,
        "protect",
        also="stop loss take profit target trailing stop tp sl trail guard change move",
        on="put the cursor on a position",
        deed=Deed.ACT,
    ),
    Key(
        "move_up",
        "alt+up",
        "Alt+↑",
        "",
        "Moves the order under the cursor up by a tick: canceled first, then anew for the rest.",
        DESK,
        "move_order(1)",
        deed=Deed.ACT,
    ),
    Key(
        "move_down",
        "alt+down",
        "Alt+↓",
        "",
        "Moves the order under the cursor down by a tick; of a stop or a target, where it hangs.",
        DESK,
        "move_order(-1)",
        deed=Deed.ACT,
    ),
    Key(
        "move_far_up",
        "shift+up",
        "Shift+↑",
        "",
        "The same by ten ticks.",
        DESK,
        "move_order(10)",
        deed=Deed.ACT,
    ),
    Key(
        "move_far_down",
        "shift+down",
        "Shift+↓",
        "",
        "The same by ten ticks down.",
        DESK,
        "move_order(-10)",
        deed=Deed.ACT,
    ),
    Key("bot_above", "up,k", "↑", "", "The bot above; k too.", BOT, "move(-1)"),
    Key("bot_below", "down,j", "↓", "bot", "The bot below; j too.", BOT, "move(1)", 7),
    Key("bot_page_up", "pageup", "PgUp", "", "What stands above of this bot.", BOT, "scroll(-1)"),
    Key("bot_page_down", "pagedown", "PgDn", "more", "Its older decisions.", BOT, "scroll(1)", 7),
    Key(
        "bot_settings",
        "e",
        "e",
        "settings",
        "Changes settings while it runs: shows what would change, and asks once more.",
        BOT,
        "settings",
        5,
        also="parameters change options inputs",
        on="put the cursor on a bot",
        deed=Deed.ACT,
    ),
    Key(
        "bot_update",
        "u",
        "u",
        "update",
        "Gives the bot another text while it runs: a version of its script, or the one it ran"
        " before. Shows what that means, and what becomes of the bot, before it is sent.",
        BOT,
        "update",
        4,
        also="version upgrade new text change script replace code",
        on="put the cursor on a bot",
        deed=Deed.ACT,
    ),
    Key(
        "bot_settle",
        "dollar_sign",
        "$",
        "settle a cash flow",
        "Notes that a cash flow which its script planned was paid or received; no money moves.",
        BOT,
        "settle",
        also="cash flow pay paid settle invoice",
        on="put the cursor on a bot",
        deed=Deed.ACT,
    ),
    Key(
        "bot_pause",
        "p",
        "p",
        "pause",
        "Pauses the bot: no more runs, its orders and position stay. p again resumes it; so does a"
        " bot that waits for you after a restart.",
        BOT,
        "pause",
        5,
        also="suspend hold wait continue resume bot",
        on="put the cursor on a bot",
        deed=Deed.ACT,
    ),
    Key(
        "stop_keep",
        "k",
        "k",
        "stop, keep position",
        "Stops the bot; its position stays as it is, with its stop and target.",
        ASKED,
        "keep",
        deed=Deed.ACT,
    ),
    Key(
        "stop_close",
        "c",
        "c",
        "stop, close position",
        "Closes the bot's own share at market; it ends when the venue shows none of its orders.",
        ASKED,
        "close",
        deed=Deed.RISK,
    ),
    Key("order_above", "up", "↑", "", "The order above.", ORDERS, "move(-1)"),
    Key("order_below", "down", "↓", "", "The order below.", ORDERS, "move(1)"),
    Key("order_page_up", "pageup", "PgUp", "", "Ten orders up.", ORDERS, "move(-10)"),
    Key("order_page_down", "pagedown", "PgDn", "", "Ten orders down.", ORDERS, "move(10)"),
    Key(
        "order_cancel",
        "delete,ctrl+x",
        "Del",
        "cancel",
        "Cancels the order under the cursor; letters go into the filter.",
        ORDERS,
        "cancel",
        1,
        also="delete remove withdraw order",
        on="put the cursor on an order",
        deed=Deed.RISK,
    ),
    Key(
        "order_why",
        "enter",
        "Enter",
        "why",
        "What led to the order under the cursor: conditions with values, verdicts, fills, costs.",
        ORDERS,
        "why",
        2,
        also="reason explain story details",
        on="put the cursor on an order",
    ),
    Key(
        "filter_clear",
        "escape",
        "Esc",
        "all",
        "Clears the filter. Each word typed must stand in symbol, side, status, owner, kind or id.",
        ORDERS,
        "clear",
        2,
        also="reset search show all",
    ),
    Key("limit_above", "up", "↑", "", "The limit above.", LIMITS, "move(-1)"),
    Key("limit_below", "down", "↓", "", "The limit below.", LIMITS, "move(1)"),
    Key("limit_page_up", "pageup", "PgUp", "", "Ten limits up.", LIMITS, "move(-10)"),
    Key("limit_page_down", "pagedown", "PgDn", "", "Ten limits down.", LIMITS, "move(10)"),
    Key(
        "limit_change",
        "enter",
        "Enter",
        "change",
        "Changes the limit under the cursor for the place in sight; the next order keeps it.",
        LIMITS,
        "change",
        1,
        also="edit set risk maximum bound",
        on="put the cursor on a limit",
        deed=Deed.ACT,
    ),
    Key(
        "place_next",
        "tab,right",
        "Tab",
        "place",
        "Limits of the next place: settings, desk, account, bot. The strictest of all counts.",
        LIMITS,
        "place(1)",
        2,
        also="account bot scope",
    ),
    Key(
        "place_before",
        "shift+tab,left",
        "Shift+Tab",
        "place before",
        "Limits of the place before.",
        LIMITS,
        "place(-1)",
    ),
    Key(
        "pane_next",
        "tab",
        "Tab",
        "pane",
        "To the next pane; Shift+Tab to the one before.",
        DESK,
        "app.focus_next",
        6,
        also="focus switch window",
    ),
    Key(
        "pane_previous",
        "shift+tab",
        "Shift+Tab",
        "pane before",
        "To the pane before.",
        DESK,
        "app.focus_previous",
    ),
    Key("up", "up,k", "↑ k", "", "The row above.", DESK, "move(-1)"),
    Key("down", "down,j", "↓ j", "", "The row below.", DESK, "move(1)"),
    Key("page_up", "pageup", "PgUp", "", "Ten rows up.", DESK, "move(-10)"),
    Key("page_down", "pagedown", "PgDn", "", "Ten rows down.", DESK, "move(10)"),
    Key(
        "detach",
        "d",
        "d",
        "detach",
        "Ends the screen only; the bots go on, and `lefi` shows them again.",
        DESK,
        "app.detach",
        6,
        also="background leave running without screen exit keep bots",
        deed=Deed.ACT,
    ),
    Key(
        "tour",
        "t",
        "t",
        "tour",
        "Five steps on the demo market; t again ends it.",
        DESK,
        "tour",
        also="tutorial introduction learn beginner demo first steps intro",
    ),
    Key(
        "quit",
        "q",
        "q",
        "quit",
        "Leaves the desk.",
        DESK,
        "app.leave",
        5,
        also="exit leave end close program bye",
        deed=Deed.ACT,
    ),
    Key(
        "chart",
        "v",
        "v",
        "chart",
        "The chart, or more room for the lists.",
        CHART,
        "chart",
        5,
        also="candles graph picture hide show toggle",
    ),
    Key(
        "chart_back",
        "left",
        "←",
        "",
        "The candle before; on a fill the words below say whose it was.",
        CHART,
        "look(1)",
    ),
    Key("chart_forward", "right", "→", "", "The candle after.", CHART, "look(-1)"),
    Key(
        "chart_newest",
        "end",
        "End",
        "newest candle",
        "The newest candle; the chart goes on with the market.",
        CHART,
        "newest",
    ),
    Key(
        "chart_shorter",
        "plus,equals_sign",
        "+",
        "shorter candles (zoom in)",
        "A shorter timeframe, down to 1m.",
        CHART,
        "zoom(-1)",
        also="timeframe zoom in interval",
    ),
    Key(
        "chart_longer",
        "minus",
        "-",
        "longer candles (zoom out)",
        "A longer timeframe, up to 1d.",
        CHART,
        "zoom(1)",
        also="timeframe zoom out interval",
    ),
    Key(
        "look_now",
        "l",
        "l",
        "look now",
        "Asks the venue now: of the order under the cursor, else of all the account has there.",
        DOUBTS,
        "look",
        1,
        also="refresh reconcile check ask exchange",
        on="put the cursor on an order",
    ),
    Key(
        "adopt",
        "a",
        "a",
        "adopt",
        "Another's order or units become the hand's: asks once more.",
        DOUBTS,
        "adopt",
        2,
        also="take over claim foreign",
        on="put the cursor on an order",
        deed=Deed.ACT,
    ),
    Key(
        "declare_dead",
        "d",
        "d",
        "declare dead",
        "Nothing will come of an order without an answer: asks for a reason, which is kept.",
        DOUBTS,
        "declare_dead",
        3,
        also="lost forget drop order",
        on="put the cursor on an order",
        deed=Deed.RISK,
    ),
    Key("doubt_above", "up,k", "↑", "", "The one above; k too.", DOUBTS, "move(-1)"),
    Key("doubt_below", "down,j", "↓", "next", "The next; j too.", DOUBTS, "move(1)", 4),
    Key("doubt_page_up", "pageup", "PgUp", "", "What stands above.", DOUBTS, "scroll(-1)"),
    Key("doubt_page_down", "pagedown", "PgDn", "more", "What is below.", DOUBTS, "scroll(1)", 5),
    Key(
        "give",
        "enter",
        "Enter",
        "give",
        "Gives the command under the cursor: for one whose key is taken.",
        MANUAL,
        "give",
        2,
        deed=Deed.ACT,
    ),
    Key("command_above", "up", "↑", "", "The command above.", MANUAL, "move(-1)"),
    Key("command_below", "down", "↓", "next", "The next command.", MANUAL, "move(1)", 3),
    Key("front_page_up", "pageup", "PgUp", "", "What stands above.", MANUAL, "scroll(-1)"),
    Key("front_page_down", "pagedown", "PgDn", "more", "What is below.", MANUAL, "scroll(1)", 5),
    Key("front_back", "escape", "Esc", "bots", "Back to the bots.", MANUAL, "app.go('bots')", 1),
    Key(
        "approve",
        "a",
        "a",
        "approve",
        "Approves what is under the cursor: asks once more, with the whole effect.",
        APPROVALS,
        "approve",
        1,
        also="yes accept confirm allow authorize",
        on="put the cursor on a question",
        deed=Deed.ACT,
    ),
    Key(
        "decline",
        "x",
        "x",
        "decline",
        "Declines it: nothing is sent, its script goes on with its else.",
        APPROVALS,
        "decline",
        2,
        also="no reject refuse deny",
        on="put the cursor on a question",
        deed=Deed.RISK,
    ),
    Key("asked_above", "up,k", "↑", "", "The question above; k too.", APPROVALS, "move(-1)"),
    Key("asked_below", "down,j", "↓", "next", "The next; j too.", APPROVALS, "move(1)", 3),
    Key("asked_page_up", "pageup", "PgUp", "", "What stands above.", APPROVALS, "scroll(-1)"),
    Key(
        "asked_page_down",
        "pagedown",
        "PgDn",
        "more",
        "What came of the last answers.",
        APPROVALS,
        "scroll(1)",
        5,
    ),
    Key(
        "report_next",
        "right",
        "→",
        "next",
        "The next bot's report; behind the last, the whole account's.",
        REPORT,
        "turn(1)",
        1,
        also="bot account other",
    ),
    Key("report_before", "left", "←", "", "The report before.", REPORT, "turn(-1)"),
    Key(
        "report_period",
        "p",
        "p",
        "period",
        "Today, 7 days, 30 days or all there is; days begin at midnight UTC.",
        REPORT,
        "period",
        2,
        also="day week month range today",
    ),
    Key(
        "report_html",
        "h",
        "h",
        "HTML",
        "Writes what is shown as a page that stands alone, and says where.",
        REPORT,
        "html",
        3,
        also="export save print page profit report file",
    ),
    Key(
        "report_csv",
        "e",
        "e",
        "CSV",
        "Writes all trades, fills and samples of the period as tables, and says where.",
        REPORT,
        "csv",
        4,
        also="export save spreadsheet excel tax trades table file",
    ),
    Key(
        "go_notices",
        "o",
        "o",
        "notices",
        "Who is told when nobody looks, and whether it arrived.",
        DESK,
        "app.go('notices')",
        also="notifications alerts telegram discord email mail phone message push webhook",
    ),
    Key("notice_above", "up,k", "↑", "", "The row above.", NOTICES, "move(-1)"),
    Key("notice_below", "down,j", "↓", "", "The row below.", NOTICES, "move(1)"),
    Key("notice_page_up", "pageup", "PgUp", "", "Ten rows up.", NOTICES, "move(-10)"),
    Key("notice_page_down", "pagedown", "PgDn", "", "Ten rows down.", NOTICES, "move(10)"),
    Key(
        "notice_pane",
        "tab",
        "Tab",
        "pane",
        "From the channels to the notices and back.",
        NOTICES,
        "app.focus_next",
        3,
    ),
    Key(
        "notice_test",
        "t",
        "t",
        "test",
        "Sends a test to the channel under the cursor, past quiet hours.",
        NOTICES,
        "test",
        1,
        also="try send notification",
        on="put the cursor on a channel",
        deed=Deed.ACT,
    ),
    Key(
        "notice_requeue",
        "r",
        "r",
        "again",
        "Sends a notice that was given up once more.",
        NOTICES,
        "requeue",
        2,
        also="retry resend",
        on="put the cursor on a notice",
        deed=Deed.ACT,
    ),
    Key("notice_back", "escape", "Esc", "desk", "Back to the desk.", NOTICES, "app.go('desk')", 5),
    Key("key_above", "up,k", "↑", "", "The account above.", EXCHANGE_KEYS, "move(-1)"),
    Key("key_below", "down,j", "↓", "", "The account below.", EXCHANGE_KEYS, "move(1)"),
    Key(
        "key_set",
        "s",
        "s",
        "set",
        "Asks for the key of the account; over an old one it waits until its test.",
        EXCHANGE_KEYS,
        "set",
        1,
        also="api key add enter exchange secret password change",
        on="put the cursor on an account",
        deed=Deed.ACT,
    ),
    Key(
        "key_test",
        "t",
        "t",
        "test",
        "Asks the exchange: is it valid, may it trade or withdraw, which IPs, what time is it.",
        EXCHANGE_KEYS,
        "test",
        2,
        also="check api key permissions verify",
        on="put the cursor on an account",
    ),
    Key(
        "key_unlock",
        "u",
        "u",
        "unlock",
        "Asks for the passphrase of the vault, once for this desk and its engine.",
        EXCHANGE_KEYS,
        "unlock",
        3,
        also="password passphrase vault open",
        deed=Deed.ACT,
    ),
    Key(
        "key_allow",
        "w",
        "w",
        "allow withdrawing key",
        "Lets a key that can withdraw trade live all the same; asks for the account's name.",
        EXCHANGE_KEYS,
        "allow",
        also="withdraw permission",
        on="put the cursor on an account",
        deed=Deed.RISK,
    ),
    Key(
        "key_venue",
        "v",
        "v",
        "offers",
        "What the exchange of the account offers, and which of it Lefi does there.",
        EXCHANGE_KEYS,
        "offers",
        6,
        also="exchange features supported",
        on="put the cursor on an account",
    ),
    Key(
        "key_remove",
        "delete",
        "Del",
        "remove",
        "Removes the key of the account; asks for the account's name.",
        EXCHANGE_KEYS,
        "remove",
        5,
        also="delete api key forget",
        on="put the cursor on an account",
        deed=Deed.RISK,
    ),
    Key("key_back", "escape", "Esc", "desk", "Back to the desk.", EXCHANGE_KEYS, "app.go('desk')"),
    Key("timer_above", "up,k", "↑", "", "The line above; k too.", SCHEDULE, "move(-1)"),
    Key("timer_below", "down,j", "↓", "line", "The line below; j too.", SCHEDULE, "move(1)", 7),
    Key("timer_page_up", "pageup", "PgUp", "", "Ten lines up.", SCHEDULE, "move(-10)"),
    Key("timer_page_down", "pagedown", "PgDn", "", "Ten lines down.", SCHEDULE, "move(10)"),
    Key(
        "read_again",
        "r",
        "r",
        "read again",
        "Reads the file again and says what can't be used; in force from the next start.",
        SETTINGS,
        "read_again",
        1,
        also="reload config refresh",
    ),
    Key(
        "script_save",
        "ctrl+s",
        "Ctrl+S",
        "save",
        "Saves the script and runs its tests. A shipped one is saved as your own copy.",
        SCRIPTS,
        "save",
        1,
        also="write store file",
        on="open a script",
    ),
    Key(
        "problem_next",
        "f8",
        "F8",
        "problem",
        "To the next problem or failed test; Shift+F8 to the one before.",
        EDITOR,
        "problem(1)",
        2,
        also="error mistake warning diagnostics next",
        on="open a script",
    ),
    Key(
        "problem_previous",
        "shift+f8",
        "Shift+F8",
        "problem before",
        "To the problem before.",
        EDITOR,
        "problem(-1)",
        on="open a script",
    ),
    Key(
        "fix",
        "f9",
        "F9",
        "fix",
        "Applies the fix of the problem in this line; Ctrl+Z takes it back.",
        EDITOR,
        "fix",
        5,
        also="repair quick correct mistake error",
        on="open a script",
    ),
    Key(
        "script_tests",
        "ctrl+t",
        "Ctrl+T",
        "tests",
        "Runs the tests in the script as it stands, and marks each line that none of them reaches: "
        "untested. Again ends them early.",
        SCRIPTS,
        "tests",
        3,
        also="run test check unit coverage covered untested branch",
        on="open a script",
    ),
    Key(
        "script_start",
        "ctrl+r",
        "Ctrl+R",
        "start",
        "Saves the script and asks for account and settings of a bot that runs it.",
        SCRIPTS,
        "start_script",
        4,
        also="run launch bot deploy live trade",
        on="open a script",
        deed=Deed.ACT,
    ),
    Key(
        "script_versions",
        "alt+s",
        "Alt+S",
        "versions",
        "What the script was at each save: what changed, by meaning and by lines; back to one.",
        SCRIPTS,
        "versions",
        also="history undo back revert older rollback diff restore",
        on="open a script",
    ),
    Key(
        "script_new",
        "ctrl+n",
        "Ctrl+N",
        "new",
        "A new script; asks its name.",
        SCRIPTS,
        "new",
        7,
        also="create add script file strategy write",
    ),
    Key(
        "find",
        "ctrl+f",
        "Ctrl+F",
        "find",
        "Finds words in the script: Enter or ↓ goes to the next place, ↑ back, Esc to the text.",
        SCRIPTS,
        "find('words')",
        8,
        also="search text",
        on="open a script",
    ),
    Key(
        "hover",
        "alt+i",
        "Alt+I",
        "what is it",
        "What the name at the cursor is: its type, its unit, what it does. Any key closes it.",
        EDITOR,
        "aid('hover')",
        also="type unit documentation info",
        on="open a script",
    ),
    Key(
        "definition",
        "alt+w",
        "Alt+W",
        "definition",
        "To where the name at the cursor is made; Alt+Z comes back.",
        EDITOR,
        "aid('definition')",
        also="go to declaration jump made",
        on="open a script",
    ),
    Key(
        "go_back",
        "alt+z",
        "Alt+Z",
        "back to the place before",
        "Back to where the cursor stood before it went to a definition or a line below.",
        EDITOR,
        "aid('back')",
        also="return previous place",
        on="open a script",
    ),
    Key(
        "uses",
        "alt+p",
        "Alt+P",
        "places",
        "Lists all places of the name at the cursor; Enter goes to one, the key again closes it.",
        SCRIPTS,
        "aid('uses')",
        also="references usages find all",
        on="open a script",
    ),
    Key(
        "rename",
        "alt+n",
        "Alt+N",
        "rename",
        "Another name for the one at the cursor, in all its places; one Ctrl+Z takes it back.",
        EDITOR,
        "aid('rename')",
        also="refactor name variable",
        on="open a script",
    ),
    Key(
        "contract",
        "alt+c",
        "Alt+C",
        "contract",
        "What the script may do at most: markets, money, orders, steps; again closes it.",
        SCRIPTS,
        "aside('contract')",
        7,
        also="bounds at most risk worst case limits spend",
        on="open a script",
    ),
    Key(
        "live",
        "alt+v",
        "Alt+V",
        "live",
        "What the expression at the cursor is worth now, and how close each condition is; again"
        " ends it.",
        SCRIPTS,
        "aside('values')",
        7,
        also="watch value values debug inspect distance trigger condition",
        on="open a script",
    ),
    Key(
        "replace",
        "alt+x",
        "Alt+X",
        "replace",
        "Finds words and puts others for them: Enter replaces this one, Tab goes between the two.",
        SCRIPTS,
        "find('one')",
        also="substitute change text search",
        on="open a script",
    ),
    Key(
        "replace_all",
        "alt+y",
        "Alt+Y",
        "replace all",
        "In the line for finding: replaces them everywhere; one Ctrl+Z takes all of it back.",
        SCRIPTS,
        "find('all')",
        also="substitute everywhere",
        on="open a script",
    ),
    Key(
        "tidy",
        "alt+t",
        "Alt+T",
        "tidy",
        "Writes the script in the one style, as each save does; Ctrl+Z takes it back.",
        SCRIPTS,
        "tidy",
        also="format beautify fmt indent style",
        on="open a script",
    ),
    Key(
        "script_list",
        "escape",
        "Esc",
        "list",
        "From the text to the list of scripts; in the list, back to the text.",
        SCRIPTS,
        "leave_text",
        5,
        on="open a script",
    ),
    Key(
        "script_lab",
        "ctrl+l",
        "Ctrl+L",
        "lab",
        "The open script in the Lab: run over candles of the past at each edit.",
        SCRIPTS,
        "lab",
        6,
        also="backtest simulate past history run",
        on="open a script",
    ),
    Key(
        "lab_turn",
        "escape",
        "Esc",
        "text/picture",
        "From the text to the picture, whose letters then act; from there back to the text.",
        LAB,
        "turn",
        1,
        on="open a script",
    ),
    Key(
        "lab_save",
        "ctrl+s",
        "Ctrl+S",
        "save",
        "Saves the script.",
        LAB,
        "save",
        5,
        on="open a script",
    ),
    Key(
        "lab_data",
        "d",
        "d",
        "data",
        "Which candles: kept ones, the demo market's, or a file by its path; what fits is first.",
        LAB,
        "choose('data')",
        2,
        also="candles history csv file market load",
    ),
    Key(
        "lab_settings",
        "e",
        "e",
        "settings",
        "The script's settings, candles' length, time, cash, costs.",
        LAB,
        "choose('settings')",
        3,
        also="parameters costs fees cash timeframe period",
        on="open a script",
    ),
    Key(
        "lab_view",
        "v",
        "v",
        "view",
        "The curve; its trades on candles; how far to trust it; beside a kept run; the sweep.",
        LAB,
        "view",
        2,
        also="curve trades honest trust",
        on="open a script",
    ),
    Key(
        "lab_keep",
        "k",
        "k",
        "keep",
        "Keeps the run in sight; every curve is drawn beside it from now on.",
        LAB,
        "choose('keep')",
        4,
        also="save run compare",
        on="open a script",
    ),
    Key(
        "lab_runs",
        "r",
        "r",
        "runs",
        "Kept and recent runs: compare with one, or take its text or settings.",
        LAB,
        "choose('kept')",
        5,
        also="compare history kept",
    ),
    Key(
        "lab_sweep",
        "m",
        "m",
        "sweep",
        "Runs every combination of some settings and shows them as a heat map.",
        LAB,
        "choose('sweep')",
        4,
        also="optimize optimise heat map heatmap grid parameters search best",
        on="open a script",
    ),
    Key(
        "lab_cell",
        "enter",
        "Enter",
        "open the cell's run",
        "On the heat map: opens the run of the cell; v goes back to the map.",
        LAB,
        "open_cell",
    ),
    Key(
        "lab_take",
        "t",
        "t",
        "take these settings",
        "Takes the settings of the cell, or of the run in sight, for all runs from now on.",
        LAB,
        "choose('take')",
        also="use settings parameters apply",
        on="open a script",
    ),
    Key("lab_open", "o", "o", "open", "Another script.", LAB, "open", 6, also="script load choose"),
    Key(
        "lab_end",
        "x",
        "x",
        "end the run",
        "Ends the run or sweep that is under way.",
        LAB,
        "end_run",
        also="stop cancel abort run",
    ),
    Key(
        "lab_back",
        "left",
        "←",
        "",
        "The trade before, on its candles; on the heat map the cell beside.",
        LAB,
        "move(-1, 0)",
    ),
    Key("lab_on", "right", "→", "", "The trade after; the cell beside.", LAB, "move(1, 0)"),
    Key("lab_up", "up", "↑", "", "On the heat map: the cell above.", LAB, "move(0, -1)"),
    Key("lab_down", "down", "↓", "", "On the heat map: the cell below.", LAB, "move(0, 1)"),
    Key("lab_first", "home", "Home", "", "The first trade told, or cell.", LAB, "move(-9999, 0)"),
    Key("lab_last", "end", "End", "", "The last trade, or cell.", LAB, "move(9999, 0)"),
    Key(
        "lab_axis_up",
        "pageup",
        "PgUp",
        "",
        "On the heat map: the value before of a third setting.",
        LAB,
        "other_axis(-1)",
    ),
    Key("lab_axis_down", "pagedown", "PgDn", "", "The value after.", LAB, "other_axis(1)"),
    *(
        Key(
            f"edit_{name}",
            keys,
            shown,
            name.replace("_", " "),
            tooltip,
            EDITOR,
            f"edit('{name}')",
            also=also,
            on="open a script",
        )
        for name, keys, shown, tooltip, also in (
            (
                "undo",
                "ctrl+z",
                "Ctrl+Z",
                "Takes the last change back; Ctrl+Y makes it again.",
                "take back revert last change",
            ),
            ("redo", "ctrl+y", "Ctrl+Y", "Makes again what was taken back.", "again"),
            (
                "cut",
                "ctrl+x",
                "Ctrl+X",
                "Cuts what is marked, or the line. Shift+arrows mark.",
                "delete clipboard",
            ),
            ("copy", "ctrl+c", "Ctrl+C", "Copies what is marked, or the line.", "clipboard"),
            ("paste", "ctrl+v", "Ctrl+V", "Puts in what was cut or copied.", "insert clipboard"),
            (
                "select_all",
                "alt+a",
                "Alt+A",
                "Marks the whole script. Tab and Shift+Tab move lines that are marked.",
                "mark everything",
            ),
            ("delete_line", "alt+k", "Alt+K", "Deletes the line.", "remove"),
            (
                "complete",
                "ctrl+@,ctrl+space,alt+e",
                "Alt+E",
                (
                    "What may stand at the cursor; so does Ctrl+Space. While a name is typed it"
                    " opens by itself: Tab takes the first; Enter only what ↓ and ↑ chose."
                ),
                "completion autocomplete suggest what fits",
            ),
            (
                "comment",
                "ctrl+underscore,ctrl+slash",
                "Ctrl+/",
                "Makes the line, or what is marked, a comment, or no comment.",
                "uncomment",
            ),
            ("top", "ctrl+home", "Ctrl+Home", "To the first line.", "beginning start"),
            ("bottom", "ctrl+end", "Ctrl+End", "To the last line.", "end"),
        )
    ),
    *(
        Key(
            f"game_{name}",
            keys,
            shown,
            label,
            tooltip,
            TTADAK,
            f"play('game_{name}')",
            rank,
            on="start and arm a game",
            deed=Deed.RISK if label else Deed.ACT,
        )
        for name, keys, shown, label, tooltip, rank in (
            (
                "arm",
                "a",
                "a",
                "arm",
                (
                    "Arms the game, so that its keys play; a again disarms it."
                    " With real money it asks for the account's name."
                ),
                1,
            ),
            ("buy", "b", "b", "BUY GAME", "Buys, and places the exit above.", 2),
            ("sell", "s", "s", "SELL GAME", "Sells, and places the exit below.", 2),
            ("even", "e", "e", "break-even", "Moves the exit to where nothing is lost.", 5),
            ("cancel", "x", "x", "cancel", "Cancels the entry that waits.", 5),
            ("flatten", "f", "f", "flatten", "Cancels what works and closes what is open.", 3),
            *(
                (
                    f"size_{number}",
                    f"{number}",
                    f"{number}",
                    "",
                    f"Size {number} of the settings for the next game.",
                    -1,
                )
                for number in range(1, 6)
            ),
            ("exit_out", "up", "↑", "exit", "Moves the exit a tick away from the entry.", 6),
            ("exit_in", "down", "↓", "", "Moves the exit a tick nearer to the entry.", -1),
            ("exit_out_far", "shift+up", "Shift+↑", "", "The same by ten ticks.", -1),
            ("exit_in_far", "shift+down", "Shift+↓", "", "The same by ten ticks.", -1),
            ("bracket_out", "alt+up", "Alt+↑", "", "Moves exit and stop a tick outward.", -1),
            ("bracket_in", "alt+down", "Alt+↓", "", "Moves exit and stop a tick inward.", -1),
            (
                "target_more",
                "T",
                "T",
                "",
                "A larger target for the next games: watch what wins are needed.",
                -1,
            ),
            (
                "target_less",
                "t",
                "t",
                "target",
                "A smaller target for the next games; T a larger one.",
                7,
            ),
            ("stop_more", "P", "P", "", "A stop farther away for the next games.", -1),
            (
                "stop_less",
                "p",
                "p",
                "stop",
                "A nearer stop for the next games; P one farther away.",
                7,
            ),
        )
    ),
    Key(
        "game_kill",
        "k",
        "k",
        "kill",
        "Stops every bot, cancels every order and closes what bots hold, as f12 does.",
        TTADAK,
        "app.kill",
        also="panic emergency",
        deed=Deed.RISK,
    ),
    Key(
        "game_center",
        "c",
        "c",
        "best prices to the middle",
        "Puts the best prices into the middle.",
        TTADAK,
        "center",
    ),
    Key(
        "game_wider",
        "plus,equals_sign",
        "+",
        "more ticks in a row",
        "More ticks in a row.",
        TTADAK,
        "ticks(1)",
    ),
    Key(
        "game_finer",
        "minus",
        "-",
        "fewer ticks in a row",
        "Fewer ticks in a row.",
        TTADAK,
        "ticks(-1)",
    ),
    Key(
        "game_new",
        "n",
        "n",
        "new game",
        "Starts a game on an account.",
        TTADAK,
        "new_game",
        4,
        also="play start ttadak",
        deed=Deed.ACT,
    ),
    Key(
        "game_scores",
        "m",
        "m",
        "scores",
        "What came of each session of games.",
        TTADAK,
        "app.window('scores')",
        6,
        also="results ranking",
    ),
    Key(
        "game_other",
        "o",
        "o",
        "another game",
        "Another of the games that run.",
        TTADAK,
        "other_game",
    ),
    Key(
        "account_next",
        "right",
        "→",
        "",
        "In the start list: the next account; of scores: the next market.",
        LISTS,
        "account(1)",
    ),
    Key("account_before", "left", "←", "", "The one before.", LISTS, "account(-1)"),
    Key(
        "start_settings",
        "e",
        "e",
        "settings before the start",
        "In the start list: account, market and settings first, then the start.",
        LISTS,
        "with_settings",
        also="options parameters configure account",
        deed=Deed.ACT,
    ),
    Key(
        "story",
        "w",
        "w",
        "whole story",
        "In a bot's last run: its whole story, with verdicts, orders and fills.",
        LISTS,
        "story",
        also="details full log",
    ),
    Key(
        "refresh",
        "r",
        "r",
        "story anew",
        "A story told anew, with what came since.",
        LISTS,
        "again",
    ),
    Key(
        "choose",
        "enter",
        "Enter",
        "choose",
        "Takes what is under the cursor; in a question, yes.",
        LISTS,
        "choose",
    ),
    Key(
        "dead_drop",
        "delete",
        "Del",
        "drop",
        "In dead letters: drops the one.",
        LISTS,
        "drop",
        also="delete remove forget",
        deed=Deed.RISK,
    ),
    Key("ticket_buy", "b", "b", "", "Buys.", TICKET, "side('buy')", deed=Deed.ACT),
    Key("ticket_sell", "s", "s", "", "Sells.", TICKET, "side('sell')", deed=Deed.ACT),
    Key("ticket_kind", "k", "k", "", "Limit or market.", TICKET, "turn('kind')"),
    Key(
        "ticket_unit",
        "u",
        "u",
        "",
        "The size in units, money, percent of what is free, or money at risk up to the stop.",
        TICKET,
        "turn('unit')",
    ),
    Key("ticket_reduce", "r", "r", "", "Only makes a position smaller.", TICKET, "turn('reduce')"),
    Key("ticket_post", "p", "p", "", "Only rests, never takes.", TICKET, "turn('post')"),
    Key("ticket_time", "t", "t", "", "GTC, IOC, FOK.", TICKET, "turn('time')"),
    Key("ticket_best", "m", "m", "", "The price goes to the best on its side.", TICKET, "best"),
    Key("ticket_up", "up", "↑", "", "The price a tick up.", TICKET, "tick(1)"),
    Key("ticket_down", "down", "↓", "", "The price a tick down.", TICKET, "tick(-1)"),
    Key("ticket_far_up", "shift+up", "Shift+↑", "", "Ten ticks up.", TICKET, "tick(10)"),
    Key("ticket_far_down", "shift+down", "Shift+↓", "", "Ten ticks down.", TICKET, "tick(-10)"),
    Key("say_before", "up", "↑", "", "The statement said before.", SAY, "said(-1)"),
    Key("say_after", "down", "↓", "", "The one said after it.", SAY, "said(1)"),
    Key("say_account", "shift+tab", "Shift+Tab", "", "The next account.", SAY, "account"),
    Key("say_word", "tab", "Tab", "", "Ends the name of a method that is begun.", SAY, "complete"),
    Key("lesson_above", "up,k", "↑", "", "The lesson before; k too.", LESSONS, "move(-1)"),
    Key("lesson_below", "down,j", "↓", "lesson", "The next one; j too.", LESSONS, "move(1)", 5),
    Key("lesson_page_up", "pageup", "PgUp", "", "What it says, back.", LESSONS, "scroll(-1)"),
    Key("lesson_page_down", "pagedown", "PgDn", "more", "What is below.", LESSONS, "scroll(1)", 3),
    Key(
        "lesson_open",
        "enter",
        "Enter",
        "open",
        "Opens the lesson in the editor, as you left it. Saving it checks it.",
        LESSONS,
        "open",
        1,
        also="start learn tutorial",
        on="put the cursor on a lesson",
    ),
    Key(
        "lesson_solution",
        "s",
        "s",
        "solution",
        "Shows one way to write it, and hides it again.",
        LESSONS,
        "solution",
        2,
        also="answer show help",
        on="put the cursor on a lesson",
    ),
    Key(
        "lesson_again",
        "a",
        "a",
        "again",
        "Begins the lesson again; asks before what you wrote in it goes.",
        LESSONS,
        "again",
        3,
        also="restart reset repeat",
        on="put the cursor on a lesson",
    ),
    Key("lessons_back", "escape", "Esc", "desk", "Back to the desk.", LESSONS, "app.go('desk')"),
    Key("shipped_above", "up,k", "↑", "", "The script before; k too.", GALLERY, "move(-1)"),
    Key("shipped_below", "down,j", "↓", "script", "The next one; j too.", GALLERY, "move(1)", 5),
    Key("shipped_page_up", "pageup", "PgUp", "", "What it says, back.", GALLERY, "scroll(-1)"),
    Key("shipped_page_down", "pagedown", "PgDn", "more", "What is below.", GALLERY, "scroll(1)", 3),
    Key(
        "shipped_open",
        "enter",
        "Enter",
        "open",
        "Opens the script in the editor; saving it there makes your own copy.",
        GALLERY,
        "open",
        1,
        also="example edit",
        on="put the cursor on a script",
    ),
    Key(
        "shipped_copy",
        "c",
        "c",
        "copy",
        "Makes your own copy of it and opens that.",
        GALLERY,
        "copy",
        2,
        also="duplicate example own",
        on="put the cursor on a script",
    ),
    Key(
        "shipped_lab",
        "l",
        "l",
        "lab",
        "Opens it in the Lab, where each edit runs over candles of the past.",
        GALLERY,
        "lab",
        3,
        also="backtest example simulate",
        on="put the cursor on a script",
    ),
    Key("gallery_back", "escape", "Esc", "desk", "Back to the desk.", GALLERY, "app.go('desk')"),
    Key("topic_above", "up", "↑", "", "The topic above.", REFERENCE, "move(-1)"),
    Key("topic_below", "down", "↓", "", "The topic below.", REFERENCE, "move(1)"),
    Key("topic_page_up", "pageup", "PgUp", "", "What is said of it, back.", REFERENCE, "turn(-1)"),
    Key("topic_page_down", "pagedown", "PgDn", "", "And further on.", REFERENCE, "turn(1)"),
    Key("found_above", "up", "↑", "", "What stands above.", PALETTE, "move(-1)"),
    Key("found_below", "down", "↓", "", "What stands below.", PALETTE, "move(1)"),
    Key("found_page_up", "pageup", "PgUp", "", "Ten up.", PALETTE, "move(-10)"),
    Key("found_page_down", "pagedown", "PgDn", "", "Ten down.", PALETTE, "move(10)"),
    Key("text_above", "up", "↑", "", "The text above.", TEXTS, "move(-1)"),
    Key("text_below", "down", "↓", "", "The text below.", TEXTS, "move(1)"),
    Key("text_page_up", "pageup", "PgUp", "", "What it changes, back.", TEXTS, "turn(-1)"),
    Key("text_page_down", "pagedown", "PgDn", "", "And further on.", TEXTS, "turn(1)"),
    Key(
        "text_take",
        "enter",
        "Enter",
        "take this version",
        "Goes back to it, or gives it to the bot.",
        TEXTS,
        "take",
        also="restore revert rollback version",
        deed=Deed.ACT,
    ),
    Key(
        "text_base",
        "v",
        "v",
        "compare with",
        "Compares a version with the one before it, or with the script as it is saved.",
        TEXTS,
        "base",
        also="diff compare version",
    ),
    Key("back", "escape", "Esc", "back", "Closes the dialog; nothing is done.", LISTS, "back"),
    Key("field_next", "tab", "Tab", "", "In a ticket: the next field.", LISTS, "field(1)"),
    Key("field_last", "shift+tab", "Shift+Tab", "", "The one before.", LISTS, "field(-1)"),
    Key("field_above", "up", "↑", "", "In a form: the field above.", LISTS, "field(-1)"),
    Key("field_below", "down", "↓", "", "In a form: the field below.", LISTS, "field(1)"),
)


def bindings(*ids: str, is_priority: bool = False) -> list[Binding]:
    """The bindings of a screen. Those with priority fire also while a person types."""
    wanted = [each for each in KEYS if each.id in ids]
    assert len(wanted) == len(ids), f"the table of keys lacks one of {ids}"
    return [
        Binding(
            each.keys,
            each.action,
            each.label,
            key_display=each.shown,
            priority=is_priority,
            tooltip=each.tooltip,
            id=each.id,
        )
        for each in wanted
    ]


def of_groups(*groups: str) -> tuple[str, ...]:
    return tuple(each.id for each in KEYS if each.group in groups)


class KeyTable(Record):
    """The table as it is in force: with a person's own keymap, if there is one."""

    keys: tuple[Key, ...] = KEYS

    def hints(
        self, groups: Iterable[str], *, without: Iterable[str] = (), is_typed: bool = False
    ) -> tuple[KeyHint, ...]:
        """What the frame's last line says, the most needed first; the last leave it first. What
        `is_typed` into a text is no key."""
        wanted, hidden = {EVERYWHERE, *groups}, set(without)
        shown = [
            each
            for each in self.keys
            if each.rank >= 0 and each.group in wanted and each.id not in hidden
            if not (is_typed and each.is_letter)
        ]
        hints = [KeyHint(each.shown, each.label, each.rank) for each in shown]
        return tuple(sorted((*hints, self._screens()), key=lambda each: each.rank))

    def _screens(self) -> KeyHint:
        """One hint for all screens: the first key and the last."""
        shown = [each.shown for each in self.keys if each.group == SCREENS]
        return KeyHint(f"{shown[0]}-{shown[-1].lstrip('F')}", "screens", SCREENS_RANK)

    def mapped(self, keymap: Mapping[str, str]) -> tuple[KeyTable, tuple[str, ...]]:
        """The table under a person's keymap, and what of it can't be used, in words."""
        known = {each.id for each in self.keys}
        problems = [
            f"[keys] {name}: there is no such action. {_near(name, known)}"
            for name in keymap
            if name not in known
        ]
        keys = self.keys
        for name, wanted in keymap.items():
            if name not in known:
                continue
            other = _taken(keys, name, wanted)
            if other:
                problems.append(f"[keys] {name} = {wanted!r}: that key is taken by {other}.")
            else:
                keys = tuple(_moved(each, wanted) if each.id == name else each for each in keys)
        return KeyTable(keys), tuple(problems)

    def goes_before(self, groups: Iterable[str], key: str) -> bool:
        """Whether these groups give a number of a screen a meaning of their own."""
        mine = BEFORE_NUMBERS.intersection(groups)
        own = (each for each in self.keys if each.group in mine)
        return key.isdigit() and any(key in each.keys.split(",") for each in own)

    def has(self, name: str, groups: Iterable[str]) -> bool:
        """Whether an action has a key where these groups are in force."""
        there = {*ALWAYS, *groups}
        return any(each.id == name and each.group in there for each in self.keys)

    def shown(self, name: str) -> str:
        """How the key of an action is written for people."""
        return next((each.shown for each in self.keys if each.id == name), "")

    def of(self, name: str) -> Key:
        return next(each for each in self.keys if each.id == name)

    def changed(self) -> dict[str, str]:
        """Ids of bindings with the keys they have now, where they differ."""
        return {
            each.id: each.keys
            for each, first in zip(self.keys, KEYS, strict=True)
            if each.keys != first.keys
        }


def _moved(key: Key, wanted: str) -> Key:
    return replace(key, keys=wanted, shown=wanted.replace(",", " "))


def _taken(keys: Iterable[Key], name: str, wanted: str) -> str:
    """Another action that has one of these keys in the same group, or everywhere."""
    asked = set(wanted.split(","))
    mine = next(each.group for each in keys if each.id == name)
    for each in keys:
        pair = {each.group, mine}
        meets = len(pair) == 1 or bool(pair & ALWAYS) or any(pair <= set(each) for each in TOGETHER)
        both = asked & set(each.keys.split(","))
        if SCREENS in pair and pair & BEFORE_NUMBERS:
            both = {key for key in both if not key.isdigit()}
        if each.id != name and meets and both:
            return each.id
    return ""


def _near(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else "F1 lists what there is."


TABLE: Final = KeyTable()
