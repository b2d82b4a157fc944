import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(what: str, condition: Callable[[], T], within: float, every: float = 0.1) -> T:
    """The first true value of the condition. One that raises OSError is not true: nobody listens yet."""
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except OSError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}; last seen: {str(last)[:2000]}")
        time.sleep(every)
