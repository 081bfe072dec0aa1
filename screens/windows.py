"""Windows over whatever is in sight, each opened by its own key from everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lefi_tui.core.messages import Command
from lefi_tui.views.desk_view import DeskView
from screens.asking import Dialog
from screens.courier import Courier
from screens.dead import DeadScreen
from screens.finding import Entry
from screens.found import Go
from screens.scores import ScoresScreen
from screens.spoken import Place, Spoken
from screens.wallets import WalletsScreen
from widgets.ink import Palette


class Windows:
    def __init__(self, send: Callable[[Command], None], courier: Courier, palette: Palette) -> None:
        self._send, self._palette = send, palette
        self._spoken = Spoken()
        courier.said = self._spoken.came

    def of(self, name: str, about: str, view: DeskView | None) -> Dialog:
        """`about` is what it was opened for: an account, to say a line to."""
        match name:
            case "money":
                return WalletsScreen()
            case "scores":
                return ScoresScreen()
            case "reference":
                return reference(self._palette, (about,) if about else ())
            case "say":
                return self._line_of_lefi(about or self._spoken.account, view)
            case _:
                return DeadScreen(self._send)

    def _line_of_lefi(self, first: str, view: DeskView | None) -> Dialog:
        from screens.say import SayScreen

        accounts, prices = ((), ()) if view is None else (view.accounts, view.prices)
        places = [
            Place(a.name, a.mode, tuple(p.symbol for p in prices if p.account == a.name))
            for a in accounts
        ]
        places.sort(key=lambda each: each.account != first)
        return SayScreen(places, self._spoken, self._send, self._palette)


def reference(palette: Palette, names: Sequence[str] = ()) -> Dialog:
    """At the first of these words and messages, or at its beginning."""
    from screens.reference import ReferenceScreen

    return ReferenceScreen(palette, names)


def taught(go: Go, explain: Callable[[str], None]) -> Iterator[Entry]:
    """Lessons and the reference, for the palette."""
    from screens.taught import of_words

    return of_words(go, explain)
