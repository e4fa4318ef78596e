"""Databases of other RocksDB versions, written by npm's prebuilt bindings: attached, restored and opened by the same version."""
# ctest: timeout=300
# case: rocksdb-6.17
# case: rocksdb-11.8
import os
import shutil
import subprocess
import sys
import time

from case import Skip, run_cases
from installation import CliError, Installation, Tenant, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))


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
        if newer(engine):
            return refused(case, lab)
        for name, until in (("full", ["--until-scn", full["min_restore_scn"]]), ("middle", ["--until-scn", middle]),
                            ("latest", [])):
            directory = f"{case.base}/restored-{name}"
            outcome = lab.restore("t", directory, *until)
            stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
            run = subprocess.run(node("check.js", engine, modules, directory + "/npm.db", log, "--until-hi",
                                      str(stream["scn_hi"])), capture_output=True, text=True, timeout=120)
            case.equal(run.returncode, 0, f"{engine}, restore '{name}': {run.stdout}{run.stderr}")


def newer(engine):
    """Debian's RocksDB is 7.8: what a newer one wrote is archived, backed up and verified, and restored on a newer host."""
    return engine == "rocksdb-11.8"


def refused(case, lab):
    report = lab.cli("verify", *lab.sources("t"))
    case.true(not [f for f in report["findings"] if f["error"]], f"verify: {report['findings']}")
    try:
        lab.restore("t", f"{case.base}/restored-newer")
    except CliError as error:
        case.contains(error.stderr, "RocksDB 11.8", "the refusal names the version that wrote it")
        case.contains(error.stderr, "this host has", "and this host's")
        return
    raise AssertionError("a backup of a newer RocksDB was restored")


if __name__ == "__main__":
    sys.exit(run_cases({e: lambda case, e=e: version(case, e) for e in ("rocksdb-6.17", "rocksdb-11.8")}))
