"""Encrypted and compressed backups of a live database: no row on the media, restored elsewhere with the key backup across
a rotation, refused with another password before any byte, and damage is told."""
# ctest: timeout=300
# case: tenant-keys
# case: passwords
# case: lone-set
# case: lost-catalog
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import bounds, pass_time

ROW = re.compile(rb"a/\d{6}|r/\d{8}|!commit/\d\d")  # keys of the ledger's rows (tests/oracle/ledger_names.cc)
PASSWORD = "a long password of the keys"


def rows_on(*trees):
    """Files below the directories that hold a row's key in clear."""
    found = []
    for tree in trees:
        for path in glob.glob(f"{tree}/**/*", recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if ROW.search(file.read()):
                        found.append(path)
    return found


def secret_file(case, name, text):
    path = f"{case.base}/{name}"
    with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
        out.write(text + "\n")
    return path


def begin(case, parameters):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "64"])
    ledger.start("--rate", "800", "--seconds", "250")
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    case.at_end(ledger.kill)
    lab.start_linker("t")
    lab.start_agent()
    for name, value in parameters.items():
        lab.cli("parameter", "set", "--tenant", "t", name, value)
    lab.protect("t")
    return ledger, lab


def check(case, ledger, directory, what, promised):
    """promised: how far the media go at least (ledger_story.bounds)."""
    with open(f"{directory}/seabed_tenant.json", encoding="utf-8") as file:
        stream = json.load(file)["streams"][0]
    status, verdict = ledger.check(f"{directory}/ledger.db", *bounds(stream, promised, latest=True))
    case.equal(status, 0, f"{what}: {verdict}, {promised}, {stream}")


def error_of(refused):
    return json.loads(refused.stderr)["error"]


