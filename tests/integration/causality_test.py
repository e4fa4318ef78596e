"""A writer commits n to database A, then n to database B: no restore shows B's n without A's beyond the published bound."""
# ctest: timeout=300
# case: observed
# case: stamped
# case: manual-flush-stamped
import json
import os
import random
import signal
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until


def causal(case, *flags):
    a, b, log = (f"{case.base}/{name}" for name in ("a.db", "b.db", "causal.log"))
    args = ["--a", a, "--b", b, "--log", log]
    writer = subprocess.Popen([f"{case.build}/bin/causal_writer", *args, "--seconds", "200", *flags],
                              stdout=subprocess.DEVNULL)
    case.at_end(lambda: (writer.kill(), writer.wait()))
    wait_until(lambda: os.path.exists(a + "/CURRENT") and os.path.exists(b + "/CURRENT"), 30, "the causal writer")
    with Installation(case.build, case.base, [Tenant("t", {1001: a, 1002: b})]) as lab:
        lab.start_agent()
        lab.protect("t")
        first = lab.backup("t")["min_restore_scn"]
        lab.wait_checkpoint("t", first + 4 * 10**9)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        lab.wait_checkpoint("t", time.time_ns())
        last = lab.cli("window", *lab.sources("t"))["ranges"][-1]["to"]
        rng = random.Random(2)
        ahead, exact = [], 0
        for n in range(12):
            directory = f"{case.base}/restored-{n}"
            outcome = lab.restore("t", directory, "--until-scn", rng.randrange(first, last))
            run = subprocess.run([f"{case.build}/bin/causal_check", "--a", directory + "/a.db", "--b",
                                  directory + "/b.db", "--log", log], capture_output=True, text=True, timeout=120)
            verdict = json.loads(run.stdout)
            ahead.append(verdict["ahead_ns"])
            bound = outcome["bound_ns"]
            with open(directory + "/seabed_tenant.json") as told:
                error = max(s["clock_error_ns"] for s in json.load(told)["streams"])
            # One clock stamped both: its error, which is large where nobody synchronises it, must not hide a bad cut.
            tight = None if bound is None else max(0, bound - error)
            case.true(tight is None or verdict["ahead_ns"] <= tight, f"B is ahead of A beyond {tight} of {bound}: {verdict}")
            case.true(bound is not None or "--manual-wal-flush-a" in flags, f"a bound is published: {outcome}")
            if "--stamp" in flags and (bound is not None or "--manual-wal-flush-a" not in flags):
                # Unknown is honest only where a write may have died in the application's own WAL buffer.
                case.equal(bound, 0, "the bound with the application's stamps")
                case.equal(verdict["ahead_ns"], 0, f"with stamps the cut is exact: {verdict}")
                exact += 1
        case.true(exact or "--stamp" not in flags, "no cut was exact in spite of the stamps")
        print(f"B ahead of A by at most {max(ahead)} ns in {len(ahead)} restores")


if __name__ == "__main__":
    sys.exit(run_cases({"observed": causal,
                        "stamped": lambda case: causal(case, "--stamp"),
                        "manual-flush-stamped": lambda case: causal(case, "--stamp", "--manual-wal-flush-a")}))
