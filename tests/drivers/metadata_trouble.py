"""The service that gives a machine its credentials, at fault: the same for each driver."""
import threading
import time

from s3_lab import refused
from web_script import WebScript


def check(case, good, store_of, name):
    """`good(asked)` is a whole answer, store_of(port) opens a store that asks the service at that port, `name` is how an error
    calls it. A service that is there and fails is worth another try, one that has nothing is not, and a cancel of the question
    is a cancel."""
    state, hang = [503], threading.Event()
    case.at_end(hang.set)

    def answer(asked):
        if state[0] == "hang":
            hang.wait(20)
        return good(asked) if state[0] == 200 else (state[0] if isinstance(state[0], int) else 200, {}, b"")
    store = store_of(WebScript(case, answer).port)
    for state[0] in (503, 500, 429):
        error = refused(store.put, "k", b"x")
        case.equal((error.code, error.retry, error.http_status), ("UNAVAILABLE", "transient", state[0]), str(error))
        case.contains(error.message, name)
    for state[0] in (403, 404):
        error = refused(store.put, "k", b"x")
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"{state[0]}: {error}")
    state[0] = "hang"
    error = refused(store.put, "k", b"x")
    case.equal((error.code, error.retry), ("UNAVAILABLE", "transient"), f"no answer: {error}")
    error = refused(store.put, "k", b"x", deadline_s=0.3)
    case.equal((error.code, error.retry), ("TIMEOUT", "transient"), f"the caller's deadline: {error}")
    end = time.monotonic() + 0.2
    error = refused(store.put, "k", b"x", cancelled=lambda: time.monotonic() > end)
    case.equal(error.code, "CANCELLED", str(error))
    state[0] = 200
    store.put("k", b"x")
