"""The parts of the game's screen in their boxes: each is drawn into the room it has now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.widget import Widget

from widgets.block import Block
from widgets.game_plan import NAMES, arrange
from widgets.ink import Palette
from widgets.lines import Frame, Row
from widgets.plan import Box

NONE = Box(0, 0, 0, 0)


class GamePanes:
    def __init__(self, palette: Palette, words: Block) -> None:
        self._blocks = {name: Block(palette, id=name) for name in NAMES if name != "words"}
        self._boxes: Mapping[str, Box] = {}
        self._words = words

    def inside(self) -> list[Widget]:
        return [*self._blocks.values(), self._words]

    def box(self, name: str) -> Box:
        return self._boxes.get(name, NONE)

    def place(self, width: int, height: int) -> None:
        """Only a box that changed costs a new layout."""
        boxes = arrange(width, height)
        for name, box in boxes.items():
            if box != self.box(name):
                styles = self._blocks.get(name, self._words).styles
                styles.offset = (box.x, box.y)
                styles.width, styles.height = box.width, box.height
                styles.display = "block" if box.height else "none"
        self._boxes = boxes

    def show(self, name: str, draw: Callable[[Frame], tuple[Row, ...]], palette: Palette) -> None:
        box = self.box(name)
        if box.height:
            frame = Frame(box.width, box.height, glyphs=palette.glyphs)
            self._blocks[name].show(draw(frame), palette)
