"""Attach, archive, back up and restore a ledger of each flavour; every restore is compared with the writer's own log."""
# ctest: timeout=300
# case: plain
# case: many-families
# case: two-phase
# case: two-phase-manual-flush
# case: write-prepared
# case: blob
# case: wal-compression
# case: delete-range
# case: merge-small-memtables
# case: manual-wal-flush
# case: family-churn
# case: custom-comparator
# case: stamp
# case: kill-and-reopen
import random
import sys
import time

from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import compare, pass_time

FLAVOURS = {
    "plain": "--cfs 1",
    "many-families": "--cfs 40 --memtable-kb 128",
    "two-phase": "--txn --cfs 3 --memtable-kb 256",
    "two-phase-manual-flush": "--txn --cfs 3 --two-write-queues --manual-wal-flush --flush-wal-ms 20 --merge",
    "write-prepared": "--txn --write-prepared --cfs 3",
    "blob": "--blob --cfs 3 --value-size 2000 --memtable-kb 512",
    "wal-compression": "--wal-compression --cfs 3 --memtable-kb 512",
    "delete-range": "--delete-range --cfs 3 --memtable-kb 128",
    "merge-small-memtables": "--merge --cfs 2 --memtable-kb 64",
    "manual-wal-flush": "--manual-wal-flush --flush-wal-ms 50 --cfs 2",
    "family-churn": "--cf-churn 200 --cfs 2 --memtable-kb 256",
    "custom-comparator": "--comparator custom --cfs 4 --delete-range --merge",
    "stamp": "--stamp --cfs 2",
    "kill-and-reopen": "--cfs 3 --memtable-kb 256",
}


def ledger_case(case, flavour):
    flags = FLAVOURS[flavour].split()
    ledger = Ledger(case.build, case.base, flags=flags).start("--rate", "1500", "--seconds", "240")
    slack = "64" if "--cf-churn" in flags else "0"
    with Installation(case.build, case.base, [Tenant("t", ledger.db)]) as lab:
        case.at_end(ledger.kill)
        lab.start_linker("t")
        lab.start_agent()
        lab.protect("t")
        pass_time(lab, "t", 0.5)
        full = lab.backup("t")
        pass_time(lab, "t", 1)
        if flavour == "kill-and-reopen":
            ledger.kill()
            ledger.start("--rate", "1500", "--seconds", "240")
            pass_time(lab, "t", 1)
        middle = time.time_ns()
        pass_time(lab, "t", 1)
        incremental = lab.backup("t", incremental=True)
        case.true(incremental["backup_set_id"] > full["backup_set_id"], "set ids rise")
        pass_time(lab, "t", 0.5)
        ledger.kill()
        end = time.time_ns()
        lab.wait_checkpoint("t", end)
        window = lab.cli("window", *lab.sources("t"))
        case.true(window["ranges"], "the window is empty")
        compare(case, lab, ledger, "t", "full", "--until-scn", full["min_restore_scn"], slack=slack)
        compare(case, lab, ledger, "t", "middle", "--until-scn", middle, slack=slack)
        rng = random.Random(flavour)
        chosen = rng.randrange(incremental["min_restore_scn"], window["ranges"][-1]["to"])
        compare(case, lab, ledger, "t", "random", "--until-scn", chosen, slack=slack)
        latest = compare(case, lab, ledger, "t", "latest", slack=slack)
        case.true(latest["next_before_ns"] == 0 or latest["next_before_ns"] > middle, f"latest is old: {latest}")


if __name__ == "__main__":
    sys.exit(run_cases({name: lambda case, name=name: ledger_case(case, name) for name in FLAVOURS}))
