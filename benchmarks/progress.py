"""Where the measuring is: a line for each step, on standard error, so that tables stay apart."""

import sys
import time

STARTED = time.monotonic()


def tell(step: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - STARTED), 60)
    print(f"[{minutes:02}:{seconds:02}] {step}", file=sys.stderr, flush=True)
