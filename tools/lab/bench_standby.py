"""A warm standby: from the write of a key at the source to its read at the standby, beside the archive's own step."""
import subprocess
import time

from installation import Installation, Tenant, wait_until
from measure import compare

STEP_AND = 2.0  # seconds that a standby may need behind the archive's step


def put(db, key, value):
    subprocess.run(["ldb", f"--db={db}", "put", key, value], check=True, capture_output=True)


def bench_standby(b):
    b.load()
    read, steps = [], []
    with Installation(b.build, b.base, [Tenant("bench", b.db)]) as lab:
        lab.start_linker("bench")
        lab.start_agent()
        lab.protect("bench")
        lab.backup("bench")
        lab.cli("restore", *lab.sources("bench"), "--directory", b.scratch("standby"), "--tenant", "warm")
        lab.cli("parameter", "set", "--tenant", "warm", "standby_poll_interval", "100ms")
        lab.cli("standby", "recover", "--tenant", "warm", "--unlimited")
        get = ["tenant", "get", "--directory", f"{b.base}/standby", "--key", "!warm"]
        for run in range(1, b.runs + 1):
            put(b.db, "!warm", f"value-{run}")
            written, begin = time.time_ns(), time.monotonic()
            lab.wait_checkpoint("bench", written)
            steps.append(time.monotonic() - begin + STEP_AND)
            wait_until(lambda: f"value-{run}" in lab.run(*get).stdout, 60, "the key at the standby")
            read.append(time.monotonic() - begin)
    return [compare("a key at the warm standby", "archive step + 2 s", "s", read, steps)]
