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
from damage import names_it
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
    early = lab.backup("t")["min_restore_scn"]
    lab.wait_checkpoint("t", start + 3 * 10**9)
    lab.backup("t", incremental=True)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    lab.stop()
    return lab, ledger, early


def files_of(root):
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            if not NOT_NEEDED.search(os.path.relpath(path, root)):
                yield path


class Judge:
    """Restores after a damage: to a moment that needs the first set and piece, and to the latest one."""

    def __init__(self, case, lab, ledger, early):
        self.case, self.lab, self.ledger = case, lab, ledger
        self.targets = {"early": ["--until-scn", early], "latest": []}

    def restore(self, target, name):
        """"refused"; "told" when a warning names the object (or its set or piece); "silent" when all seems well."""
        directory = f"{self.case.base}/out"
        remove(directory)
        try:
            outcome = self.lab.restore("t", directory, *self.targets[target])
        except CliError as error:
            self.case.true(error.status > 0 and error.stderr, f"{name}: a crash: {error}")
            return "refused"
        status, verdict = self.ledger.check(f"{directory}/ledger.db")
        self.case.equal(status, 0, f"a wrong restore after damage of {name}: {verdict}")
        folder = re.search(r"(backup_set_\d+_[a-z]+|piece_\w+?p\d+)", name)
        words = [os.path.basename(name)] + ([folder.group(0)] if folder else [])
        return "told" if any(word in warning for word in words for warning in outcome["warnings"]) else "silent"


def damage_each(case, damage):
    lab, ledger, early = good_tree(case)
    media = f"{case.base}/media/t"
    judge = Judge(case, lab, ledger, early)
    case.equal([f for f in lab.cli("verify", *lab.sources("t"))["findings"] if f["error"]], [], "the good tree")
    for target in judge.targets:
        case.equal(judge.restore(target, "nothing"), "silent", f"the good tree, {target}")
    unseen = []
    for path in sorted(files_of(media)):
        name = os.path.relpath(path, media)
        shutil.copy2(path, f"{case.base}/kept")
        if not damage(path):
            continue
        run = lab.run("verify", *lab.sources("t"), "--output", "json")
        if run.returncode <= 0 or not names_it(run, name):
            unseen.append(f"verify ({run.returncode}): {name}: {run.stdout[-500:]} {run.stderr[-500:]}")
        answers = [judge.restore(target, name) for target in judge.targets]
        # What a restore does not read it cannot find damaged; but a file that is gone it misses.
        if damage is missing and set(answers) == {"silent"}:
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
