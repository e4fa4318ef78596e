"""Every verb of the help: its exit codes (docs/exit-codes.md), its JSON, and that a dry run touches nothing. A verb that
is not in the tables here fails the test."""
# ctest: timeout=240
# case: exit-codes
# case: json
# case: dry-run
import hashlib
import json
import os
import pty
import re
import subprocess
import sys
import threading
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time
from served_lab import can_mount

NOWHERE = "file:///nowhere/of/seabed"
NIX = ["--tenant", "nix"]
SHOP = ["--tenant", "shop"]
# Exit status and words, for a tenant "shop" that has no database, no destination and no agent.
EXIT_CODES = {
    "config check": [(2, "")],
    "config explain": [(0, "")],
    "config reload": [(3, "")],
    "agent": [],
    "linker": [(3, NIX), (3, SHOP + ["--ls", "7"]), (2, "")],
    "tenant list": [(0, ""), (2, "more")],
    "tenant show": [(3, NIX), (2, "")],
    "tenant activate": [(3, NIX), (4, SHOP), (3, "--directory /nowhere"), (2, "")],
    "tenant rebuild": [(3, NIX), (4, SHOP), (3, ["--from", NOWHERE])],
    "tenant get": [(3, NIX + ["--key", "a"]), (2, NIX), (3, "--directory /nowhere --key a")],
    "tenant scan": [(3, NIX), (3, "--directory /nowhere"), (2, "--directory relative")],
    "tenant count": [(3, NIX), (3, "--directory /nowhere")],
    "tenant hydrate": [(3, NIX), (3, SHOP), (3, "/nowhere"), (2, "/nowhere --concurrency 99")],
    "tenant discard": [(3, NIX), (4, SHOP), (3, "/nowhere"), (3, "/nowhere --dry-run")],
    "mount": [(3, "/nowhere /nowhere/mnt"), (2, "/nowhere")],
    "unmount": [(3, "/tmp"), (2, "")],
    "driver list": [(0, "")],
    "driver show": [(0, "file"), (3, "nix"), (2, "")],
    "doctor": [(3, NIX), (4, SHOP)],
    "archive set-dest": [(3, NIX + ["--location", NOWHERE]), (2, SHOP), (2, SHOP + ["--location", "/relative"]),
                         (4, SHOP + ["--location", "nix://there/is/none"])],
    "archive start": [(3, NIX), (2, "")],
    "archive stop": [(3, NIX), (4, SHOP)],
    "archive defer": [(3, NIX), (4, SHOP)],
    "archive enable": [(3, NIX), (4, SHOP)],
    "archive flush": [(3, NIX), (4, SHOP)],
    "archive status": [(3, NIX), (0, SHOP)],
    "parameter set": [(3, NIX + ["archive_lag_target", "1s"]), (3, SHOP + ["nix", "1"]), (2, SHOP + ["archive_lag_target"]),
                      (2, SHOP + ["backup_data_file_size", "9T"])],
    "parameter show": [(3, NIX), (3, SHOP + ["nix"]), (2, "nix")],
    "parameter backup": [(2, ""), (2, "--to relative")],
    "backup set-dest": [(3, NIX + ["--location", NOWHERE]), (2, SHOP)],
    "backup start": [(3, NIX), (4, SHOP)],
    "backup status": [(3, NIX), (0, SHOP)],
    "backup list": [(3, NIX), (0, SHOP)],
    "backup cancel": [(3, NIX), (4, SHOP)],
    "window": [(3, ["--from", NOWHERE]), (2, ""), (2, "--from file://relative"), (4, "--from nix://a/b")],
    "restore status": [(3, NIX), (0, SHOP), (0, "")],
    "restore cancel": [(3, NIX), (4, SHOP)],
    "restore": [(3, ["--from", NOWHERE, "--directory", "/nowhere/r"]), (3, ["--from", NOWHERE, "--preview"]), (2, ""),
                (2, ["--from", NOWHERE, "--directory", "relative"])],
    "standby recover": [(3, NIX + ["--unlimited"]), (4, SHOP + ["--unlimited"]), (2, SHOP)],
    "standby status": [(3, NIX), (4, SHOP), (0, "")],
    "standby set-source": [(3, NIX + ["--clear"]), (4, SHOP + ["--clear"]), (2, SHOP)],
    "upgrade run": [(3, NIX), (3, SHOP), (2, "")],
    "upgrade database": [(3, "--directory /nowhere"), (2, "")],
    "table recover": [(3, ["--from", NOWHERE, "--table", "a.b", "--to-directory", "/nowhere"]), (2, "--table a.b"),
                      (3, ["--from", NOWHERE, "--table", "a.b", "--to-tenant", "nix"])],
    "table cancel": [(3, NIX), (4, SHOP)],
    "table status": [(3, NIX), (0, SHOP)],
    "table work": [],
    "verify": [(3, ["--from", NOWHERE]), (2, "")],
    "drill run": [(3, NIX), (4, SHOP)],
    "drill status": [(3, NIX), (0, SHOP)],
    "drill cancel": [(3, NIX), (4, SHOP)],
    "drill verify": [(3, "/nowhere"), (2, "")],
    "drill key": [(0, "")],
    "drill scan": [(3, "--directory /nowhere"), (2, "")],
    "clean policy-add": [(3, NIX), (2, SHOP + ["--window", "soon"])],
    "clean policy-drop": [(3, NIX), (3, SHOP)],
    "clean policies": [(3, NIX), (0, "")],
    "clean run": [(3, NIX), (4, SHOP)],
    "clean delete-set": [(3, NIX + ["--id", "7"]), (3, SHOP + ["--id", "7"]), (2, SHOP), (2, SHOP + ["--id", "x"])],
    "clean delete-piece": [(3, NIX + ["--id", "7"]), (3, SHOP + ["--id", "7"]), (2, SHOP)],
    "clean cancel": [(3, NIX), (4, SHOP)],
    "clean status": [(3, NIX), (0, SHOP)],
    "key backup": [(2, SHOP), (3, SHOP + ["--to", NOWHERE, "--password-file", "/nowhere/p"])],
    "key rotate": [(3, NIX), (4, SHOP)],
    "key status": [(3, NIX), (0, SHOP)],
    "sql": [(2, "SELEC"), (2, ["SELECT * FROM nix"]), (3, NIX + ["SELECT 1"]), (0, ["SELECT 1 AS ONE"]),
            (3, ["-e", "ALTER SYSTEM BACKUP TENANT = nix"]), (2, ["-e", "ALTER SYSTEM"]), (3, "--file /nowhere"),
            (4, ["-e", "ALTER SYSTEM BACKUP TENANT = shop"])],
    "admin test_io_device": [(2, ""), (4, "-d nix://there/is/none")],
    "admin io_adapter_benchmark": [(2, ""), (2, "-d file:///nowhere -p nix")],
    "admin dump_backup": [(2, ""), (3, ["-d", NOWHERE])],
    "manual": [(0, ""), (2, "nix")],
    "completion": [(0, "")],
}


