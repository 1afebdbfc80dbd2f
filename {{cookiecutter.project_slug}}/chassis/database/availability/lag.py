"""How far a replica is behind its primary, measured without privileges on either.

What the primary has written is noted with the time. The lag is the age of the oldest note that
the replica has not replayed yet. Unlike the time of its last transaction this is right when nothing
is written, and trusts no other machine's clock.
"""

from collections import deque

NOTES = 3_600
"""Kept at most; with one a second, a longer lag than an hour is told as an hour."""


class Lag:
    """Positions are bytes of the write-ahead log, times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, int]] = deque(maxlen=NOTES)
        self._noted_at = 0.0
        self.known = False
        """Whether the replica has been seen where the primary was since we look."""

    @property
    def seconds(self) -> float:
        """As of the last note: while the primary is away, a replica gets no older."""
        return self._noted_at - self._notes[0][0] if self._notes else 0.0

    def written(self, position: int, at: float) -> None:
        if self._notes and position < self._notes[-1][1]:
            self._notes.clear()  # another primary, which never had what is noted
        self._notes.append((at, position))
        self._noted_at = at

    def replayed(self, position: int) -> None:
        while self._notes and self._notes[0][1] <= position:
            self._notes.popleft()
            self.known = True
