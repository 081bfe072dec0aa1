"""One module for each outside thing; only here are outside libraries known."""
