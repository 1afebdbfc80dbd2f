"""`traceparent` as the W3C describes it.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re

import pytest

from chassis.observability.trace_context import TraceContext, next_in_trace, parent_in, parse_parent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = TraceContext(TRACE, SPAN, sampled=True)


@pytest.mark.parametrize(
    ("value", "sampled"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-03", True),  # only the first bit is about sampling
        (f"00-{TRACE}-{SPAN}-fe", False),
        (f" 00-{TRACE}-{SPAN}-01\t", True),
        (f"01-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-brings", True),
        (f"cc-{TRACE}-{SPAN}-01-", True),
    ],
)
def test_a_valid_parent_is_accepted(value: str, *, sampled: bool) -> None:
    assert parse_parent(value.encode()) == (TRACE, SPAN, sampled)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00",
        f"ff-{TRACE}-{SPAN}-01",
        f"FF-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"0x-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        f"00-{TRACE}-{SPAN}-0A",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE}-{SPAN[:-1]}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01.more",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"cc-{TRACE}-{SPAN}-010",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{'ä' * 16}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01",
    ],
)
def test_any_other_is_not(value: str) -> None:
    assert parse_parent(value.encode()) is None


def test_two_headers_are_as_good_as_none() -> None:
    header = (b"traceparent", GIVEN.header().encode())

    assert parent_in([(b"accept", b"*/*"), header]) == GIVEN
    assert parent_in([header, header]) is None
    assert parent_in([]) is None


def test_work_in_a_trace_has_its_id_and_decision_and_an_id_of_its_own() -> None:
    for sampled in (True, False):
        work = next_in_trace(GIVEN._replace(sampled=sampled))

        assert (work.trace_id, work.sampled) == (TRACE, sampled)
        assert work.span_id != SPAN
        assert parse_parent(work.header().encode()) == work


def test_a_new_trace_is_unlike_any_other_and_recorded_by_nobody() -> None:
    traces = [next_in_trace(None) for _ in range(100)]

    assert len({trace.trace_id for trace in traces}) == 100
    assert len({trace.span_id for trace in traces}) == 100
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", trace.header()) for trace in traces)
