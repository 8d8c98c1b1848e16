"""The whole program in a process of its own, with a hand on it: told words on stdin, it answers.

``live`` waits until the watched book is live, ``record`` presses Rec, ``close`` closes the
window, ``export FORM FOLDER`` exports the active panel, ``crash`` lets a slot
fail, ``notices WORDS`` tells what was said once these words were among it, ``state`` the verdict. Each is answered with one line.
"""

import faulthandler
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, SignalInstance

from monitor.app import cli
from monitor.app.shown import Shown
from monitor.gui.kit.export import FORMS
from monitor.gui.kit.soon import soon
from monitor.model.verdict import State

LOOK_MS = 20


class Hand(QObject):
    """Reads words in a thread and does them in the window's."""

    said = Signal(str)

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown
        first = shown.window.notices.text
        self._notices: list[str] = [first] if first else []
        self._take = shown.window.notices.say
        shown.window.notices.say = self._note  # type: ignore[method-assign]
        said: SignalInstance = self.said
        said.connect(self._do)
        threading.Thread(target=self._listen, daemon=True).start()

    def _note(self, sentence: str, *, lasting: bool = False) -> None:
        self._notices.append(sentence)
        self._take(sentence, lasting=lasting)

    def _listen(self) -> None:
        for line in sys.stdin:
            self.said.emit(line.strip())

    def _do(self, line: str) -> None:
        word, *rest = line.split()
        getattr(self, f"_do_{word}")(*rest)

    def _market(self) -> Any:
        shown = self._shown
        return shown.window.program.markets.get(shown.window.workbench.current)

    def _state(self) -> State:
        state: State = self._market().verdict(self._shown.window.program.now()).state
        return state

    def _when(self, true: Callable[[], object], answer: Callable[[], object]) -> None:
        if true():
            print(json.dumps(answer()), flush=True)
        else:
            soon(self, lambda: self._when(true, answer), LOOK_MS)

    def _do_live(self) -> None:
        self._when(lambda: self._state() is State.LIVE, lambda: self._market().instrument.id)

    def _do_record(self) -> None:
        shown = self._shown.window
        shown.toggle_recording()

        def lines() -> int:
            held = shown.program.recording(shown.workbench.current)
            return 0 if held is None else held.lines

        self._when(lambda: lines() > 10, lines)

    def _do_close(self) -> None:
        self._shown.window.close()

    def _do_state(self) -> None:
        print(json.dumps(self._state().value), flush=True)

    def _do_notices(self, *words: str) -> None:
        wanted = " ".join(words)
        self._when(
            lambda: any(wanted in sentence for sentence in self._notices), lambda: self._notices
        )

    def _do_crash(self) -> None:
        soon(self, lambda: self._notices[1_000_000])
        self._when(lambda: len(self._notices) > 1, lambda: self._notices)

    def _do_export(self, form: str, folder: str) -> None:
        shown = self._shown
        shown.window.export_active()
        card = shown.export_card
        card.form.setCurrentIndex([*FORMS].index(form))  # type: ignore[arg-type]
        card.folder.setText(folder)
        card.start()
        self._when(card.export.isEnabled, card.result.text)


_begin = Shown.begin
_hands: list[Hand] = []


def _begin_driven(self: Shown) -> None:
    _begin(self)
    _hands.append(Hand(self))
    print(json.dumps("shown"), flush=True)


if __name__ == "__main__":
    faulthandler.enable()
    Shown.begin = _begin_driven  # type: ignore[method-assign]
    sys.exit(cli.main())
