"""`lefi kill`: every bot stops, every order is canceled, none can be sent until `lefi resume`."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import Kill
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import Channel


def run(arguments: Namespace, output: Output) -> int:
    view = with_engine(output, _killed)
    alive = sum(bot.is_alive for bot in view.bots)
    if arguments.json:
        state = view.banner.trading_state.value
        output.value({"state": state, "bots_alive": alive, "orders_working": len(view.orders)})
    else:
        output.line(
            f"Trading is {view.banner.trading_state}: {alive} bots alive, "
            f"{len(view.orders)} orders still working. `lefi resume` allows orders again."
        )
    return 0


async def _killed(channel: Channel) -> DeskView:
    await sent(channel, Kill(by="command line", reason="lefi kill"), "lefi kill")
    return await desk(channel)
