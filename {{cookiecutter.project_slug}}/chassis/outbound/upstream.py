"""One service that this one calls: `await payments.get("/payments/7", read_as=Payment)`."""

from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import Any, TypeVar

from multidict import CIMultiDict
from pydantic import ValidationError
from pydantic_core import to_json
from yarl import URL

from chassis.outbound.answer import Answer
from chassis.outbound.attempts import Attempts
from chassis.outbound.client import Call, Client
from chassis.outbound.deadline import call_given_up
from chassis.outbound.failures import unreadable
from chassis.outbound.observation import Observation
from chassis.outbound.problems import UpstreamProblem, fail_with
from chassis.outbound.retries import IDEMPOTENT
from chassis.outbound.urls import Query
from chassis.outbound.verbs import Verb
from chassis.settings.outbound import Limits

KEY = "Idempotency-Key"

Kind = TypeVar("Kind")


class Upstream:
    """Within its limits, and never longer than the request that is being answered has left.

    Answers are successes (2xx), read as a type or as they are; all else is raised.
    """

    get: Verb
    post: Verb
    put: Verb
    patch: Verb
    delete: Verb

    def __init__(
        self,
        client: Client,
        url_of: Callable[[str, Query | None], URL],
        limits: Limits,
        observation: Observation,
        headers: Mapping[str, str],
    ) -> None:
        self.name = observation.upstream
        self.limits = limits
        self.observation = observation
        self._attempts = Attempts(client, limits, observation)
        self.gate = self._attempts.gate
        self._url_of = url_of
        self._headers = headers
        self.get = partial(self._call, "GET")
        self.post = partial(self._call, "POST")
        self.put = partial(self._call, "PUT")
        self.patch = partial(self._call, "PATCH")
        self.delete = partial(self._call, "DELETE")

    async def _call(self, method: str, path: str, *, read_as: Any = None, **options: Any) -> Any:
        seconds = options.pop("timeout", None) or self.limits.timeout
        call = self._made(method, self._url_of(path, options.pop("params", None)), **options)
        observation = self.observation
        begun = observation.begun()
        try:
            answer = await self._attempts.answer_to(call, seconds)
            found = answer if read_as is None else self._read(answer, read_as)
        except UpstreamProblem as problem:
            observation.failed(begun, problem)
            raise
        except BaseException:
            if method != "GET":
                call_given_up()
            observation.cancelled(begun)
            raise
        observation.succeeded(begun)
        return found

    def _made(
        self,
        method: str,
        url: URL,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Call:
        sent: MutableMapping[str, str] = dict(self._headers)
        if headers:
            sent = CIMultiDict(sent)  # in which one name has one value, whatever its letters
            sent.update(headers)
        if idempotency_key is not None:
            sent[KEY] = idempotency_key
        if json is not None:
            sent.setdefault("Content-Type", "application/json")
        body = None if json is None else to_json(json)
        repeatable = method in IDEMPOTENT or idempotency_key is not None
        return Call(method, url, sent, body, repeatable)

    def _read(self, answer: Answer, kind: type[Kind]) -> Kind:
        try:
            return answer.read_as(kind)
        except ValidationError as error:
            fail_with(unreadable(self.name, answer, error))