def verbs(lab):
    listed = re.findall(r"^  ([a-z]+(?: [a-z][a-z_-]*)?)  +[A-Z]", lab.run("--help").stdout, re.M)
    return [verb for verb in listed if verb != "config"]


def words_of(words):
    return words if isinstance(words, list) else words.split()


def lab_of(case):
    return Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])


def exit_codes(case):
    lab = lab_of(case)
    case.equal(sorted(verbs(lab)), sorted(EXIT_CODES), "the verbs of --help and this table")
    wrong = []
    for verb, rows in EXIT_CODES.items():
        for status, words in [(2, ["--nix"]), *rows]:
            run = lab.run(*verb.split(), *words_of(words), "--output", "json", stdin="", timeout=60)
            where = f"seabed {verb} {' '.join(words_of(words))}"
            if run.returncode != status:
                wrong.append(f"{where}: {run.returncode} and not {status}: {run.stderr or run.stdout}")
            elif status and verb not in ("config check", "doctor"):
                error = json.loads(run.stderr)["error"]
                if error["exit_code"] != status or not error["object"] or not error["reason"]:
                    wrong.append(f"{where}: {error}")
    case.equal(wrong, [], "exit codes")
    case.true(not os.path.exists("/nowhere"), "a verb made a directory for a tenant that is not there")


LONG = {"backup start", "restore", "verify", "tenant hydrate", "standby recover", "table recover", "drill run", "clean run",
        "clean delete-set"}


def drain(fd, out):
    try:
        while more := os.read(fd, 100_000):
            out.append(more)
    except OSError:  # its end
        pass


