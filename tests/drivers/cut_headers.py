"""Answers that end inside their header: what was done is told as unknown, what was asked is asked again, never a wrong length."""
from driver_abi import DriverError


def check(case, cut_after, direct, append):
    """cut_after(n): a fresh store whose first answer ends n bytes after its beginning. `direct` is without trouble."""
    direct.put("ten", b"0123456789")
    seen = {"unknown": 0, "transient": 0}

    def attempt(what, call, allowed):
        try:
            return call()
        except DriverError as error:
            case.contains(allowed, error.retry, f"{what}: {error}")
            seen[error.retry] += 1
            return error.retry

    for after in (1, 12, 40, *range(90, 500, 35)):
        size = attempt(f"stat after {after}", lambda: cut_after(after).stat("ten").size, ("transient",))
        case.contains((10, "transient"), size, f"the size, cut after {after}")
        for absent in (False, True):
            key = f"put{after}{absent}"
            attempt(key, lambda: cut_after(after).put(key, b"whole", absent), ("unknown",))
            case.equal(direct.read(key, 0, 9), b"whole", key)
        if not append:
            continue
        key = f"log{after}"
        attempt(key, lambda: cut_after(after).append(key, 0, b"head"), ("unknown",))
        length = direct.stat(key).size
        case.contains((0, 4), length, f"{key}: not done, or whole")
        if length == 0:   # Azure's creation was what was cut
            continue
        told = attempt(key, lambda: cut_after(after).append(key, length, b"tail"), ("unknown", "transient"))
        case.contains({length: ("transient",), length + 4: ("unknown", length + 4)}[direct.stat(key).size], told, f"{key}, again")
    case.true(seen["unknown"] > 10 and seen["transient"] > 5, f"too few answers were cut: {seen}")
