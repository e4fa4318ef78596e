"""A restored tenant, full or quick, is read before it is activated: get, scan and count against ldb on a judged copy; a
mount that unmodified programs open; hydration; media, caches and mounts that fail."""
# ctest: timeout=300
# case: reads
# case: mount
# case: hydrate
# case: faults
# case: cache-full
# case: encrypted
# case: by-name
import glob
import os
import subprocess
import sys
import time

from case import Skip, run_cases
from fault_proxy import FaultProxy
from installation import wait_until
from media import Medium, start
from standby_lab import tenant_state
from served_lab import Served, ldb, ldb_families, ldb_rows, scan, tree_digest

STAGED = "ledger.db.seabed-standby"


def reads(case):
    s = Served(case)
    quick = s.restore("quick", "quick")
    full = s.restore("full", "full", *s.until())
    before = {d: tree_digest(f"{d}/{STAGED}") for d in (quick, full)}
    plain = s.restore("plain", "full", *s.until())
    s.reader.cli("tenant", "activate", "--directory", plain)
    db = f"{plain}/ledger.db"
    s.judge(db, "the copy that ldb reads")
    families = ldb_families(db)
    case.true(len(families) >= 3, f"families {families}")
    for directory in (quick, full):
        for family in families:
            rows = ldb_rows(db, family)
            where = ["--directory", directory, "--family", family]
            case.equal(scan(s.reader, *where), rows, f"{where}: scan")
            case.equal(s.reader.cli("tenant", "count", *where)["rows"], len(rows), f"{where}: count")
        one_family(case, s.reader, directory, max(families, key=lambda f: len(ldb_rows(db, f))), db)
    refusals(case, s.reader, quick)
    case.equal({d: tree_digest(f"{d}/{STAGED}") for d in (quick, full)}, before, "reading changed the staged files")


