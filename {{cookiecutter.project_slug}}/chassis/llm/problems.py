"""What a call to a language model may be answered with."""

from chassis.problems import InvalidRequest, Problem, RateLimitExceeded, Timeout, Unavailable


class PromptTooLong(InvalidRequest):
    type = "/problems/prompt-too-long"
    title = "Prompt too long"
    detail = "The text is longer than a model may be asked for."


class ModelBudgetSpent(RateLimitExceeded):
    type = "/problems/model-budget-spent"
    title = "Budget spent"
    detail = "You have asked the language model as much as you may for now."


class ModelBusy(Unavailable):
    type = "/problems/model-busy"
    title = "Too many questions"
    detail = "The language model is asked as much as it may be. Try again."


class ModelUnavailable(Unavailable):
    type = "/problems/model-unavailable"
    title = "Language model unavailable"
    detail = "The language model cannot be asked now. Try again."
    retry_after = 5


class ModelTimeout(Timeout):
    type = "/problems/model-timeout"
    title = "No answer in time"
    detail = "The language model took too long. Nothing was changed."


class ModelFailed(Problem):
    """What came is no answer: an error, garbage, the wrong shape, or without an end."""

    status = 502
    type = "/problems/model-failed"
    title = "No answer"
    detail = "What the language model sent is no answer."


class ModelCut(ModelFailed):
    type = "/problems/model-cut"
    title = "Answer broken off"
    detail = "The language model stopped in the middle of its answer."


class AnswerUnfit(ModelFailed):
    type = "/problems/answer-unfit"
    title = "Unfit answer"
    detail = "The language model did not answer in the form that it was asked for."


class AnswerTooLong(ModelFailed):
    type = "/problems/answer-too-long"
    title = "Answer too long"
    detail = "The answer was longer than it may be, and was stopped."