class Life:
    """A ledger with backups, whose writer has ended, and what each verb is called with. Answers are read as JSON."""

    def __init__(self, case):
        self.case, self.seen = case, set()
        self.ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "96"])
        self.ledger.start("--rate", "800", "--seconds", "200")
        self.lab = Installation(case.build, case.base, [Tenant("shop", self.ledger.db)])
        case.at_end(self.lab.stop)
        case.at_end(self.ledger.kill)
        self.lab.start_linker("shop")
        self.lab.start_agent()
        self.seen |= {"agent", "linker"}

    def call(self, verb, *words, status=0, **kwargs):
        self.seen.add(verb)
        run = self.on_terminal(verb, words) if verb in LONG and not {"--preview", "--dry-run"} & set(words) else \
            self.lab.run(*verb.split(), *words, "--output", "json", timeout=120, **kwargs)
        self.case.equal(run.returncode, status, f"seabed {verb} {words}: {run.stderr}{run.stdout}")
        try:
            return json.loads(run.stdout if status == 0 else run.stderr)
        except ValueError:
            raise AssertionError(f"seabed {verb} {words}: no JSON: {run.stdout[:500]!r}") from None


    def on_terminal(self, verb, words):
        """Standard error is a terminal: what takes long shows how far it is there, and clears the line at its end."""
        ours, theirs = pty.openpty()
        command = [self.lab.program, "--config", self.lab.config, *verb.split(), *words, "--output", "json"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, text=True,
                                   env=self.lab.env)
        os.close(theirs)
        read = []
        reader = threading.Thread(target=drain, args=(ours, read))  # a terminal that nobody reads stops its writer
        reader.start()
        answer, _ = process.communicate(timeout=120)
        reader.join(60)
        os.close(ours)
        shown = b"".join(read).decode()
        if process.returncode == 0:
            self.case.true(shown.endswith("\r\x1b[K"), f"seabed {verb} {words} shows no progress: {shown!r}")
        return subprocess.CompletedProcess(process.args, process.returncode, answer, shown)


def protect(life):
    lab, call = life.lab, life.call
    call("config check"), call("config explain"), call("config reload")
    call("archive set-dest", *SHOP, "--location", lab.archive_uri("shop"))
    call("parameter set", *SHOP, "archive_lag_target", "0")
    call("backup set-dest", *SHOP, "--location", lab.data_uri("shop"))
    call("archive start", *SHOP)
    lab.wait_archive("shop")
    call("backup start", *SHOP, "--wait")
    pass_time(lab, "shop", 0.3)
    call("archive flush", *SHOP), call("archive status", *SHOP)
    life.early = time.time_ns()
    pass_time(lab, "shop", 0.3)
    life.ledger.stop()
    pass_time(lab, "shop", 0.1)


def look(life):
    lab, call = life.lab, life.call
    call("tenant list"), call("tenant show", *SHOP), call("driver list"), call("driver show", "file")
    call("doctor", *SHOP), call("parameter show", *SHOP), call("backup status", *SHOP), call("backup list", *SHOP)
    call("window", *lab.sources("shop")), call("verify", *lab.sources("shop"))
    call("parameter backup", "--to", f"file://{lab.base}/cluster")
    call("tenant rebuild", *SHOP, "--dry-run")
    call("sql", "SELECT * FROM CDB_OB_ARCHIVELOG"), call("sql", "-e", "SHOW PARAMETERS LIKE 'archive%'")
    call("admin dump_backup", "-d", f"{lab.data_uri('shop')}/format.obbak")
    call("admin test_io_device", "-d", f"file://{lab.base}/trial")
    call("admin io_adapter_benchmark", "-d", f"file://{lab.base}/bench", "-p", "write", "-t", "1", "-r", "2", "-o", "64K")
    call("manual", "clean"), call("completion")


def live_as_standby(life):
    """Quick and full copies: read, mounted, brought whole, followed, activated, discarded."""
    lab, call, base = life.lab, life.call, life.lab.base
    call("restore", *lab.sources("shop"), "--preview")
    quick = f"{base}/quick"
    call("restore", *lab.sources("shop"), "--directory", quick, "--method", "quick", "--tenant", "quick")
    key = call("tenant scan", "--directory", quick, "--limit", "1")[0]["key_hex"]
    call("tenant get", "--directory", quick, "--key-hex", key), call("tenant count", "--directory", quick)
    if can_mount():
        where = f"{base}/mnt"
        life.case.at_end(lambda: os.path.ismount(where) and lab.run("unmount", where, "--force"))
        call("mount", quick, where), call("unmount", where)
    call("tenant hydrate", "--tenant", "quick", "--wait")
    copy = f"{base}/copy"
    call("restore", *lab.sources("shop"), "--directory", copy, "--tenant", "copy", "--until-scn", str(life.early))
    call("restore status"), call("standby status"), call("drill scan", "--directory", copy)
    call("standby set-source", "--tenant", "copy", "--location", lab.archive_uri("shop"))
    call("standby recover", "--tenant", "copy", "--until-scn", str(life.early + 1000), "--wait")
    call("tenant activate", "--tenant", "copy", "--verify"), call("tenant activate", "--tenant", "copy")
    call("upgrade run", "--tenant", "copy"), call("upgrade database", "--directory", f"{copy}/ledger.db")
    call("tenant discard", quick, "--dry-run"), call("tenant discard", quick)