def one_family(case, reader, directory, family, db):
    rows = ldb_rows(db, family)
    where = ["--directory", directory, "--family", family]
    low, high = rows[len(rows) // 3][0], rows[len(rows) // 2][0]
    case.equal(scan(reader, *where, "--from-hex", low, "--to-hex", high), [r for r in rows if low <= r[0] < high], "range")
    case.equal(scan(reader, *where, "--from-hex", low, "--limit", 5), [r for r in rows if r[0] >= low][:5], "limit")
    case.equal(scan(reader, *where, "--limit", 0), [], "no rows")
    prefix = low[:-2]
    case.equal(scan(reader, *where, "--prefix-hex", prefix), [r for r in rows if r[0].startswith(prefix)], "prefix")
    key, value = rows[len(rows) // 4]
    case.equal(reader.cli("tenant", "get", *where, "--key-hex", key)["value_hex"], value, "get")
    case.equal(reader.run("tenant", "get", *where, "--key-hex", key, "--hex").stdout.strip(), value, "get as text")
    raw = subprocess.run([reader.program, "--config", reader.config, "tenant", "get", *where, "--key-hex", key, "--raw"],
                         capture_output=True, env=reader.env, timeout=60)
    case.equal(raw.stdout.hex(), value, "get --raw")
    absent = reader.run("tenant", "get", *where, "--key", "never written")
    case.equal((absent.returncode, absent.stdout), (12, ""), f"a key that is not there: {absent.stderr}")


def refusals(case, reader, directory):
    where = ["--directory", directory]
    for words, status, part in (
            (["get", *where, "--key", "a", "--family", "nothing"], 3, "there are: "),
            (["get", *where], 2, "--key"),
            (["get", *where, "--key-hex", "abc"], 2, "hex"),
            (["scan", "--directory", directory + "-none"], 3, "no restored tenant"),
            (["scan", *where, "--order", "sideways"], 2, "neither"),
            (["scan", *where, "--ls-id", "7"], 2, "1001"),
            (["count", "--tenant", "never"], 3, "never")):
        error = reader.refused("tenant", *words)
        case.equal(error.status, status, f"{words}: {error}")
        case.contains(error.stderr, part, f"{words}")


def mount(case):
    s = Served(case)
    quick = s.restore("quick", "quick")
    before = tree_digest(f"{quick}/{STAGED}")
    where = s.mount(quick)
    s.judge(where, "the mount, read only")
    case.true(ldb_rows(where, "default"), "ldb scans a mount")
    bench = subprocess.run(["db_bench", "--use_existing_db=1", "--readonly=1", f"--db={where}", "--benchmarks=readrandom",
                            "--reads=200", "--num=1000"], capture_output=True, text=True, timeout=120)
    case.equal(bench.returncode, 0, f"db_bench: {bench.stdout[-2000:]}{bench.stderr[-2000:]}")
    case.contains(bench.stdout, "readrandom", "db_bench")
    error = s.reader.refused("mount", quick, f"{case.base}/second")
    case.contains(error.stderr, "writable layer", "a second mount")
    error = s.reader.refused("tenant", "discard", quick)
    case.contains(error.stderr, "another process", "a discard under a mount")
    s.judge(where, "the mount, opened for writing", "--write")
    write_and_kill(case, s, quick, where)
    case.equal(tree_digest(f"{quick}/{STAGED}"), before, "a mount changed the staged files")
    full_tenant(case, s)
    error = s.reader.refused("unmount", f"{case.base}/nowhere")
    case.equal(error.status, 3, str(error))
    without_fuse(case, s, quick)
    s.reader.cli("tenant", "discard", quick)
    case.true(not os.path.exists(quick), "a discarded tenant leaves nothing")
    case.equal(glob.glob(f"{case.base}/media/t/data/readers/*"), [], "a discarded tenant's lease")


def write_and_kill(case, s, quick, where):
    """What was written survives the mount's death; its users get errors, and the next mount has all of it."""
    ldb(where, "put", "written on the mount", "1")
    reading = open(f"{where}/CURRENT", "rb")
    s.kill_mount(where)
    try:
        os.listdir(where)
        raise AssertionError("a dead mount answers")
    except OSError as dead:
        case.equal(dead.errno, 107, "ENOTCONN")
    reading.close()
    again = s.mount(quick)
    case.equal(ldb(again, "get", "written on the mount").strip(), "1", "the writable layer of a killed mount")
    held = open(f"{again}/CURRENT", "rb")
    case.contains(s.reader.refused("unmount", again).stderr, "in use", "an unmount under a reader")
    held.close()
    s.unmount(again)
    foreground = subprocess.Popen([s.reader.program, "--config", s.reader.config, "mount", quick, again, "--foreground"],
                                  env=s.reader.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wait_until(lambda: os.path.exists(f"{again}/CURRENT"), 60, "the mount in the foreground")
    foreground.terminate()
    case.equal(foreground.wait(60), 0, "a signal ends a mount cleanly")
    case.equal(os.listdir(again), [], "nothing is mounted any more")


def without_fuse(case, s, quick):
    """A machine without FUSE: in a mount namespace whose /dev is empty."""
    run = subprocess.run(["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev && exec "$@"', "sh", s.reader.program,
                          "--config", s.reader.config, "mount", quick, f"{case.base}/no-fuse"],
                         capture_output=True, text=True, timeout=60, env=s.reader.env)
    if "unshare" not in run.stderr.split(":")[0]:
        case.equal(run.returncode, 4, run.stderr)
        for other in ("/dev/fuse", "seabed tenant get|scan|count", "seabed::open_quick"):
            case.contains(run.stderr, other, "the way out")


def full_tenant(case, s):
    full = s.restore("full", "full", *s.until())
    where = s.mount(full, "mnt-full")
    s.judge(where, "a mount of a full tenant")
    error = s.reader.refused("tenant", "activate", "--directory", full)
    case.contains(error.stderr, "another process", "an activation under a mount")
    s.unmount(where)
    s.reader.cli("tenant", "activate", "--directory", full)
    s.judge(f"{full}/ledger.db", "the tenant that was mounted before")


def hydrate(case):
    s = Served(case)
    quick = s.restore("quick", "quick")
    leases = glob.glob(f"{case.base}/media/t/data/readers/*")
    case.equal(len(leases), 1, "the reader lease of a quick restore")
    error = s.reader.refused("tenant", "activate", "--directory", quick)
    case.contains(error.stderr, "cannot be activated", "activation of a quick tenant")
    sst = s.reader.run("tenant", "hydrate", quick, "--concurrency", 1, env={"SEABED_TEST_KILL_AT": "hydrate/FILE"})
    case.equal(sst.returncode, -9, sst.stderr)
    brought = glob.glob(f"{quick}/{STAGED}/*.sst")
    case.true(brought, "a killed hydration leaves what it brought")
    with open(brought[0], "r+b") as data:  # a torn page of the run that died
        data.seek(100)
        data.write(b"\xa5" * 64)
    where = s.mount(quick)
    s.judge(where, "a mount while the tenant is half hydrated")
    for killed, mode in (("hydrate/ALL", "REMOTE"), ("hydrate/SUCCESS", "NORMAL")):
        run = s.reader.run("tenant", "hydrate", quick, env={"SEABED_TEST_KILL_AT": killed})
        case.equal(run.returncode, -9, f"{killed}: {run.stderr}")
        case.equal(tenant_state(quick)["restore_data_mode"], mode, killed)
        case.true(os.path.exists(f"{quick}/seabed_hydration"), f"{killed}: what it left")
    s.judge(where, "the mount after the hydration")
    s.unmount(where)
    # A renewal that a kill caught has left two sequences of one lease.
    held = {os.path.basename(path).split(".")[0] for path in glob.glob(f"{case.base}/media/t/data/readers/quick-*")}
    case.equal(len(held), 1, "the lease of the run that died")
    done = s.reader.cli("tenant", "hydrate", quick)
    case.equal(done["medium_bytes"], 0, "a full tenant is hydrated already")
    case.equal(glob.glob(f"{case.base}/media/t/data/readers/quick-*"), [], "the next run gives the lease back")
    case.true(not os.path.exists(f"{quick}/seabed_hydration"), "and ends what was begun")
    case.equal(scan(s.reader, "--directory", quick)[:1], scan(s.reader, "--directory", quick, "--limit", 1), "a read of it")
    os.rename(f"{case.base}/media", f"{case.base}/gone")  # nothing of it is needed any more
    s.reader.cli("tenant", "activate", "--directory", quick)
    s.judge(f"{quick}/ledger.db", "a hydrated, activated tenant")


def damage(base, change):
    for path in glob.glob(f"{base}/media/t/data/**/macro_block_data.*", recursive=True):
        if "/major_data" in path or "/minor_data" in path:
            change(path)


def flip(path):
    with open(path, "r+b") as data:
        content = bytearray(data.read())
        for at in range(4096, len(content), 32768):
            content[at] ^= 0x10
        data.seek(0)
        data.write(content)


def read_error(path):
    """The errno of reading a file whole; 0: it can be read."""
    try:
        with open(path, "rb") as data:
            while data.read(1 << 20):
                pass
        return 0
    except OSError as error:
        return error.errno


def faults(case):
    medium = start("s3", case.base)
    case.at_end(medium.stop)
    proxy = FaultProxy(medium.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)
    seen = Medium(medium.location, {**medium.defaults, "host": f"http://s3.localhost:{port}"}, append=False)
    s = Served(case, medium, seen, limits={"request_deadline_ms": 3000})
    quick = s.restore("quick", "quick")
    where = s.mount(quick)
    for after in (200, 3000, 40_000):
        proxy.add("reset", times=2, after=after)
        proxy.add("truncate", times=1, after=after)
    proxy.cut()  # rules are for new connections
    s.judge(where, "a mount over broken connections")
    case.true(proxy.hits.get("reset", 0) > 0, f"no connection was broken: {proxy.hits}")
    s.unmount(where)
    for path in glob.glob(f"{quick}/*.cache"):
        os.remove(path)
    where = s.mount(quick)
    proxy.add("stall", after=0)
    proxy.cut()
    begun = time.monotonic()
    tables = sorted(glob.glob(f"{where}/*.sst"))
    case.equal(read_error(tables[0]), 5, "a stalled medium")
    case.true(time.monotonic() - begun < 60, "the read took too long")
    proxy.clear()
    proxy.cut()
    wait_until(lambda: read_error(tables[0]) == 0, 60, "reads after the medium came back")
    s.judge(where, "the mount after a stall")
    s.unmount(where)
    with open(f"{quick}/seabed_mount_ledger.db/mount.log", encoding="utf-8") as log:
        case.contains(log.read(), os.path.basename(tables[0]), "the log names what could not be read")
    bad_bytes(case, s)


def bad_bytes(case, s):
    """Bytes flipped at the medium, then the set deleted: through a copy of the tree on a directory."""
    os.makedirs(f"{case.base}/local")
    local = Served(type(case)(case.build, f"{case.base}/local"))
    case.at_end(local.case.finish)
    quick = local.restore("quick", "quick")
    where = local.mount(quick)
    damage(local.case.base, flip)
    tables = sorted(glob.glob(f"{where}/*.sst"))
    errors = [read_error(path) for path in tables]
    case.true(5 in errors and set(errors) <= {0, 5}, f"flipped bits: {errors}")
    status, verdict = local.ledger.check(where)
    case.true(status != 0, f"flipped bits were served: {verdict}")
    local.unmount(where)
    damage(local.case.base, os.remove)
    where = local.mount(quick)
    unread = [path for path in sorted(glob.glob(f"{where}/*.sst")) if read_error(path) == 5]
    case.true(unread, "a set that was deleted under a mount")
    with open(f"{quick}/seabed_mount_ledger.db/mount.log", encoding="utf-8") as log:
        text = log.read()
    case.contains(text, "macro_block_data", "the object on the medium is named")
    case.contains(text, os.path.basename(unread[0]), "the file is named")
    local.unmount(where)
    run = local.reader.run("tenant", "scan", "--directory", quick)
    case.true(run.returncode not in (0, 1), f"a scan over a deleted set: {run.returncode} {run.stderr}")


def cache_full(case):
    """The page cache's disk is full: reads go on without it."""
    s = Served(case)
    small = f"{case.base}/small"
    os.makedirs(small)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", small], capture_output=True).returncode != 0:
        raise Skip("mounting a tmpfs is not permitted here")
    case.at_end(lambda: subprocess.run(["umount", "-l", small], check=False))
    quick = s.restore("small/quick", "quick")
    where = s.mount(quick)
    fill(f"{small}/filler", 128 << 10)
    s.judge(where, "a mount whose cache has no room")
    with open(f"{quick}/seabed_mount_ledger.db/mount.log", encoding="utf-8") as log:
        case.contains(log.read(), "going on without it", "the log says so")
    s.unmount(where)


def encrypted(case):
    """A set that opens with a password: a quick tenant keeps its key, and without that and the password nothing is read.
    Its pages never reach the disk cache."""
    password = f"{case.base}/password"
    with open(password, "w", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write("a secret\n")
    s = Served(case, password=password)
    quick = s.restore("quick", "quick")
    rows = scan(s.reader, "--directory", quick)
    case.equal(os.stat(f"{quick}/seabed_quick_ledger.db.cache").st_blocks, 0, "plain pages on the disk")
    os.remove(f"{quick}/seabed_quick_keys")
    error = s.reader.refused("tenant", "scan", "--directory", quick)
    case.contains(error.stderr, "protected by a password", "a read without key and password")
    case.equal(scan(s.reader, "--directory", quick, *s.keys), rows, "a read with the password")
    where = s.mount(quick)
    s.judge(where, "a mount of an encrypted backup")
    killed = s.reader.run("tenant", "hydrate", quick, *s.keys, "--concurrency", 1,
                          env={"SEABED_TEST_KILL_AT": "hydrate/FILE"})
    case.equal(killed.returncode, -9, killed.stderr)
    done = s.reader.cli("tenant", "hydrate", quick, *s.keys)
    case.true(0 < done["medium_bytes"] < done["bytes"], f"whole files were fetched again: {done}")
    s.judge(where, "the mount after the hydration")
    s.unmount(where)
    case.equal(scan(s.reader, "--directory", quick), rows, "a hydrated tenant needs no password")
    s.reader.cli("tenant", "activate", "--directory", quick)
    s.judge(f"{quick}/ledger.db", "a hydrated tenant of an encrypted backup")


def by_name(case):
    """A quick tenant of the agent: found by its name, refused what a quick one cannot do, hydrated by the agent."""
    s = Served(case)
    lab, quick = s.lab, f"{case.base}/quick"
    lab.cli("restore", *lab.sources("t"), "--directory", quick, "--method", "quick", "--tenant", "look")
    found = lab.cli("tenant", "count", "--tenant", "look")
    case.equal(found, lab.cli("tenant", "count", "--directory", quick), "by name and by directory")
    case.true(found["rows"] > 0, "rows")
    for statement, part in (("ALTER SYSTEM ACTIVATE STANDBY TENANT = look", "quick"),
                            ("ALTER SYSTEM BACKUP TENANT = look", "standby by quick restore"),
                            ("ALTER SYSTEM RUN UPGRADE JOB \"UPGRADE_ALL\" TENANT = look", "quick")):
        error = lab.refused("sql", "-e", statement)
        case.equal(error.status, 4, f"{statement}: {error}")
        case.contains(error.stderr, part, statement)
    case.true(glob.glob(f"{case.base}/media/t/data/readers/quick-*"), "the lease of the agent's quick tenant")
    case.equal(data_mode(lab), "REMOTE", "the view")
    lab.cli("tenant", "hydrate", "--tenant", "look", "--wait")
    case.equal((tenant_state(quick)["restore_data_mode"], data_mode(lab)), ("NORMAL", "NORMAL"), "hydrated")
    case.equal(lab.cli("tenant", "count", "--tenant", "look"), found, "after the hydration")
    lab.cli("sql", "-e", "ALTER SYSTEM ACTIVATE STANDBY TENANT = look")
    case.true(os.path.exists(f"{quick}/ledger.db/CURRENT"), "a hydrated tenant is activated")
    case.equal(data_mode(lab), "NORMAL", "a primary's files are here")


def data_mode(lab):
    rows = lab.cli("sql", "SELECT RESTORE_DATA_MODE FROM DBA_OB_TENANTS WHERE TENANT_NAME = 'look'")
    return rows[0]["RESTORE_DATA_MODE"]


def fill(path, leave):
    """Takes the disk's room but for `leave` bytes."""
    free = os.statvfs(os.path.dirname(path))
    with open(path, "wb") as out:
        out.write(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))


if __name__ == "__main__":
    sys.exit(run_cases({"reads": reads, "mount": mount, "hydrate": hydrate, "faults": faults, "cache-full": cache_full,
                        "encrypted": encrypted,
                        "by-name": by_name}))
