"""A standby on another installation archives its log and is backed up to media of its own; then the primary and its media
go, and the standby's media alone restore to a moment chosen before. Judged by the writer's own log."""
# ctest: timeout=300
# case: story
# case: life
import os
import shutil
import signal
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time
from standby_lab import standby, stream_of, wait_synced


def primary_and_standby(case, flags=("--cfs", "3", "--memtable-kb", "128")):
    """A primary that is archived and backed up, and a standby of it that follows, each with an agent and media of its own."""
    os.makedirs(f"{case.base}/a")
    ledger = Ledger(case.build, f"{case.base}/a", flags=flags).start("--rate", "600", "--seconds", "200")
    case.at_end(ledger.kill)
    first = Installation(case.build, f"{case.base}/a", [Tenant("t", ledger.db)], limits={"lease_ms": 1000})
    case.at_end(first.stop)
    first.start_agent()
    first.protect("t")
    first.backup("t")
    second = Installation(case.build, f"{case.base}/b", [], cluster="second", cluster_id=2, limits={"lease_ms": 1000})
    case.at_end(second.stop)
    second.start_agent()
    second.cli("restore", *first.sources("t"), "--directory", f"{second.base}/t2", "--tenant", "t2")
    second.cli("parameter", "set", "--tenant", "t2", "standby_poll_interval", "100ms")
    second.cli("standby", "recover", "--tenant", "t2", "--unlimited")
    second.protect("t2")
    return ledger, first, second


def followed(first, second, seconds):
    """The primary's log goes on, and the standby's archive has it; the primary's checkpoint."""
    pass_time(first, "t", seconds)
    scn = first.archive_status("t")["checkpoint_scn"]
    second.wait_checkpoint("t2", scn)
    return scn


def story(case):
    ledger, first, second = primary_and_standby(case)
    full = second.backup("t2")
    case.equal(full["status"], "COMPLETED", f"a full backup of the standby: {full}")
    middle = followed(first, second, 0.5) - 100_000_000
    # Killed inside a step of the following: the round, the following and the next backup go on after it.
    second.stop_agent()
    second.start_agent(env={"SEABED_TEST_KILL_AT": "standby/DICTIONARY"}, wait=False)
    wait_until(lambda: second.agent.poll() is not None, 60, "the agent's death")
    case.equal(second.agent.returncode, -signal.SIGKILL, "killed before the step counts")
    second.agent = None
    second.start_agent()
    second.wait_archive("t2")
    followed(first, second, 0.3)
    inc = second.backup("t2", incremental=True)
    case.equal((inc["status"], inc["backup_type"]), ("COMPLETED", "I"), f"an incremental one: {inc}")
    last = followed(first, second, 0.4) - 50_000_000

    shown = second.run("sql", "-e", "SELECT STATUS, CHECKPOINT_SCN FROM CDB_OB_ARCHIVELOG").stdout
    case.true("DOING" in shown, f"the view of its round: {shown}")
    sets = second.run("sql", "-e", "SELECT BACKUP_SET_ID, STATUS FROM CDB_OB_BACKUP_SET_FILES").stdout
    case.equal(sets.count("SUCCESS"), 2, f"the view of its sets: {sets}")
    window = second.cli("window", *second.sources("t2"))["ranges"]
    case.true(len(window) == 1 and window[0]["from"] <= middle and last <= window[0]["to"], f"its window: {window}")
    report = second.run("verify", *second.sources("t2"))
    case.equal(report.returncode, 0, f"verify: {report.stdout} {report.stderr}")

    # The same moment from the primary's media, as long as there are any: the same prefix, group for group.
    outcome = first.restore("t", f"{case.base}/of-primary", "--until-scn", middle, activate=False)
    theirs = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    ledger.kill()
    first.stop()
    second.stop()
    shutil.rmtree(first.archive_uri("t")[7:])
    shutil.rmtree(first.data_uri("t")[7:])
    shutil.rmtree(ledger.db)
    shutil.rmtree(f"{second.base}/t2")

    compare(case, second, ledger, "t2", "middle", "--until-scn", middle)
    ours = stream_of(f"{case.base}/restored-middle")
    case.equal([ours[k] for k in ("scn_lo", "scn_hi", "next_scn_lo")], [theirs[k] for k in ("scn_lo", "scn_hi", "next_scn_lo")],
               "the cut is that of the primary's archive")
    compare(case, second, ledger, "t2", "last", "--until-scn", last)
    compare(case, second, ledger, "t2", "full", "--until-scn", full["min_restore_scn"])


def life(case):
    """DEFER, ENABLE, STOP, what is refused, and activation, which ends the round."""
    _, first, second = primary_and_standby(case)
    second.cli("archive", "defer", "--tenant", "t2")
    second.wait_archive("t2", "SUSPEND")
    point = followed_only(first, second)
    second.cli("archive", "enable", "--tenant", "t2")
    second.wait_archive("t2")
    second.wait_checkpoint("t2", point)
    second.cli("standby", "recover", "--tenant", "t2", "--cancel")
    stands = standby(second, "t2")["sync_scn"]
    second.wait_checkpoint("t2", stands - 1_000_000_000)
    case.true(second.archive_status("t2")["checkpoint_scn"] <= stands, "never beyond what the standby can read")
    done = second.cli("backup", "start", "--tenant", "t2", "--wait", "--plus-archivelog")
    case.true(done["status"] == "COMPLETED" and done["min_restore_scn"] <= stands, f"with its log: {done}")
    second.cli("archive", "stop", "--tenant", "t2")
    second.wait_archive("t2", "STOP")
    refused = second.refused("backup", "start", "--tenant", "t2")
    case.true("9040" in str(refused), f"no backup without a round: {refused}")
    second.cli("archive", "start", "--tenant", "t2")
    second.wait_archive("t2")
    quick = f"{case.base}/q"
    second.cli("restore", *first.sources("t"), "--directory", quick, "--tenant", "q", "--method", "quick")
    refused = second.refused("archive", "start", "--tenant", "q")
    case.true("quick restore" in str(refused), f"a quick tenant: {refused}")

    second.stop_agent()  # killed between the round's end and the new life
    second.start_agent(env={"SEABED_TEST_KILL_AT": "activate/ROUND_ENDED"})
    second.wait_archive("t2")
    second.run("tenant", "activate", "--tenant", "t2", timeout=120)
    wait_until(lambda: second.agent.poll() is not None, 60, "the agent's death")
    case.equal(second.agent.returncode, -signal.SIGKILL, "killed behind the round's end")
    second.agent = None
    second.start_agent()
    case.equal(second.archive_status("t2")["status"], "STOP", "the round has ended")
    second.cli("tenant", "activate", "--tenant", "t2")
    shown = second.cli("tenant", "show", "--tenant", "t2")
    case.true(all(d["kind"] != "archive" or not d.get("current", False) for d in shown["destinations"]),
              f"a new archive destination is needed: {shown['destinations']}")
    left = [n for n in os.listdir(f"{second.base}/t2") if n.startswith("seabed_dictionary")]
    case.equal(left, [], "what only a standby keeps is gone")


def followed_only(first, second):
    pass_time(first, "t", 0.4)
    point = first.archive_status("t")["checkpoint_scn"]
    wait_synced(second, "t2", point)
    return point


if __name__ == "__main__":
    sys.exit(run_cases({"story": story, "life": life}))
