"""Changes that the log does not hold: the round goes on, targets in the hole are refused, an incremental bridges it."""
# ctest: timeout=300
# case: ingest
# case: disable-wal
# case: no-data-destination
# case: no-base
# case: lost-log
import os
import sys
import time

from case import run_cases
from installation import CliError, Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time


def begin(case, flags):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256", *flags])
    ledger.start("--rate", "300", "--seconds", "200")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"bridge_min_interval_ms": 500})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    return ledger, lab


def window(lab):
    return lab.cli("window", *lab.sources("t"))


def refused_inside(case, lab, target):
    try:
        lab.restore("t", f"{case.base}/never", "--until-scn", target)
    except CliError as error:
        return error
    raise AssertionError(f"a target inside a hole was not refused: {target}")


def bridged(case, flags):
    ledger, lab = begin(case, flags)
    lab.protect("t")
    lab.backup("t")
    hole = wait_until(lambda: (w := window(lab))["holes"] and w["holes"][0], 60, "a hole in the window")
    case.true(hole["reason"], "the hole has no reason")
    case.equal(lab.archive_status("t")["status"], "DOING", "the round goes on over a hole")
    # An incremental of its own accord makes what comes after it restorable again.
    reached = wait_until(lambda: next((r for r in window(lab)["ranges"] if r["from"] > hole["from"]), None), 90,
                         "a range behind the hole")
    sets = lab.cli("backup", "list", "--tenant", "t")
    case.true(len(sets) > 1, f"no automatic incremental: {sets}")
    error = refused_inside(case, lab, (hole["from"] + reached["from"]) // 2)
    case.contains(error.stderr, "hole", "the refusal says why")
    ledger.kill()
    pass_target(case, lab, ledger, reached)
    settled(case, lab)


def settled(case, lab):
    """With nothing new outside the log, the holes close and no further incremental is asked for."""
    wait_until(lambda: not lab.archive_status("t")["open_holes"], 120, "every hole to be closed")
    wait_until(lambda: all(j["status"] == "COMPLETED" for j in lab.cli("backup", "status", "--tenant", "t")), 60,
               "the running bridge to end")
    case.equal(lab.archive_status("t")["open_holes"], [], "the holes stay closed")


def pass_target(case, lab, ledger, reached):
    """Every range of the window keeps its promise, at its ends and in the middle."""
    ranges = window(lab)["ranges"]
    case.true(reached["from"] in [r["from"] for r in ranges], "the range is still there")
    for index, part in enumerate(ranges[-4:]):
        for name, target in (("from", part["from"]), ("to", part["to"]), ("mid", (part["from"] + part["to"]) // 2)):
            compare(case, lab, ledger, "t", f"{index}-{name}", "--until-scn", target)


def nothing_to_bridge_from(case, destination, word):
    """The hole stays, and the comment says what it would take to bridge it."""
    _, lab = begin(case, ["--ingest-every", "300"])
    if destination:
        lab.cli("backup", "set-dest", "--tenant", "t", "--location", lab.data_uri("t"))
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    lab.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "0")
    lab.cli("archive", "start", "--tenant", "t")
    lab.wait_archive("t")
    comment = wait_until(lambda: (c := lab.archive_status("t")["comment"]) and "WARNING" in c and c, 60,
                         "a word about the hole that nothing bridges")
    case.contains(comment, word, "why nothing bridges it")
    case.contains(comment, "seabed backup start", "what to do")
    case.equal(lab.archive_status("t")["status"], "DOING", "the round goes on")


def lost_log(case):
    """WALs vanish while neither agent nor linker runs: INTERRUPTED, what was before stays restorable, a new round goes on."""
    ledger, lab = begin(case, [])
    lab.protect("t")
    lab.backup("t")
    pass_time(lab, "t", 1)
    before = lab.archive_status("t")["checkpoint_scn"]
    lab.stop()
    lives = set(name for name in os.listdir(ledger.db) if name.endswith(".log"))
    wait_until(lambda: not lives & set(os.listdir(ledger.db)), 120, "the WALs of before to be gone")
    for folder, _, names in os.walk(case.base):  # the links that the linker left are lost too
        for name in names:
            if "pin" in folder and name.endswith(".log"):
                os.remove(os.path.join(folder, name))
    lab.start_agent()
    status = lab.wait_archive("t", "INTERRUPTED")
    case.true(status["comment"], "the reason of the interruption")
    ranges = window(lab)["ranges"]
    case.true(ranges and ranges[-1]["to"] >= before, f"what was archived stays restorable: {ranges}")
    error = lab.refused("backup", "start", "--tenant", "t", "--wait")
    case.contains(error.stderr, "9040", "a backup needs a round that is DOING")
    lab.cli("archive", "stop", "--tenant", "t")
    lab.wait_archive("t", "STOP")
    lab.cli("archive", "start", "--tenant", "t")
    lab.wait_archive("t")
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 1)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "new-round")
    compare(case, lab, ledger, "t", "old-round", "--until-scn", before)
    seen = window(lab)
    case.true(len(seen["ranges"]) >= 2, "two ranges, split by the gap")
    gap = seen["gaps"][0]
    case.contains(status["comment"], gap["reason"], "why, from the media alone")
    case.contains(gap["reason"], "log", "the reason")
    case.true(any(r["to"] == gap["from"] for r in seen["ranges"]), "it begins where what is restorable ends")
    case.true(any(r["from"] == gap["to"] for r in seen["ranges"]), "and ends where the next base begins")
    refused = refused_inside(case, lab, (gap["from"] + gap["to"]) // 2)
    case.contains(refused.stderr, gap["reason"], "a target inside is refused with the reason")


if __name__ == "__main__":
    sys.exit(run_cases({"ingest": lambda case: bridged(case, ["--ingest-every", "1500"]),
                        "disable-wal": lambda case: bridged(case, ["--disable-wal-every", "1500"]),
                        "no-data-destination": lambda case: nothing_to_bridge_from(case, False, "no data destination"),
                        "no-base": lambda case: nothing_to_bridge_from(case, True, "no base yet"), "lost-log": lost_log}))
