"""`lefi say`: one line of Lefi by the running engine: a question answered, a statement carried out
once by hand."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.by_hand import account_of, any_account
from lefi_tui.cli.engine_client import desk, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import SayStatement
from lefi_tui.errors import RefusedError
from lefi_tui.views.queries import Channel, Receipt, WorthQuery
from lefi_tui.views.statement import Line, read_line
from lefi_tui.views.statement_view import WorthView


def run(arguments: Namespace, output: Output) -> int:
    line = read_line(arguments.text)
    return _asked(line, arguments, output) if line.question else _said(arguments, output)


def _asked(line: Line, arguments: Namespace, output: Output) -> int:
    """A question moves no money: real money is not asked for by its name."""

    async def worth(channel: Channel) -> WorthView:
        account = any_account(await desk(channel), arguments)
        answer = await channel.ask(WorthQuery(account, line.question))
        assert isinstance(answer, WorthView)
        return answer

    view = with_engine(output, worth)
    if view.refusal:
        step = "Ask on an account that has this market; `lefi explain Candles` tells of series"
        raise RefusedError(view.refusal, where=line.text, next_step=step)
    if arguments.json:
        value = {"question": line.text, "value": view.values[0], "unit": line.unit}
        output.value({**value, "candle_closed_ms": view.at_ms or None})
    else:
        output.line("  ".join(filter(None, (*view.values, line.unit))))
    return 0


def _said(arguments: Namespace, output: Output) -> int:
    async def said(channel: Channel) -> Receipt:
        account = account_of(await desk(channel), arguments)
        again = arguments.again
        return await channel.send(SayStatement(account, arguments.text, is_confirmed=again))

    receipt = with_engine(output, said)
    if not receipt.is_accepted:
        step = "Nothing was sent; `lefi explain Buy` tells a method"
        raise RefusedError(receipt.text, where=arguments.text, next_step=step)
    if arguments.json:
        orders = list(receipt.orders)
        output.value({"statement": arguments.text, "answer": receipt.text, "orders": orders})
    else:
        output.line(receipt.text or "done")
        for order in receipt.orders:
            output.line(f"  {order}: `lefi order` says how it stands")
    return 0
