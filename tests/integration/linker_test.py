"""The linker keeps the log whole while the agent is dead: kill -9, an upgrade, a WAL every second; and the disk is not filled."""
# ctest: timeout=300
# case: agent-killed
# case: upgrade
# case: bounded
import os
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time


def wals(db):
    return {name for name in os.listdir(db) if name.endswith(".log")}


def rotating(case, limits=None):
    """A writer that begins a new WAL about every second and deletes the old ones."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "1", "--memtable-kb", "512", "--value-size", "400"])
    ledger.start("--rate", "1500", "--seconds", "280")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits=dict({"lease_ms": 1000}, **(limits or {})))
    case.at_end(lab.stop)
    return ledger, lab


def let_the_log_rotate(ledger, times):
    for _ in range(times):
        before = wals(ledger.db)
        wait_until(lambda: not before & wals(ledger.db), 60, "all WALs of before to be gone")


def away(case, leave, restart):
    ledger, lab = rotating(case)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    for _ in range(3):
        pass_time(lab, "t", 0.5)
        leave(lab)
        let_the_log_rotate(ledger, 2)
        restart(lab)
        lab.wait_archive("t")
        lab.wait_checkpoint("t", time.time_ns())
    moment = time.time_ns()
    lab.wait_checkpoint("t", moment)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "moment", "--until-scn", moment)
    compare(case, lab, ledger, "t", "latest")


def bounded(case):
    ledger, lab = rotating(case, {"pinned_bytes": 8 << 20})
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.kill_agent()
    pins = [os.path.join(folder, name) for folder, _, names in os.walk(case.base) for name in names
            if ".log" in name and "pin" in folder]
    case.true(pins, "nothing is linked")
    folder = os.path.dirname(pins[0])
    let_the_log_rotate(ledger, 25)
    linked = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".log"))
    case.true(linked <= 12 << 20, f"{linked} bytes are linked with a limit of 8 MiB")
    given_up = "links were given up, and the log will have a gap"

    def told():
        with open(f"{lab.base}/linker.log", encoding="utf-8") as log:
            return log.read().count(given_up)
    wait_until(told, 30, "the linker's log to say it")
    case.equal(told(), 1, "once")
    case.contains(lab.run("doctor", "--output", "json").stdout, given_up, "doctor")
    lab.start_agent()
    status = lab.wait_archive("t", "INTERRUPTED")
    case.true(status["comment"], "the interruption has no reason")


if __name__ == "__main__":
    sys.exit(run_cases({
        "agent-killed": lambda case: away(case, lambda lab: lab.kill_agent(), lambda lab: lab.start_agent()),
        "upgrade": lambda case: away(case, lambda lab: lab.stop_agent(), lambda lab: lab.start_agent()),
        "bounded": bounded}))
