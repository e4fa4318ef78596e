"""Quick restore: what open_quick shows of a ledger is judged by the oracle's checker; media that fail give errors."""
# ctest: timeout=300
# case: file
# case: s3
# case: damaged-page
# case: refused
import glob
import json
import os
import subprocess
import sys

import media
from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import pass_time, told_bounds


def quick_copy(case, lab, directory, out):
    """What a program with open_quick reads, as a plain database in `out`."""
    keys = [f"{k}={v}" for k, v in lab.medium.defaults.items()]
    return subprocess.run([f"{case.build}/bin/quick_copy", directory, os.path.realpath(f"{case.build}/drivers"), out, *keys],
                          capture_output=True, text=True, timeout=120, env=lab.env)


def story(case, medium=None, more=()):
    """A ledger, its backup and archive, and a moment in the middle that lies behind the backup."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "4", "--memtable-kb", "128"])
    ledger.start("--rate", "1500", "--seconds", "240")
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=medium)
    case.at_end(lab.stop)
    case.at_end(ledger.kill)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 1)
    full = lab.backup("t")
    pass_time(lab, "t", 1)
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 0.5)
    ledger.kill()
    return ledger, lab, full


def against_oracle(case, medium=None):
    ledger, lab, full = story(case, medium)
    for name, until in (("full-set", ["--until-scn", full["min_restore_scn"]]), ("latest", [])):
        directory = f"{case.base}/quick-{name}"
        _, limits = told_bounds(lab, "t", lambda: lab.restore("t", directory, "--method", "quick", *until, activate=False),
                                *until)
        case.equal(glob.glob(f"{directory}/**/*.sst", recursive=True), [], "data files came to the local disk")
        state = json.load(open(f"{directory}/seabed_tenant.json", encoding="utf-8"))
        case.equal(state["restore_data_mode"], "REMOTE")
        run = quick_copy(case, lab, directory, f"{case.base}/copy-{name}")
        case.equal(run.returncode, 0, run.stderr)
        status, verdict = ledger.check(f"{case.base}/copy-{name}", *limits)
        case.equal(status, 0, f"{name}: {verdict}, {limits}")
        again = quick_copy(case, lab, directory, f"{case.base}/again-{name}")
        case.equal(again.returncode, 0, again.stderr)
        case.equal(json.loads(again.stdout)["rows"], json.loads(run.stdout)["rows"])
        case.equal(json.loads(again.stdout)["bytes"], 0, "the disk cache was not used after a restart")
    case.contains(lab.refused("tenant", "activate", "--directory", directory).stderr, "cannot be activated")
    full_standby(case, lab, ledger)
    return lab


def full_standby(case, lab, ledger):
    """The same program reads a full restore before it is activated, and asks the medium for nothing."""
    directory = f"{case.base}/standby"
    _, limits = told_bounds(lab, "t", lambda: lab.restore("t", directory, activate=False))
    run = quick_copy(case, lab, directory, f"{case.base}/copy-standby")
    case.equal(run.returncode, 0, run.stderr)
    status, verdict = ledger.check(f"{case.base}/copy-standby", *limits)
    case.equal(status, 0, f"a full standby: {verdict}, {limits}")
    case.equal(json.loads(run.stdout)["bytes"], 0, "its files are here")
    lab.cli("tenant", "activate", "--directory", directory)


def s3(case):
    medium = media.start("s3", case.base)
    case.at_end(medium.stop)
    against_oracle(case, medium)


def damaged_page(case):
    _, lab, _ = story(case)
    directory = f"{case.base}/quick"
    lab.restore("t", directory, "--method", "quick", activate=False)
    for path in glob.glob(f"{case.base}/media/t/data/**/macro_block_data.*", recursive=True):
        if "/major_data" not in path and "/minor_data" not in path:
            continue
        with open(path, "r+b") as data:
            content = bytearray(data.read())
            for at in range(4096, len(content), 32768):
                content[at] ^= 0x10
            data.seek(0)
            data.write(content)
    run = quick_copy(case, lab, directory, f"{case.base}/copy")
    case.true(run.returncode != 0, "flipped bits were served")
    case.contains(run.stderr, "checksum of the page does not hold")


def refused(case):
    _, lab, _ = story(case)
    directory = f"{case.base}/quick"
    error = lab.refused("restore", *lab.sources("t"), "--directory", directory, "--method", "swift")
    case.contains(error.stderr, "neither full nor quick")
    lab.restore("t", directory, "--method", "quick", activate=False)
    for name in glob.glob(f"{case.base}/media/t/data/**/macro_block_data.*", recursive=True):
        os.remove(name)
    run = quick_copy(case, lab, directory, f"{case.base}/copy")
    case.true(run.returncode != 0, "a set deleted under it was not noticed")
    os.rename(f"{case.base}/media/t/data", f"{case.base}/gone")
    run = quick_copy(case, lab, directory, f"{case.base}/copy2")
    case.true(run.returncode != 0 and "open_quick" in run.stderr, run.stderr)


if __name__ == "__main__":
    sys.exit(run_cases({"file": against_oracle, "s3": s3, "damaged-page": damaged_page, "refused": refused}))
