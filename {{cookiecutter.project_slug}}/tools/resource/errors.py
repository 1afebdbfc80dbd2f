"""What a person is told when nothing was done."""


class Refusal(Exception):  # noqa: N818  it is no error of ours
    """A sentence for each fault: what is wrong, and what would do."""
