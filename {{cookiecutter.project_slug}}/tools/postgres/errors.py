"""What can go wrong, told in one sentence."""


class PostgresError(Exception):
    """Its text is for the person at the keyboard: what was wrong, the value, what to do."""
