"""A vendor's way: docs/driver-guide.md's commands as they stand, outside the tree; then Seabed on the driver that they built.

Usage: vendor_test.py [case …]
"""
# ctest: timeout=900
# case: guide_and_main_job
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree

import media
from case import Skip, run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import bounds

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def run_guide(case):
    """The sh blocks of the guide's first section, in one shell, in an empty directory."""
    with open(os.path.join(TOP, "docs", "driver-guide.md"), encoding="utf-8") as guide:
        section = guide.read().split("\n## 1.")[1].split("\n## 2.")[0]
    commands = "".join(re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    case.contains(commands, "seabed-driver-check --driver", "commands of the guide")
    folder = os.path.join(case.base, "vendor")
    os.mkdir(folder, 0o700)
    run = subprocess.run(["bash", "-euc", commands], cwd=folder, capture_output=True, text=True, timeout=600,
                         env=dict(os.environ, SEABED_BUILD=case.build))
    case.equal(run.returncode, 0, f"the guide's commands:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    suite = xml.etree.ElementTree.parse(folder + "/acme.xml").getroot().find("testsuite")
    case.equal(suite.get("failures"), "0", "failures in the vendor's report")
    case.true(int(suite.get("tests")) - int(suite.get("skipped")) > 45, "the checker ran few tests")
    return folder


def with_drivers(case, drivers):
    """A build as an Installation sees it, whose driver directory holds the vendor's driver and no other."""
    build = os.path.join(case.base, "installed")
    os.mkdir(build, 0o755)
    os.symlink(os.path.join(case.build, "bin"), os.path.join(build, "bin"))
    shutil.copytree(drivers, os.path.join(build, "drivers"))
    os.chmod(os.path.join(build, "drivers"), 0o755)
    return build


def main_job(case, build):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "500", "--seconds", "300")
    case.at_end(ledger.kill)
    acme = media.Medium(f"acme://{case.base}/medium", {"token": "any text"})
    with Installation(build, case.base, [Tenant("shop", ledger.db)], medium=acme) as lab:
        case.contains(str(lab.cli("driver", "list")), "acme", "driver list")
        lab.start_linker("shop")
        lab.start_agent()
        lab.protect("shop")
        for incremental in (False, True):
            lab.wait_checkpoint("shop", time.time_ns())
            lab.backup("shop", incremental=incremental)
        moment = time.time_ns() // 1000 * 1000
        lab.wait_checkpoint("shop", moment)
        ledger.kill()
        shutil.rmtree(ledger.db)
        lab.stop()
        directory = os.path.join(case.base, "restored")
        outcome = lab.restore("shop", directory, "--until-scn", moment)
    status, verdict = ledger.check(os.path.join(directory, os.path.basename(ledger.db)),
                                   *bounds(outcome["streams"][0], moment))
    case.equal(status, 0, f"the restored database against the writer's own log: {verdict}")
    case.true(not os.path.exists(case.base + "/media"), "something went to a directory instead of acme://")


def guide_and_main_job(case):
    if not os.path.exists(os.path.join(case.build, "bin", "seabed-driver-check")):
        raise Skip("seabed-driver-check is not built")
    folder = run_guide(case)
    main_job(case, with_drivers(case, os.path.join(folder, "acme-build", "drivers")))


if __name__ == "__main__":
    raise SystemExit(run_cases({"guide_and_main_job": guide_and_main_job}))
