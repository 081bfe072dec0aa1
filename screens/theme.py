"""The dialogs' colors, from the same palette as the panes."""

from __future__ import annotations

from textual.theme import Theme

from widgets.ink import Ground, Ink, Palette


def theme_of(palette: Palette) -> Theme:
    return Theme(
        name="lefi",
        primary=palette.frame_color,
        foreground=palette.inks[Ink.TEXT],
        background=palette.paper,
        surface=palette.grounds[Ground.HEAD],
        panel=palette.grounds[Ground.CURSOR],
    )
