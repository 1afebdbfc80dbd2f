"""What an error of the SDK means; its text may quote the prompt or the answer."""

import openai

from chassis.llm.endpoint import GarbageError
from chassis.llm.problems import ModelBusy, ModelFailed, ModelTimeout, ModelUnavailable
from chassis.problems import Problem

FAILURES = (openai.OpenAIError, GarbageError, TimeoutError)
TOO_MANY, SERVER_ERROR = 429, 500
LONGEST_WAIT = 3_600


def problem_of(error: Exception) -> Problem:
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return ModelTimeout()
    if isinstance(error, openai.APIConnectionError):
        return ModelUnavailable()
    if isinstance(error, openai.APIStatusError) and error.status_code == TOO_MANY:
        return ModelBusy(retry_after=_retry_after(error))
    if isinstance(error, openai.APIStatusError) and error.status_code >= SERVER_ERROR:
        return ModelUnavailable()
    return ModelFailed()


def is_worth_another_try(problem: Problem) -> bool:
    """What is refused for good, such as a wrong key, is refused again."""
    return isinstance(problem, ModelUnavailable | ModelTimeout | ModelBusy)


def _retry_after(error: openai.APIStatusError) -> int | None:
    told = error.response.headers.get("retry-after", "")
    return min(int(told), LONGEST_WAIT) if told.isdecimal() else None
