"""`lefi venue`: what the exchange of an account offers, and which of it Lefi does there."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded

if TYPE_CHECKING:
    from lefi_tui.core.offers import Offers

SHOWN: Final = "{:<30} {:<9} {}"


def run(arguments: Namespace, output: Output) -> int:
    from msgspec import to_builtins

    from lefi_tui.wiring.offers import venue_sheet

    settings = loaded(output).settings
    sheet = venue_sheet(settings, arguments.account)
    if arguments.json:
        output.value(to_builtins(sheet))
        return 0
    output.line(f"{arguments.account}: {sheet.venue}, {settings.accounts[arguments.account].mode}")
    for line in _lines(sheet):
        output.line(line)
    return 0


def _lines(sheet: Offers) -> Iterator[str]:
    from lefi_tui.views.offers_view import rows

    yield SHOWN.format("", "exchange", "Lefi")
    for title, has, used in rows(sheet):
        yield SHOWN.format(title, has, used)
