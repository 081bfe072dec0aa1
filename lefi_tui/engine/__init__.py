"""The single writer: inbox, step and apply, commit, publish, effects."""
