"""Databases of other RocksDB versions, written by npm's prebuilt bindings: attached, restored and opened by the same version; an
older one is brought to this host's version by RUN UPGRADE JOB, a newer one refused unless its program brings its library."""
# ctest: timeout=300
# case: rocksdb-6.17
# case: rocksdb-11.8
import glob
import json
import os
import shutil
import subprocess
import sys
import time

from case import Skip, run_cases
from installation import CliError, Installation, Tenant, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../integration"))
from served_lab import ldb_rows  # noqa: E402


def node(script, engine, modules, db, log, *more):
    return ["node", f"{HERE}/{script}", "--engine", engine, "--modules", modules, "--db", db, "--log", log, *more]


def version(case, engine):
    if not shutil.which("npm"):
        raise Skip("npm is not installed")
    subprocess.run([f"{HERE}/install", f"{case.base}/npm"], check=True, timeout=300)
    modules, db, log = f"{case.base}/npm/node_modules", f"{case.base}/npm.db", f"{case.base}/npm.log"
    writer = subprocess.Popen(node("write.js", engine, modules, db, log, "--rate", "500"), stdout=subprocess.DEVNULL)
    case.at_end(lambda: (writer.kill(), writer.wait()))
    wait_until(lambda: os.path.exists(db + "/CURRENT"), 60, "the writer")
    with Installation(case.build, case.base, [Tenant("t", db)]) as lab:
        lab.start_agent()
        lab.protect("t")
        full = lab.backup("t")
        lab.wait_checkpoint("t", full["min_restore_scn"] + 10**9)
        middle = time.time_ns()
        lab.wait_checkpoint("t", middle + 10**9)
        lab.backup("t", incremental=True)
        writer.kill()
        writer.wait()
        lab.wait_checkpoint("t", time.time_ns())
        own = []
        if newer(engine):
            refused(case, lab)
            own = ["--own-library"]
        for name, until in (("full", ["--until-scn", full["min_restore_scn"]]), ("middle", ["--until-scn", middle]),
                            ("latest", [])):
            directory = f"{case.base}/restored-{name}"
            outcome = lab.restore("t", directory, *until, *own)
            stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
            run = subprocess.run(node("check.js", engine, modules, directory + "/npm.db", log, "--until-hi",
                                      str(stream["scn_hi"])), capture_output=True, text=True, timeout=120)
            case.equal(run.returncode, 0, f"{engine}, restore '{name}': {run.stdout}{run.stderr}")
        if newer(engine):
            return
        upgraded(case, lab, lambda rows, hi: node("check.js", engine, modules, db, log, "--rows", rows, "--until-hi", hi))


def options(db):
    """The newest OPTIONS file's text."""
    with open(max(glob.glob(f"{db}/OPTIONS-*")), encoding="utf-8") as text:
        return text.read()


def upgraded(case, lab, check):
    """Restored by its name and activated, the database is of the old version until RUN UPGRADE JOB; then this host's opens it."""
    directory = f"{case.base}/old"
    db = f"{directory}/npm.db"
    lab.cli("restore", *lab.sources("t"), "--directory", directory, "--tenant", "old")
    with open(f"{directory}/seabed_tenant.json", encoding="utf-8") as state:
        stream = json.load(state)["streams"][0]
    case.contains(lab.refused("upgrade", "run", "--tenant", "old").stderr, "activated", "before the activation")
    lab.cli("tenant", "activate", "--tenant", "old")
    before = options(db)
    case.contains(before, "rocksdb_version=6.17.", "what wrote it")
    done = lab.cli("upgrade", "run", "--tenant", "old")[0]
    case.contains(done["from"], "6.17.", f"from: {done}")
    case.contains(str(done["notes"]), "opened once", f"work was left to do: {done}")
    case.equal(options(db), before.replace(f"rocksdb_version={done['from']}", f"rocksdb_version={done['to']}"), "OPTIONS")
    event = lab.cli("sql", "SELECT EVENT, VALUE1, VALUE2, VALUE3 FROM DBA_OB_CLUSTER_EVENT_HISTORY WHERE EVENT = 'UPGRADE_ALL'")
    case.equal([list(e.values()) for e in event], [["UPGRADE_ALL", "old", done["from"], done["to"]]], "recorded")
    again = lab.cli("upgrade", "run", "--tenant", "old")[0]
    case.contains(str(again["notes"]), "already", f"nothing is left: {again}")
    with open(f"{case.base}/rows", "w", encoding="ascii") as out:
        out.writelines(f"{key} {value}\n" for key, value in ldb_rows(db, "default"))
    run = subprocess.run(check(f"{case.base}/rows", str(stream["scn_hi"])), capture_output=True, text=True, timeout=120)
    case.equal(run.returncode, 0, f"this host's RocksDB after the upgrade: {run.stdout}{run.stderr}")


def newer(engine):
    """Debian's RocksDB is 7.8: what a newer one wrote is archived, backed up and verified, and restored on a newer host, or for
    a program that brings its own library."""
    return engine == "rocksdb-11.8"


def refused(case, lab):
    report = lab.cli("verify", *lab.sources("t"))
    case.true(not [f for f in report["findings"] if f["error"]], f"verify: {report['findings']}")
    try:
        lab.restore("t", f"{case.base}/restored-newer")
    except CliError as error:
        case.contains(error.stderr, "RocksDB 11.8", "the refusal names the version that wrote it")
        case.contains(error.stderr, "this host has", "and this host's")
        quick = lab.refused("restore", *lab.sources("t"), "--directory", f"{case.base}/newer-quick", "--method", "quick",
                            "--own-library")
        case.contains(quick.stderr, "full restore", "this host's library reads a quick one")
        return
    raise AssertionError("a backup of a newer RocksDB was restored")


if __name__ == "__main__":
    sys.exit(run_cases({e: lambda case, e=e: version(case, e) for e in ("rocksdb-6.17", "rocksdb-11.8")}))
