"""What a row of the scorecard came to."""

import msgspec


class Tally(msgspec.Struct):
    """Faults tried, and what was seen of them.

    ``seen`` faults were noticed as the row demands; ``harmless`` ones left a right book
    that nobody had to heal; of those ``beyond`` the venue gives no sign. ``worst_s`` is
    the longest a row's wait took, of ``limit_s`` allowed; ``judged`` counts LIVE books
    compared with the truth, ``wrong_live`` those that were not it.
    """

    row: int
    fault: str
    style: str
    seed: int = 1
    limit_s: float = 0.0
    tried: int = 0
    seen: int = 0
    harmless: int = 0
    beyond: int = 0
    healed: int = 0
    judged: int = 0
    wrong_live: int = 0
    worst_s: float = 0.0
    problem: str = ""

    def took(self, seconds: float) -> None:
        """Note how long it took."""
        self.worst_s = max(self.worst_s, seconds)

    @property
    def holds(self) -> bool:
        """True where the row is kept."""
        return (
            not self.problem
            and self.tried > 0
            and self.seen + self.harmless + self.beyond == self.tried
            and self.healed == self.tried
            and self.wrong_live == 0
            and (not self.limit_s or self.worst_s <= self.limit_s)
        )

    def add(self, other: "Tally") -> None:
        """Take another part of the same row in."""
        for name in ("tried", "seen", "harmless", "beyond", "healed", "judged", "wrong_live"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.took(other.worst_s)
        self.problem = self.problem or other.problem
