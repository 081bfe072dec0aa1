"""The machine way: a script's steps and the candle market as machine code, the same trades."""
