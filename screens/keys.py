"""Every key there is, in one table: read by the handlers, by the last line of the frame, by help.

A binding has an id (a person's own keymap names it) and a tooltip (help says it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from widgets.edge import KeyHint

EVERYWHERE: Final = "Everywhere, also while typing"
DESK: Final = "On the desk"
BOTS: Final = "Bots"
LISTS: Final = "In a list or a dialog"


@dataclass(frozen=True, slots=True)
class Key:
    """`rank` orders the frame's last line: 0 always stands there, -1 never."""

    id: str
    keys: str  # as Textual names them, comma between alternatives
    shown: str
    label: str
    tooltip: str
    group: str
    action: str
    rank: int = -1


KEYS: Final = (
    Key(
        "kill",
        "f12",
        "f12",
        "kill",
        "Stops every bot, cancels every working order and blocks new ones. Asks nothing; resuming"
        " asks for a reason.",
        EVERYWHERE,
        "kill",
        0,
    ),
    Key("help", "f1", "F1", "help", "This page.", EVERYWHERE, "help"),
    Key(
        "start",
        "n",
        "n",
        "new bot",
        "Lists what can be started; Enter starts it with its defaults.",
        BOTS,
        "start",
        1,
    ),
    Key(
        "stop",
        "s",
        "s",
        "stop",
        "Stops the bot under the cursor of the bots pane. It ends when the venue shows none of its"
        " orders; its position stays.",
        BOTS,
        "stop",
        2,
    ),
    Key(
        "why",
        "w",
        "w",
        "why",
        "The last run of the bot under the cursor: its conditions with the values they had.",
        BOTS,
        "why",
        3,
    ),
    Key(
        "resume",
        "r",
        "r",
        "resume",
        "After a kill: allows orders again. Asks for a reason, which stays in the audit.",
        DESK,
        "resume",
        4,
    ),
    Key("cancel", "x", "x", "cancel", "Cancels the order under the cursor.", DESK, "cancel", 7),
    Key(
        "pane_next",
        "tab",
        "Tab",
        "pane",
        "To the next pane; Shift+Tab to the one before.",
        DESK,
        "app.focus_next",
        6,
    ),
    Key(
        "pane_previous",
        "shift+tab",
        "Shift+Tab",
        "",
        "To the pane before.",
        DESK,
        "app.focus_previous",
    ),
    Key("up", "up,k", "↑ k", "", "The row above.", DESK, "move(-1)"),
    Key("down", "down,j", "↓ j", "", "The row below.", DESK, "move(1)"),
    Key("page_up", "pageup", "PgUp", "", "Ten rows up.", DESK, "move(-10)"),
    Key("page_down", "pagedown", "PgDn", "", "Ten rows down.", DESK, "move(10)"),
    Key("ask", "question_mark", "?", "help", "This page.", DESK, "app.help", 5),
    Key("quit", "q", "q", "quit", "Leaves the desk.", DESK, "app.leave", 5),
    Key("choose", "enter", "Enter", "choose", "Takes what is under the cursor.", LISTS, "choose"),
    Key("back", "escape", "Esc", "back", "Closes the dialog; nothing is done.", LISTS, "back"),
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


def hints(*, without: Iterable[str] = ()) -> tuple[KeyHint, ...]:
    """What the frame's last line says, the most needed first; the last leave it first."""
    shown = [each for each in KEYS if each.rank >= 0 and each.id not in set(without)]
    return tuple(
        KeyHint(each.shown, each.label, each.rank)
        for each in sorted(shown, key=lambda each: each.rank)
    )
