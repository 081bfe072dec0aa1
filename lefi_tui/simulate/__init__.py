"""A script carried over candles without the engine: backtests and the tests in scripts."""
