"""Every file of a good tree is taken away, cut and bit-flipped in turn: verify finds each, restore never succeeds silently."""
# ctest: timeout=600
# case: missing
# case: truncated
# case: flipped
import os
import random
import re
import shutil
import sys
import time

from case import run_cases
from installation import CliError, Installation, Tenant, remove
from ledger import Ledger

# Names that only display what other files prove, and Seabed's leases, which a reader does not need.
NOT_NEEDED = re.compile(r"(^|/)(leases/|check_file/|rounds/|pieces/|backup_sets/.*_start\.|"
                        r"(piece_[^/]*/piece_|backup_set_[^/]*/backup_set_)[^/]*$)")


def good_tree(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "64"])
    ledger.start("--rate", "1500", "--seconds", "120")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], env={"SEABED_TEST_MIN_PIECE_SECONDS": "1"})
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t", piece_switch="2s")
    start = lab.archive_status("t")["checkpoint_scn"]
    lab.wait_checkpoint("t", start + 10**9)
    lab.backup("t")
    lab.wait_checkpoint("t", start + 3 * 10**9)
    lab.backup("t", incremental=True)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    lab.stop()
    return lab


def files_of(root):
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            if not NOT_NEEDED.search(os.path.relpath(path, root)):
                yield path


def restore_notices(lab, directory, name):
    """True when a restore to the latest point fails, or succeeds with a warning that names the object."""
    remove(directory)
    try:
        outcome = lab.restore("t", directory, activate=False)
    except CliError as error:
        return error.status != 0 and bool(error.stderr)
    return any(os.path.basename(name) in warning for warning in outcome["warnings"])


def damage_each(case, damage):
    lab = good_tree(case)
    media = f"{case.base}/media/t"
    case.equal([f for f in lab.cli("verify", *lab.sources("t"))["findings"] if f["error"]], [], "the good tree")
    case.true(not restore_notices(lab, f"{case.base}/out", "none"), "the good tree restores without a warning")
    unseen = []
    for path in sorted(files_of(media)):
        name = os.path.relpath(path, media)
        shutil.copy2(path, f"{case.base}/kept")
        if not damage(path):
            continue
        run = lab.run("verify", *lab.sources("t"), "--output", "json")
        if run.returncode == 0:
            unseen.append(f"verify: {name}")
        if run.returncode < 0:
            unseen.append(f"verify crashed on {name}")
        if not restore_notices(lab, f"{case.base}/out", name):
            unseen.append(f"restore: {name}")
        shutil.copy2(f"{case.base}/kept", path)
    case.equal(unseen, [], "damage that nobody noticed")


def missing(path):
    os.remove(path)
    return True


def truncated(path):
    size = os.path.getsize(path)
    if size:
        os.truncate(path, size - 1 - random.Random(path).randrange(size))
    return size > 0


def flipped(path):
    size = os.path.getsize(path)
    if not size:
        return False
    with open(path, "r+b") as file:
        file.seek(random.Random(path).randrange(size))
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ (1 << random.Random(path + "bit").randrange(8))]))
    return True


if __name__ == "__main__":
    sys.exit(run_cases({d.__name__: lambda case, d=d: damage_each(case, d) for d in (missing, truncated, flipped)}))