def flipped(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def findings(elsewhere, lab, *more):
    run = elsewhere.run("verify", *lab.sources("t"), "--output", "json", *more)
    return run.returncode, json.loads(run.stdout)["findings"] if run.stdout else run.stderr


def tenant_keys(case):
    ledger, lab = begin(case, {"tde_method": "internal", "backup_compression": "zstd"})
    media, keys = f"{case.base}/media/t", f"{case.base}/keys"
    lab.backup("t")
    pass_time(lab, "t", 0.5)
    lab.backup("t", incremental=True)
    case.equal(lab.cli("key", "rotate", "--tenant", "t")["key_id"], 2, "the rotation")
    pass_time(lab, "t", 1)
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 0.5)
    ledger.kill()
    promised = time.time_ns()
    lab.wait_checkpoint("t", promised)

    password, wrong = secret_file(case, "pwd", PASSWORD), secret_file(case, "wrong", "another one")
    backup = ["key", "backup", "--tenant", "t", "--password-file", password, "--to"]
    for shared in (lab.data_uri("t"), lab.archive_uri("t") + "/keys"):
        case.contains(str(lab.refused(*backup, shared)), "path of its own", "keys beside what they open")
    case.equal(lab.cli("key", "status", "--tenant", "t")["all_backed_up"], False, "before the key backup")
    lab.cli(*backup, f"file://{keys}")
    status = lab.cli("key", "status", "--tenant", "t")
    case.equal((len(status["keys"]), status["all_backed_up"]), (2, True), "after it")
    case.true(rows_on(ledger.db), "rows are found where they are in clear")
    case.equal(rows_on(media, keys), [], "rows on the media")

    lab.cli("restore", *lab.sources("t"), "--directory", f"{case.base}/at-home")
    lab.cli("tenant", "activate", "--directory", f"{case.base}/at-home")
    check(case, ledger, f"{case.base}/at-home", "on the source's own cluster", promised)
    lab.stop()
    case.true(PASSWORD not in lab.agent_log(), "no password in the log")

    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    restore = ["restore", *lab.sources("t"), "--directory", f"{case.base}/restored"]
    given = ["--key-from", f"file://{keys}", "--key-password-file"]
    cut = f"{case.base}/cut"
    shutil.copytree(keys, cut)
    for path in glob.glob(f"{cut}/*/*"):
        os.truncate(path, os.path.getsize(path) - 20)
    for what, more, ob_error in (("without keys", [], 9047), ("with another password", [*given, wrong], 9047),
                                 ("with a key backup that is cut", ["--key-from", f"file://{cut}", "--key-password-file", password], 0)):
        error = error_of(elsewhere.refused(*restore, *more))
        case.equal(error.get("ob_error", 0), ob_error, f"{what}: {error}")
        case.true(not os.path.exists(f"{case.base}/restored"), f"{what}: nothing was restored")
    code, notes = findings(elsewhere, lab)
    case.equal((code, any("is encrypted" in n["reason"] for n in notes)), (0, True), f"verify without a key: {notes}")
    code, notes = findings(elsewhere, lab, *given, password)
    case.equal((code, notes), (0, []), "verify with the key")

    elsewhere.cli(*restore, *given, password)
    elsewhere.cli("tenant", "activate", "--directory", f"{case.base}/restored")
    check(case, ledger, f"{case.base}/restored", "elsewhere, with the key backup", promised)
    read_quickly(case, ledger, lab, elsewhere, [*given, password], promised)

    blocks = sorted(glob.glob(f"{media}/data/backup_set_1_full/logstream_1001/**/macro_block_data.*", recursive=True), key=os.path.getsize)
    flipped(blocks[-1], os.path.getsize(blocks[-1]) // 2)
    code, notes = findings(elsewhere, lab, *given, password)
    case.equal(code, 5, f"a flipped bit of ciphertext: {notes}")


def read_quickly(case, ledger, lab, elsewhere, given, promised):
    directory, out = f"{case.base}/quick", f"{case.base}/copy"
    outcome = elsewhere.cli("restore", *lab.sources("t"), "--directory", directory, "--method", "quick", *given)
    run = subprocess.run([f"{case.build}/bin/quick_copy", directory, os.path.realpath(f"{case.build}/drivers"), out],
                         capture_output=True, text=True, timeout=120, check=False)
    case.equal(run.returncode, 0, f"open_quick of encrypted sets: {run.stderr}")
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    copies = [d for d in (f"{out}/ledger.db", out) if os.path.exists(f"{d}/CURRENT")]
    status, verdict = ledger.check(copies[0], *bounds(stream, promised, latest=True))
    case.equal(status, 0, f"read quickly: {verdict}")


def passwords(case):
    ledger, lab = begin(case, {})
    first, both = secret_file(case, "first", "one"), secret_file(case, "both", "one\ntwo")
    lab.cli("backup", "start", "--tenant", "t", "--wait", "--plus-archivelog", "--password-file", first)
    pass_time(lab, "t", 0.5)
    lab.cli("backup", "start", "--tenant", "t", "--wait", "--incremental", "--password-file", secret_file(case, "second", "two"))
    shown = lab.cli("sql", "-e", "SELECT BACKUP_SET_ID, ENCRYPTION_MODE, PASSWD FROM CDB_OB_BACKUP_SET_FILES ORDER BY 1")
    case.true("PASSWORD" in json.dumps(shown) and "one" not in json.dumps(shown).replace("NONE", ""), f"the view: {shown}")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    promised = time.time_ns()
    lab.wait_checkpoint("t", promised)
    lab.stop()
    data = f"{case.base}/media/t/data"
    for directory in ("sys", "minor", "major"):
        case.equal(rows_on(*glob.glob(f"{data}/backup_set_*/logstream_1001/{directory}_data_*")), [], f"rows in {directory}")
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    restore = ["restore", *lab.sources("t"), "--directory", f"{case.base}/restored"]
    for given in ([], ["--password-file", first]):
        error = error_of(elsewhere.refused(*restore, *given))
        case.equal(error.get("ob_error"), 9047, f"{given}: {error}")
        case.true(not os.path.exists(f"{case.base}/restored"), "nothing was restored")
    elsewhere.cli(*restore, "--password-file", both)
    elsewhere.cli("tenant", "activate", "--directory", f"{case.base}/restored")
    check(case, ledger, f"{case.base}/restored", "with the passwords of both sets", promised)


def lone_set(case):
    """PLUS ARCHIVELOG under a password, of a tenant that encrypts: the set and its password are all that a restore needs."""
    ledger, lab = begin(case, {"tde_method": "internal"})
    pass_time(lab, "t", 0.5)
    password = secret_file(case, "first", "one")
    made = lab.cli("backup", "start", "--tenant", "t", "--wait", "--plus-archivelog", "--password-file", password)
    ledger.kill()
    lab.stop()
    data = f"{case.base}/media/t/data"
    logs = glob.glob(f"{data}/backup_set_1_full/complement_log/**/log/*.obarc", recursive=True)
    case.true(logs, f"log in the set: {glob.glob(data + '/*')}")
    case.equal(rows_on(*map(os.path.dirname, logs)), [], "rows in clear in the set's log")
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    restore = ["restore", "--from", f"file://{data}", "--directory", f"{case.base}/restored"]
    for given in ([], ["--password-file", secret_file(case, "wrong", "two")]):
        case.equal(error_of(elsewhere.refused(*restore, *given)).get("ob_error"), 9047, f"{given}")
        case.equal(error_of(elsewhere.refused(*restore, "--preview", *given)).get("ob_error"), 9047, f"preview {given}")
    preview = elsewhere.cli(*restore, "--preview", "--password-file", password)
    case.equal(preview["preview"], True, "a preview with the password")
    elsewhere.cli(*restore, "--password-file", password)
    elsewhere.cli("tenant", "activate", "--directory", f"{case.base}/restored")
    check(case, ledger, f"{case.base}/restored", "from the set alone", made["min_restore_scn"])


def lost_catalog(case):
    """The catalog is lost and rebuilt: a new master key. The next key backup has that one only, and still a restore with the
    same address and password opens what the old one closed."""
    ledger, lab = begin(case, {"tde_method": "internal"})
    password, keys = secret_file(case, "pwd", PASSWORD), f"{case.base}/keys"
    backup = ["key", "backup", "--tenant", "t", "--password-file", password, "--to", f"file://{keys}"]
    lab.backup("t")
    pass_time(lab, "t", 0.5)
    lab.cli(*backup)
    moment = lab.archive_status("t")["checkpoint_scn"]
    lab.kill_agent()
    for path in glob.glob(f"{lab.base}/catalog.db*"):
        if not path.endswith(".key"):
            os.remove(path)
    lab.start_agent()
    lab.cli("tenant", "rebuild", *lab.sources("t"))
    lab.wait_archive("t")
    lab.cli("parameter", "set", "--tenant", "t", "tde_method", "internal")
    lab.backup("t")
    lab.cli(*backup)
    ledger.kill()
    lab.stop()
    case.equal(len(glob.glob(f"{keys}/*/*")), 2, "key backups at the address")
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    elsewhere.cli("restore", *lab.sources("t"), "--directory", f"{case.base}/restored", "--until-scn", str(moment),
                  "--key-from", f"file://{keys}", "--key-password-file", password)
    elsewhere.cli("tenant", "activate", "--directory", f"{case.base}/restored")
    check(case, ledger, f"{case.base}/restored", "a moment before the loss", moment)


if __name__ == "__main__":
    sys.exit(run_cases({"tenant-keys": tenant_keys, "passwords": passwords, "lone-set": lone_set, "lost-catalog": lost_catalog}))
