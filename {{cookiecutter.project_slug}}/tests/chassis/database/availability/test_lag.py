"""The arithmetic of a replica's lag."""

from chassis.database.availability import lag
from chassis.database.availability.lag import Lag


def test_nothing_is_known_before_the_replica_was_seen_where_the_primary_was() -> None:
    found = Lag()
    found.written(100, at=1.0)
    found.replayed(99)
    assert not found.known

    found.replayed(100)

    assert found.known
    assert found.seconds == 0


def test_it_is_the_age_of_the_oldest_note_not_replayed() -> None:
    found = Lag()
    for second in range(10):
        found.written(100 + second, at=float(second))

    found.replayed(103)

    assert found.seconds == 9.0 - 4.0


def test_a_replica_of_an_idle_primary_is_not_behind() -> None:
    found = Lag()
    for second in range(10):
        found.written(100, at=float(second))

    found.replayed(100)

    assert found.seconds == 0


def test_while_the_primary_says_nothing_the_replica_gets_no_older() -> None:
    found = Lag()
    found.written(100, at=1.0)
    found.written(200, at=2.0)

    found.replayed(50)
    found.replayed(50)

    assert found.seconds == 1.0


def test_positions_of_a_primary_that_is_gone_are_forgotten() -> None:
    found = Lag()
    found.written(1_000, at=1.0)
    found.written(500, at=2.0)

    found.replayed(500)

    assert (found.known, found.seconds) == (True, 0)


def test_notes_are_bounded_and_the_lag_is_never_told_as_short() -> None:
    found = Lag()
    for second in range(lag.NOTES + 1_000):
        found.written(second, at=float(second))

    found.replayed(0)

    assert found.seconds == lag.NOTES - 1
