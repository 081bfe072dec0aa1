"""Kinds of bot, pure: what they want is said as intents; the desk decides."""
