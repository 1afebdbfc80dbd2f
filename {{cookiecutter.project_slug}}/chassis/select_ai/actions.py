"""What may be asked for."""

from enum import StrEnum


class Action(StrEnum):
    """As Select AI calls them. `runsql` is not among them: its rows have no type, and no bound."""

    CHAT = "chat"
    SHOW_SQL = "showsql"
    EXPLAIN_SQL = "explainsql"
    NARRATE = "narrate"
