"""The agent is killed with kill -9 right after each state that it persists; the next one goes on, and nothing is lost."""
# ctest: timeout=300
# case: archive
# case: backup
# case: complement
import os
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time

# The states that the executors name (EngineContext::at_state); SEABED_TEST_KILL_AT makes the agent kill itself there.
BACKUP_STATES = ["backup/INIT", "backup/DOING", "backup/BACKUP_SYS_META", "backup/BACKUP_USER_META",
                 "backup/BACKUP_META_FINISH", "backup/BACKUP_DATA_MINOR", "backup/BACKUP_DATA_MAJOR",
                 "backup/COMPLETED"]


def start_to_die(lab, state):
    lab.stop_agent()
    lab.start_agent(env={"SEABED_TEST_KILL_AT": state}, wait=False)
    wait_until(lambda: lab.agent.poll() is not None or lab.agent_answers(), 60, "the agent")


def died(case, lab, state, seconds=60):
    wait_until(lambda: lab.agent.poll() is not None, seconds, f"the agent's death at {state}")
    case.equal(lab.agent.returncode, -9, f"the agent at {state}")
    lab.agent = None


def ledger_and_lab(case, name, medium=None):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "256"])
    ledger.start("--rate", "1000", "--seconds", "280")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"lease_ms": 1000}, medium=medium)
    case.at_end(lab.stop)
    lab.start_linker("t")
    return ledger, lab


def try_verb(lab, *args):
    """A verb whose answer the dying agent may never give."""
    lab.run(*args, timeout=60)


def archive(case):
    ledger, lab = ledger_and_lab(case, "archive")
    lab.start_agent()
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    lab.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "0")
    lab.cli("backup", "set-dest", "--tenant", "t", "--location", lab.data_uri("t"))
    steps = {"archive/PREPARE": "start", "archive/BEGINNING": None, "archive/DOING": None,
             "archive/SUSPENDING": "defer", "archive/SUSPEND": None}
    for state, verb in steps.items():
        start_to_die(lab, state)
        if verb:
            try_verb(lab, "archive", verb, "--tenant", "t")
        died(case, lab, state)
    lab.start_agent()
    lab.wait_archive("t", "SUSPEND")
    lab.cli("archive", "enable", "--tenant", "t")
    lab.wait_archive("t")
    lab.backup("t")
    for _ in range(3):  # and in the middle of nothing in particular
        pass_time(lab, "t", 0.7)
        lab.kill_agent()
        lab.start_agent()
        lab.wait_archive("t")
    pass_time(lab, "t", 1)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")
    for state, verb in {"archive/STOPPING": "stop", "archive/STOP": None}.items():
        start_to_die(lab, state)
        if verb:
            try_verb(lab, "archive", verb, "--tenant", "t")
        died(case, lab, state)
    lab.start_agent()
    lab.wait_archive("t", "STOP")
    compare(case, lab, ledger, "t", "after-stop")


def backup(case):
    ledger, lab = ledger_and_lab(case, "backup")
    lab.start_agent()
    lab.protect("t")
    for state in BACKUP_STATES:
        start_to_die(lab, state)
        try_verb(lab, "backup", "start", "--tenant", "t", "--wait")
        died(case, lab, state)
        lab.start_agent()
        lab.wait_archive("t")
        done = wait_until(lambda: finished_sets(lab), 60, f"the set that was interrupted at {state}")
        case.equal(done[-1]["status"], "SUCCESS", f"set after a kill at {state}: {done[-1]}")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")


def complement(case):
    """PLUS ARCHIVELOG: killed where the log is chosen and copied; then the set alone gives its own end, and only that."""
    ledger, lab = ledger_and_lab(case, "complement")
    lab.start_agent()
    lab.protect("t")
    for state in ["backup/BEFORE_BACKUP_LOG", "backup/BACKUP_LOG", "backup/COMPLETED"]:
        start_to_die(lab, state)
        try_verb(lab, "backup", "start", "--tenant", "t", "--plus-archivelog", "--wait")
        died(case, lab, state)
        lab.start_agent()
        lab.wait_archive("t")
        done = wait_until(lambda: finished_sets(lab), 60, f"the set that was interrupted at {state}")
        case.equal(done[-1]["status"], "SUCCESS", f"set after a kill at {state}: {done[-1]}")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.stop_agent()
    lab.sources = lambda tenant: ["--from", lab.data_uri(tenant)]  # the archive is not given any more
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")
    compare(case, lab, ledger, "t", "alone")
    refused = lab.run("restore", *lab.sources("t"), "--directory", f"{case.base}/refused", "--until-scn",
                      str(done[-1]["min_restore_scn"] + 1_000_000_000))
    case.equal(refused.returncode != 0 and "its own minimum restore point alone" in refused.stderr, True,
               f"a later target: {refused.returncode} {refused.stderr}")


def finished_sets(lab):
    """The sets when no job runs, else nothing."""
    sets = lab.cli("backup", "list", "--tenant", "t")
    return sets if sets and all(s["status"] != "DOING" for s in sets) else None


if __name__ == "__main__":
    sys.exit(run_cases({"archive": archive, "backup": backup, "complement": complement}))
