"""What a terminal can do and how it is spoken to: nothing here knows of trading."""
