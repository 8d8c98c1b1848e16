"""Everything the user can do, as values: one list for keys, the overlay and the palette."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


@dataclass(frozen=True)
class Command:
    """One thing to do. ``keys`` are as Qt spells them, the first one is shown.

    ``group`` is its heading in the overlay; ``possible`` tells whether it can be done now.
    """

    name: str
    keys: tuple[str, ...]
    run: Callable[[], None]
    group: str = "Window"
    possible: Callable[[], bool] = lambda: True
    listed: bool = True


def pressed(event: QKeyEvent) -> tuple[QKeySequence, ...]:
    """What was pressed, as a command may spell it: a sign that takes Shift is that sign."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    spelt = [QKeySequence(QKeyCombination(held, Qt.Key(event.key())))]
    if event.text().isprintable() and event.text() and not event.text().isalnum():
        bare = held & ~Qt.KeyboardModifier.ShiftModifier
        spelt.append(QKeySequence(QKeyCombination(bare, Qt.Key(event.key()))))
    return tuple(spelt)


def run_pressed(commands: tuple[Command, ...], event: QKeyEvent) -> bool:
    """Run the possible command whose key this is; True where there was one."""
    spelt = pressed(event)
    for command in commands:
        if any(QKeySequence(key) in spelt for key in command.keys) and command.possible():
            command.run()
            return True
    return False