def go_on(life):
    lab, call = life.lab, life.call
    tables = [*lab.sources("shop"), "--table", "`ledger.db`.cf1"]
    call("table recover", *tables, "--preview")
    call("table recover", *tables, "--to-directory", f"{lab.base}/tables"), call("table status")
    report = call("drill run", *SHOP)["report"]
    call("drill status"), call("drill verify", report), call("drill key")
    call("archive defer", *SHOP)
    lab.wait_archive("shop", "SUSPEND")
    call("archive enable", *SHOP)
    lab.wait_archive("shop")
    call("clean policy-add", *SHOP, "--window", "7d"), call("clean policies"), call("clean run", *SHOP, "--dry-run")
    call("clean run", *SHOP, "--wait"), call("clean policy-drop", *SHOP)
    call("backup start", *SHOP, "--wait")
    delete = ["clean", "delete-set", *SHOP, "--id", "1"]
    wait_until(lambda: lab.run(*delete, "--dry-run").returncode == 0, 60, "the catalog's checkpoint behind the new set")
    call("clean delete-set", *SHOP, "--id", "1", "--wait"), call("clean status", *SHOP)
    call("parameter set", *SHOP, "tde_method", "internal"), call("key rotate", *SHOP), call("key status", *SHOP)
    with open(f"{lab.base}/password", "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as out:
        out.write("of the keys\n")
    call("key backup", *SHOP, "--to", f"file://{lab.base}/keys", "--password-file", f"{lab.base}/password")
    call("archive stop", *SHOP)


# Answers that need a job which runs just then, or a piece that is older than every set; their errors are JSON
# (exit-codes), their answers are read by the tests of their jobs.
NOT_HERE = {"backup cancel", "restore cancel", "table cancel", "drill cancel", "clean cancel", "clean delete-piece",
            "table work"}


def answers(case):
    life = Life(case)
    for chapter in (protect, look, live_as_standby, go_on):
        chapter(life)
    missing = set(verbs(life.lab)) - life.seen - NOT_HERE - (set() if can_mount() else {"mount", "unmount"})
    case.equal(sorted(missing), [], "verbs whose JSON nobody read")


def tree(*directories):
    """Name, length and content of every file below."""
    out = {}
    for directory in directories:
        for root, _, files in os.walk(directory):
            for name in files:
                with open(os.path.join(root, name), "rb") as data:
                    out[os.path.join(root, name)] = hashlib.sha256(data.read()).hexdigest()
    return out


def dry_runs(case):
    """Nothing on the media, in the catalog's views or in the restored directory is another afterwards."""
    life = Life(case)
    protect(life)
    lab, call = life.lab, life.call
    call("backup start", *SHOP, "--wait")
    copy = f"{lab.base}/copy"
    call("restore", *lab.sources("shop"), "--directory", copy, "--tenant", "copy")
    with open(f"{copy}/a-note", "w", encoding="ascii") as out:
        out.write("mine\n")
    call("archive stop", *SHOP)
    lab.wait_archive("shop", "STOP")

    def state():
        return tree(f"{lab.base}/media", copy), lab.cli("sql", "SELECT * FROM CDB_OB_BACKUP_SET_FILES"), \
            lab.cli("sql", "SELECT COUNT(*) AS N FROM CDB_OB_BACKUP_DELETE_JOB_HISTORY"), lab.cli("tenant", "list")

    before = state()
    delete = ["clean", "delete-set", *SHOP, "--id", "1", "--dry-run"]
    wait_until(lambda: lab.run(*delete).returncode == 0, 60, "the catalog's checkpoint behind the new set")
    by_id = call("clean delete-set", *SHOP, "--id", "1", "--dry-run")
    case.equal([(i["kind"], i["id"], i["action"]) for i in by_id["items"]], [("set", 1, "delete")], "by id")
    call("clean delete-piece", *SHOP, "--id", "1", "--dry-run", status=4)
    call("clean policy-add", *SHOP, "--window", "1s")
    time.sleep(1.2)  # the window
    dry = call("clean run", *SHOP, "--dry-run")
    case.true(all(item["reason"] for item in dry["items"]), f"every keep and every delete has its reason: {dry}")
    case.true(any(item["action"] == "delete" for item in dry["items"]), f"something would go: {dry}")
    call("clean policy-drop", *SHOP)
    parts = call("tenant discard", copy, "--dry-run")
    case.equal((parts["left"], parts["dry_run"]), (["a-note"], True), "what a discard would leave")
    call("restore cancel", "--tenant", "copy", "--dry-run", status=4)
    call("tenant rebuild", *SHOP, "--dry-run")
    case.equal(state(), before, "after the dry runs")
    gone = call("tenant discard", copy)
    case.equal((sorted(gone["removed"]), gone["left"]), (sorted(parts["removed"]), ["a-note"]), "the discard does what it said")
    case.equal(os.listdir(copy), ["a-note"], "what is left")


if __name__ == "__main__":
    sys.exit(run_cases({"exit-codes": exit_codes, "json": answers, "dry-run": dry_runs}))
