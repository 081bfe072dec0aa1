"""Explained: what can't be read, letter by letter and word by word."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.explained import Explained

READING: Final[dict[str, Explained]] = {
    "LF001": Explained(
        "A sign that means nothing in Lefi, or that Lefi writes otherwise: conditions are joined "
        "by the words and, or and not, texts stand between double quotes, comments begin with //. "
        "Where it is clear what is meant, a fix writes it.",
        'if Spot("BTC/USDT") > 1 «&&» Spot("BTC/USDT") < 9 { Notify("between") }',
        'if Spot("BTC/USDT") > 1 and Spot("BTC/USDT") < 9 { Notify("between") }',
    ),
    "LF002": Explained(
        "Letters stand right behind a number. An amount has a space between number and unit "
        "(100 USDT), a duration is in whole numbers without one (1h30m), and no name begins with "
        "a digit. It is one mistake, not a number and then a name.",
        'on Every(1h) { Buy("BTC/USDT", «100USDT») }',
        'on Every(1h) { Buy("BTC/USDT", 100 USDT) }',
    ),
    "LF003": Explained(
        'A text begins with " and has no second one on its line. Texts end on the line they began '
        "on; for a new line inside one write \\n.",
        'on Start {\n    Notify(«"started)»\n}',
        'on Start {\n    Notify("started")\n}',
    ),
    "LF004": Explained(
        'Behind a \\ in a text stand ", \\, n or {, and nothing else. For a \\ itself write \\\\.',
        'on Start { Notify("a«\\t»b") }',
        'on Start { Notify("a\\nb") }',
    ),
    "LF005": Explained(
        "Between { and } in a text stands one expression, on the same line. Values are joined by "
        "text between them, or by two pairs of braces. For a { itself write \\{.",
        'setting coins = 2\non Start { Notify("{coins «coins»}") }',
        'setting coins = 2\non Start { Notify("{coins} {coins}") }',
    ),
    "LF006": Explained(
        "Numbers are doubles; this one is larger than any of them.",
        "state far = «1e999»\non Start { far = 1 }",
        "state far = 1e99\non Start { far = 1 }",
    ),
    "LF101": Explained(
        "Here the grammar allows something else. The message names what was expected and what "
        "stands there; the place is the first word that can't stand there, so look there or just "
        "before it.",
        'on Candle("BTC/USDT", 5m) { if close > «{» Notify("high") } }',
        'on Candle("BTC/USDT", 5m) { if close > 100 { Notify("high") } }',
    ),
    "LF102": Explained(
        "A { has no } of its own. Where several braces are open, the lines' indentation says "
        "which one it is.",
        'on Start «{»\n    Notify("started")\n',
        'on Start {\n    Notify("started")\n}',
    ),
    "LF103": Explained(
        "A statement ends with its line or at a ;, also behind a block's }. Two of them on one "
        "line have a ; between them.",
        'if Spot("BTC/USDT") > 100 { Notify("high") } «Print»("looked")',
        'if Spot("BTC/USDT") > 100 { Notify("high") }; Print("looked")',
    ),
    "LF104": Explained(
        "The right side of ?? is one term, so that nobody reads `x ?? 0 + 1` as `x ?? (0 + 1)` "
        "while it counts as `(x ?? 0) + 1`. Parentheses say which is meant.",
        "state n = 0\non Every(1h) { n = n[1] ?? 0 «+» 1 }",
        "state n = 0\non Every(1h) { n = (n[1] ?? 0) + 1 }",
    ),
    "LF105": Explained(
        "`1 < x < 3` would compare a condition with 3. Two comparisons are joined by and.",
        'on Candle("BTC/USDT", 5m) { if 1 < close «<» 3 { Notify("between") } }',
        'on Candle("BTC/USDT", 5m) { if 1 < close and close < 3 { Notify("between") } }',
    ),
    "LF106": Explained(
        "Expressions, blocks and functions nest to a limit far beyond what a person reads, and a "
        "script has at most 200,000 letters. Give the parts names.",
        f"on Start {{ Print({'(' * 24}«(»1{')' * 25}) }}",
        f"on Start {{ Print({'(' * 20}1{')' * 20}) }}",
    ),
    "LF107": Explained(
        "Lefi was written otherwise before. The older form is read and carried out; `lefi fmt` "
        "writes the one of today.",
        "on Start { Print(2 «**» 3) }",
        "on Start { Print(2 ^ 3) }",
    ),
    "LF108": Explained(
        "Words of the language, like in, on or state, are no names. Behind a point they may name "
        "a field.",
        "setting «in» = 5\non Start { Print(1) }",
        "setting inside = 5\non Start { Print(inside) }",
    ),
}
