"""`lefi say`: one statement of Lefi, carried out once by hand through the running engine."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.by_hand import account_of
from lefi_tui.cli.engine_client import desk, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import SayStatement
from lefi_tui.errors import RefusedError
from lefi_tui.views.queries import Channel, Receipt


def run(arguments: Namespace, output: Output) -> int:
    async def said(channel: Channel) -> Receipt:
        account = account_of(await desk(channel), arguments)
        again = arguments.again
        return await channel.send(SayStatement(account, arguments.text, is_confirmed=again))

    receipt = with_engine(output, said)
    if not receipt.is_accepted:
        step = "Nothing was sent; `lefi explain Buy` tells a method"
        raise RefusedError(receipt.text, where=arguments.text, next_step=step)
    if arguments.json:
        output.value({"statement": arguments.text, "answer": receipt.text})
    else:
        output.line(receipt.text or "done")
    return 0
