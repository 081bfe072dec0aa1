"""Where a bracket or a brace that is missing would stand, and the fix that writes it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token

_CLOSING: Final = {"(": ")", "[": "]"}


def with_brackets(tokens: Sequence[Token], at: int) -> Fix:
    """Closes every bracket of the statement that is open before token `at`."""
    closing, closed = "", 0
    for number in range(at - 1, -1, -1):
        token = tokens[number]
        if token.kind is Kind.LINE_END or (token.kind is Kind.MARK and token.text in "{}"):
            break
        if token.kind is Kind.MARK and token.text in ")]":
            closed += 1
        elif token.kind is Kind.MARK and token.text in _CLOSING:
            closing += "" if closed else _CLOSING[token.text]
            closed = max(0, closed - 1)
    end = tokens[at - 1].span.end
    return Fix(f"Write {closing}", (Edit(Span(end, end), closing),))


def with_brace(text: str, tokens: Sequence[Token], opening: int, at: int) -> Fix:
    """Closes the block that token `opening` begins and that is over before token `at`: in its line
    where it has but one, else on a line of its own under the one that opened it."""
    last = at - 1
    while last > opening and tokens[last].kind is Kind.LINE_END and tokens[last].text != ";":
        last -= 1
    begin, end = tokens[opening].span.start, tokens[last].span.end
    is_beside = "\n" not in text[end : tokens[at].span.start] and tokens[at].kind is not Kind.END
    if is_beside or "\n" not in text[begin:end]:
        return Fix("Write }", (Edit(Span(end, end), " }"),))
    line = text.rfind("\n", 0, begin) + 1
    indent = text[line:begin]
    indent = indent[: len(indent) - len(indent.lstrip())]
    below = text.find("\n", end)
    end = len(text) if below < 0 else below  # a comment may stand behind the last statement
    return Fix("Write }", (Edit(Span(end, end), f"\n{indent}}}"),))
