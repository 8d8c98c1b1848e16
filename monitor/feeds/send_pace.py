"""How often a venue lets itself be written to, kept."""

from collections import deque

from monitor.model.time import SECOND


class SendPace:
    """Keeps the messages of any one second below a venue's limit, pings of ours counted in."""

    def __init__(self, limit: float) -> None:
        self._sent: deque[int] = deque(maxlen=max(1, int(limit) - 1))
        self._period = SECOND if limit >= 1 else int(SECOND / limit)

    def wait_s(self, now: int) -> float:
        """Seconds to wait before the next message, which counts as sent then."""
        full = len(self._sent) == self._sent.maxlen
        due = max(now, self._sent[0] + self._period) if full else now
        self._sent.append(due)
        return (due - now) / SECOND
