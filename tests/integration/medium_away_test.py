"""A backup that was killed goes on when its medium is back: until then it says what it waits for, and can be cancelled."""
# ctest: timeout=300
# case: goes-on
# case: cancelled
import os
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time
from observation_test import Away


def killed_and_away(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "64"])
    ledger.start("--rate", "500", "--seconds", "240")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 0.3)
    lab.stop_agent()
    lab.start_agent(env={"SEABED_TEST_KILL_AT": "backup/BACKUP_DATA_MINOR"})
    lab.wait_archive("t")
    lab.run("backup", "start", "--tenant", "t")
    wait_until(lambda: lab.agent.poll() is not None, 60, "the agent dead in the middle of a backup")
    medium = Away(case)
    medium.take()
    lab.start_agent(env={"SEABED_TEST_RETRY_MS": "20"})
    waiting = wait_until(lambda: [j for j in jobs(lab) if "waits for the medium" in j["comment"]], 60, "what it waits for")
    case.equal(waiting[0]["status"], "DOING", f"{waiting}")
    return lab, medium


def jobs(lab):
    return lab.cli("backup", "status", "--tenant", "t")


def goes_on(case):
    lab, medium = killed_and_away(case)
    medium.bring_back()
    done = wait_until(lambda: [j for j in jobs(lab) if j["status"] == "COMPLETED"], 120, "the backup's end")
    case.equal(done[0]["comment"], "", f"{done}")


def cancelled(case):
    lab, medium = killed_and_away(case)
    lab.cli("backup", "cancel", "--tenant", "t")
    wait_until(lambda: [j for j in jobs(lab) if j["status"] == "CANCELED"], 120, "the cancelled backup")
    medium.bring_back()
    lab.wait_archive("t")
    lab.backup("t")


if __name__ == "__main__":
    sys.exit(run_cases({"goes-on": goes_on, "cancelled": cancelled}))
