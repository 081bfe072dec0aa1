"""An exchange's process that writes what nobody asked for before it answers."""

from __future__ import annotations

import json
import sys

BABBLE = ("", "ccxt says hello", "[1, 2]", '{"n": ', '{"n": [1]}', '{"n": 999}')
TOLD = {"tell": {"what": "stream", "state": "alive"}}

if __name__ == "__main__":
    sys.stdin.readline()  # its first line says which exchange
    for line in sys.stdin:
        answer = {"n": json.loads(line)["n"], "answer": 17}
        sys.stdout.write("\n".join((*BABBLE, json.dumps(TOLD), json.dumps(answer))) + "\n")
        sys.stdout.flush()
