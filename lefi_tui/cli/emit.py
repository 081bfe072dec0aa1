"""`lefi emit`: a custom event for the bots that hear it; the answer says which, or why none."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import EmitEvent
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.event_text import BYTES_MAX, EventTextError, fields_of, whole
from lefi_tui.views.queries import Channel, Receipt

EXAMPLE = """lefi emit fear_greed '{"score": 12}'"""


def run(arguments: Namespace, output: Output) -> int:
    if len(arguments.fields.encode("utf-8", "replace")) > BYTES_MAX:
        raise UsageError(f"over {BYTES_MAX} bytes", where="lefi emit", next_step=EXAMPLE)
    try:
        fields = fields_of(whole(arguments.fields))
        event_id = whole(arguments.id)
        name = whole(arguments.name)
    except EventTextError as error:
        raise UsageError(str(error), where="lefi emit", next_step=EXAMPLE) from error

    async def told(channel: Channel) -> Receipt:
        return await channel.send(EmitEvent(name, fields, event_id, by="command line"))

    receipt = with_engine(output, told)
    if not receipt.is_accepted:
        step = "Nothing ran; `lefi bots` lists the bots"
        raise RefusedError(receipt.text, where=f"event {name}", next_step=step)
    said = receipt.text or "heard already under this id; not again"
    if arguments.json:
        output.value({"event": name, "fields": dict(fields), "answer": said})
    else:
        output.line(f"{name} {said}")
    return 0
