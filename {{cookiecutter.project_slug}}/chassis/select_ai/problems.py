"""What a question may be answered with."""

from chassis.problems import Problem, Timeout, Unavailable


class SelectAIBusy(Unavailable):
    type = "/problems/select-ai-busy"
    title = "Too many questions"
    detail = "All sessions of the database that answers are in use. Try again."


class SelectAIUnavailable(Unavailable):
    type = "/problems/select-ai-unavailable"
    title = "Select AI unavailable"
    detail = "The database that answers cannot be reached."
    retry_after = 5


class SelectAITimeout(Timeout):
    type = "/problems/select-ai-timeout"
    title = "No answer in time"
    detail = "The database took too long to answer. Nothing was changed."


class SelectAIFailed(Problem):
    """The database answered with an error, or with nothing."""

    status = 502
    type = "/problems/select-ai-failed"
    title = "No answer"
    detail = "The database could not answer this question."
