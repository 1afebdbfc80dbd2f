"""A hundred thousand small pieces of work, each way in a process of its own."""

import asyncio
import json
import resource
import subprocess
import sys
import time

from chassis.concurrency.fan_out import fan_out

ITEMS, LIMIT = 100_000, 16


async def work(item: int) -> int:
    await asyncio.sleep(0)
    return item


async def by_workers() -> None:
    await fan_out(range(ITEMS), work, lambda _: None, limit=LIMIT)


async def by_tasks() -> None:
    permits = asyncio.Semaphore(LIMIT)

    async def permitted(item: int) -> int:
        async with permits:
            return await work(item)

    await asyncio.gather(*map(permitted, range(ITEMS)))


WAYS = {"workers over one iterator": by_workers, "a task for each, and a semaphore": by_tasks}


def memory() -> float:
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    if len(sys.argv) > 1:
        before, started = memory(), time.process_time()
        asyncio.run(WAYS[sys.argv[1]]())
        print(json.dumps([sys.argv[1], time.process_time() - started, memory() - before]))
    else:
        for way in WAYS:
            subprocess.run([sys.executable, __file__, way], check=True)
