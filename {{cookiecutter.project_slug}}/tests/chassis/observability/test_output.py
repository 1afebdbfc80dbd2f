"""Lines of one turn of the event loop are written at once; none is lost."""

import asyncio
import threading
from io import StringIO

from chassis.observability.output import LineBuffer


class CountedStream(StringIO):
    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


async def test_lines_of_one_turn_share_a_write() -> None:
    stream = CountedStream()
    lines = LineBuffer(stream)

    for _ in range(2):
        lines.write("one\n")
        lines.write("two\n")
        assert lines.write("three\n") == 6
        await asyncio.sleep(0)

    assert stream.getvalue() == "one\ntwo\nthree\n" * 2
    assert stream.flushes == 2


def test_without_a_loop_each_line_is_written_at_once() -> None:
    stream = StringIO()
    lines = LineBuffer(stream)

    lines.write("one\n")

    assert stream.getvalue() == "one\n"


def test_a_stream_may_be_closed_when_all_is_written() -> None:
    """At its end a process flushes once more, when whoever gave the stream may have closed it."""
    stream = StringIO()
    lines = LineBuffer(stream)
    lines.write("one\n")
    stream.close()

    lines.flush()


def test_lines_left_by_a_loop_that_ended_follow_with_the_next() -> None:
    stream = StringIO()
    lines = LineBuffer(stream)
    first = asyncio.new_event_loop()

    async def leave() -> None:
        lines.write("left\n")
        first.stop()

    task = first.create_task(leave())
    first.run_forever()
    first.close()
    lines.write("next\n")

    assert task.done()
    assert stream.getvalue() == "left\nnext\n"


def test_no_line_of_many_threads_is_lost_or_cut() -> None:
    stream = StringIO()
    lines = LineBuffer(stream)

    def write(name: int) -> None:
        for number in range(200):
            lines.write(f"{name} {number}\n")

    threads = [threading.Thread(target=write, args=[name]) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = [f"{name} {number}" for name in range(8) for number in range(200)]
    assert sorted(stream.getvalue().splitlines()) == sorted(expected)
