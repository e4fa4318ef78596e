"""The main job on any medium: attach, archive, full, incremental, restore; restores are compared with the writer's log."""
import time

from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import compare, pass_time


def main_job(case, medium, env=None, trouble=lambda: None):
    """(installation, ledger). `trouble` is called before the incremental backup and before the writer's last second."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "256"]).start("--rate", "800", "--seconds",
                                                                                             "240")
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=medium, env=env)
    case.at_end(lab.stop)
    case.at_end(ledger.kill)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 0.5)
    full = lab.backup("t")
    pass_time(lab, "t", 0.5)
    middle = time.time_ns()
    trouble()
    pass_time(lab, "t", 0.5)
    incremental = lab.backup("t", incremental=True)
    case.true(incremental["backup_set_id"] > full["backup_set_id"], "set ids rise")
    trouble()
    pass_time(lab, "t", 1)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "full", "--until-scn", full["min_restore_scn"])
    compare(case, lab, ledger, "t", "middle", "--until-scn", middle)
    compare(case, lab, ledger, "t", "latest")
    return lab, ledger


def restore_from(case, ledger, medium, name, env=None):
    """The same tree at another place, or through another driver: restored by an installation that knows nothing."""
    lab = Installation(case.build, f"{case.base}/lab-{name}", [], cluster="elsewhere", cluster_id=9, medium=medium, env=env)
    compare(case, lab, ledger, "t", name)
