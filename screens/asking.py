"""A screen that shows answers: it names its questions, and is given each new answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.await_complete import AwaitComplete
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen, Screen

from lefi_tui.views.queries import Query
from screens.keys import LISTS
from screens.laid_out import LaidOut


class Aside(NamedTuple):
    """What one pane of a screen asks, at a pace of its own."""

    query: Query
    every_s: float


class Asking(LaidOut):
    """The application asks `query_of` again after each answer, once in `every_s` at most."""

    query_of: Query | None = None  # none asks nothing, and is told only what the frame shows
    every_s: ClassVar[float] = 0.1

    @property
    def is_covered(self) -> bool:
        """A whole screen lies above it: nothing of it is in sight. A dialog leaves it so."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else ()
        return any(not each.is_modal for each in above)

    def show(self, answer: Any, silent_ms: int) -> None:
        raise NotImplementedError

    def pointed(self, _key: str) -> str:
        """What that key would act on now, in words that are of nothing else; what is asked about
        one of them is not done to another."""
        return ""

    def aim(self, _key: str, _act: Callable[[], None]) -> bool:
        """The focus goes to what that key acts on. Whether just one thing there can be meant; it is
        under the cursor then, and `act` is done once it is known."""
        return False

    def asides(self) -> Sequence[Aside]:
        """What its panes ask besides, while the screen is in sight; in an order that stays."""
        return ()

    def show_aside(self, answer: Any) -> None:
        """The answer to one of them."""
        raise NotImplementedError


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """A form that may be longer than its window: the arrows go through its fields."""


class Dialog(LaidOut, ModalScreen[None]):
    """A window over the desk, which goes on ticking below.

    The rule it keeps: it leaves once. A terminal may hand over two Enters in one read; what of a
    person still waits in its queue when it leaves means nothing, here and on the screens below.
    """

    is_help: ClassVar[bool] = False  # asked for help there, a person wants to know more
    GROUPS: ClassVar[tuple[str, ...]] = (LISTS,)  # of keys that are in force there
    AUTO_FOCUS: ClassVar[str | None] = "*"
    is_over = False

    def dismiss(self, result: None = None) -> AwaitComplete:
        if self.is_over:
            return AwaitComplete()
        self.is_over = True
        return super().dismiss(result)

    async def _dispatch_message(self, message: Message) -> None:
        if not (self.is_over and message.bubble):
            await super()._dispatch_message(message)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not self.is_over and super().check_action(action, parameters)

    def action_back(self) -> None:
        self.dismiss()


def move_focus(screen: Screen[Any], step: int) -> None:
    """To the next field, or to the one before."""
    if step > 0:
        screen.focus_next()
    else:
        screen.focus_previous()
