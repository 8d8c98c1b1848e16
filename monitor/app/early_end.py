"""The system's wish that the program end, kept from its first moments until there is a loop."""

import signal


class EarlyEnd:
    """From now on SIGINT and SIGTERM end nothing; ``asked`` tells that one came.

    A loop that takes them over looks at it once: what is half read would end with a traceback
    or a status of failure, though the user only closed what he had opened.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def restore(self) -> None:
        """Have both do again what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, *_: object) -> None:
        self.asked = True
