"""The nfs driver on NFS-Ganesha: the checker, the main job, cross-reading with the exported directory, a dead server, a
full one, a restarted one."""
# ctest: timeout=300 lock=rpcbind
# case: conformance
# case: main-job
# case: crossed
# case: dead-server
# case: restarted-server
# case: leftovers
# case: full-server
# case: lost-connections
# case: lost-replies
# case: stalls
# case: refused
# case: version-4
# case: changing-listing
# case: parallel-memory
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import parallel_upload
from case import Skip, run_cases
from checked import judge
from changing_listing import check_changing_listing
from fault_proxy import FaultProxy
from ganesha import Ganesha
from installation import wait_until
from driver_calls import DriverError, open_store
from main_job import main_job, restore_from
from media import Medium
from promptly import promptly
from server_process import ServerError


class Nfs:
    def __init__(self, case, export=None):
        if not shutil.which("ganesha.nfsd") or not shutil.which("rpcbind"):
            raise Skip("NFS-Ganesha is not installed")
        if os.geteuid() != 0:
            raise Skip("NFS-Ganesha with VFS needs root")
        self.case, self.server = case, Ganesha(f"{case.base}/ganesha", export)
        case.at_end(self.server.stop)
        self.restart()

    def restart(self):
        # Another test that ends just now takes its rpcbind along, without which Ganesha does not start.
        for attempt in range(3):
            try:
                self.facts = self.server.start()
                break
            except ServerError:
                self.server.stop()
                if attempt == 2:
                    raise
        self.export = self.facts["export"]

    def location(self, path):
        return f"{self.facts['uri']}/{path}"

    def ports(self, nfs=None, **more):
        return {"nfsport": nfs or self.facts["nfsport"], "mountport": self.facts["mountport"], **more}

    def uri(self, path):
        return self.location(path) + "?" + "&".join(f"{k}={v}" for k, v in self.ports().items())

    def open(self, path, **more):
        return open_store(self.case.build, self.location(path), **self.ports(**more))


def check(case, uri, *more):
    run = subprocess.run([f"{case.build}/bin/seabed-driver-check", "--driver", f"{case.build}/drivers/seabed_nfs.so", "--uri",
                          uri, "--output", "json", *more], capture_output=True, text=True, timeout=280)
    return run


def conformance(case):
    nfs = Nfs(case)
    uri = nfs.uri("not/there/yet")
    faults = [test for test in subprocess.run([f"{case.build}/bin/seabed-driver-check", "--list"], capture_output=True, text=True,
                                              check=True).stdout.split() if test.startswith("fault.")]
    judge(case, check(case, uri), ["not claimed: tags", *faults])
    # A server that hangs from the first byte on. That a put to it "may have been done" holds for HTTP only: here the
    # connection itself is not made, so nothing was sent.
    with open(f"{case.base}/check.conf", "w", encoding="ascii") as out:
        out.write("check.fault_uri = nfs://127.0.0.1/x?mountport={port}&nfsport=1\n")
    judge(case, check(case, uri, "--config", f"{case.base}/check.conf", "--filter",
                      "fault.deadline,fault.cancel,fault.refused,fault.no_retry"), least=4)


def main_job_case(case):
    nfs = Nfs(case)
    _, ledger = main_job(case, Medium(nfs.location("media"), nfs.ports()))
    restore_from(case, ledger, Medium(f"file://{nfs.export}/media"), "by-file")
    left = [name for _, _, names in os.walk(f"{nfs.export}/media") for name in names if name.startswith("t-")]
    case.equal(left, [], "temporary files are left")


def crossed(case):
    """What the driver wrote is what lies in the directory, and the other way round."""
    nfs = Nfs(case)
    store = nfs.open("x")
    big = os.urandom(5_000_001)
    store.put("a/big", big)
    for name, at, piece in (("log", 0, b"one"), ("log", 3, big), ("log", 3 + len(big), b"")):
        case.equal(store.append(name, at, piece), at + len(piece), "the length after an append")
    upload = store.begin("up/loaded")
    pieces = {n: big[n * 1_000_000:(n + 1) * 1_000_000] for n in range(1, 5)}
    parts = [store.part("up/loaded", upload, n, pieces[n]) for n in (2, 1, 4, 3)]
    store.complete("up/loaded", upload, sorted(parts, key=lambda part: part.number))
    for key, wanted in (("a/big", big), ("log", b"one" + big), ("up/loaded", b"".join(pieces.values()))):
        with open(f"{nfs.export}/x/{key}", "rb") as file:
            case.true(file.read() == wanted, f"{key} differs in the exported directory")
        case.true(store.read(key, 0, len(wanted) + 9) == wanted, f"{key} is read otherwise")
    os.makedirs(f"{nfs.export}/x/theirs")
    with open(f"{nfs.export}/x/theirs/one", "wb") as file:
        file.write(big)
    os.symlink("/etc", f"{nfs.export}/x/out")
    case.true(store.read("theirs/one", 0, len(big)) == big, "a file of another writer")
    case.equal(store.read("theirs/one", 4_999_999, 100), big[4_999_999:], "its end")
    case.equal(store.keys(), ["a/big", "log", "theirs/one", "up/loaded"], "the listing")
    case.equal(store.fails("read", "out/passwd", 0, 10).code, "PERMISSION_DENIED", "through a symbolic link")


def stop(process):
    """Not before every thread of it stands still does it answer nothing more."""
    process.send_signal(signal.SIGSTOP)
    threads = f"/proc/{process.pid}/task"

    def state(thread):
        with open(f"{threads}/{thread}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    wait_until(lambda: all(state(t) == "T" for t in os.listdir(threads)), 20, "the server to stand still")


def late(case, store, verb, words, how):
    """Seconds behind its deadline or cancel that a call came back, which must fail by it."""
    start = time.monotonic()
    error = store.fails(verb, *words, **how)
    took = time.monotonic() - start
    case.equal(error.code, "CANCELLED" if "cancel_after" in how else "TIMEOUT", f"{verb} {how}: {error}")
    return took - sum(how.values())


def dead_server(case):
    nfs = Nfs(case)
    store = nfs.open("x")
    store.put("k", b"before")
    stop(nfs.server.server.process)
    try:
        for verb, *words in (("read", "k", 0, 10), ("put", "k", b"after"), ("append", "log", 0, b"x"), ("list",),
                             ("stat", "k")):
            promptly(case, f"{verb} on a dead server", lambda: late(case, store, verb, words, {"deadline_s": 1}))
        promptly(case, "a cancelled put", lambda: late(case, store, "put", ("k", b"after"), {"cancel_after": 0.5}))
    finally:
        nfs.server.server.process.send_signal(signal.SIGCONT)
    case.equal(store.read("k", 0, 10), b"before", "the object after all that")
    nfs.server.server.stop(signal.SIGKILL)
    error = store.fails("read", "k", 0, 10, deadline_s=5)
    case.true(error.code in ("UNAVAILABLE", "TIMEOUT") and error.retry == "transient", f"no server at all: {error}")
    nfs.server.stop()
    nfs.restart()
    case.equal(nfs.open("x").read("k", 0, 10), b"before", "the object after a restart")


def restarted_server(case):
    """Parts that a restart of the server may have lost are no parts any more, until they are written again."""
    nfs = Nfs(case)
    store = nfs.open("x")
    upload = store.begin("up")
    parts = [store.part("up", upload, n, bytes([n]) * 300_000) for n in (1, 2)]
    case.equal([p.number for p in store.list_parts("up", upload)], [1, 2], "the parts before")
    case.equal(store.young_uploads(), 1, "uploads that began just now")
    nfs.server.server.stop(signal.SIGKILL)
    nfs.server.stop()
    stopped = int(time.time())
    wait_until(lambda: int(time.time()) > stopped + 1, 10, "another second: Ganesha's verifier is its start in seconds")
    nfs.restart()
    store = nfs.open("x")
    case.equal([u for _, u in store.list_uploads()], [upload], "the upload is found again")
    case.equal(store.list_parts("up", upload), [], "the parts after")
    error = store.fails("complete", "up", upload, parts)
    case.equal(error.code, "INVALID_ARGUMENT", f"complete after a restart: {error}")
    case.contains(error.message, "restarted")
    parts = [store.part("up", upload, n, bytes([n]) * 300_000) for n in (1, 2)]
    store.complete("up", upload, parts)
    with open(f"{nfs.export}/x/up", "rb") as file:
        case.true(file.read() == b"\1" * 300_000 + b"\2" * 300_000, "the object differs")


def leftovers(case):
    """What dead writers left a day ago goes with the next process's first put; uploads that live, and what is young, stay."""
    nfs = Nfs(case)
    store = nfs.open("x")
    store.put("first", b"x")
    temp = f"{nfs.export}/x/.seabed-tmp"
    living = store.begin("up")
    parts = [store.part("up", living, 1, b"part")]
    published, unmade, young = "n-00aa", "n-00ff", "n-0011"   # killed behind its rename, before it was made; being made
    for name, files in ((published, ("about", "index")), (unmade, ("index",)), (young, ("index",))):
        os.makedirs(f"{temp}/{name}")
        for file in files:
            shutil.copy(f"{temp}/{living}/{file}", f"{temp}/{name}/{file}")
    with open(f"{temp}/t-0123", "wb"):
        pass
    yesterday = time.time() - 90_000
    for name in (living, published, unmade, "t-0123"):
        os.utime(f"{temp}/{name}", (yesterday, yesterday))
    nfs.open("x").put("second", b"x")
    case.equal(sorted(os.listdir(temp)), sorted([living, young]), "what is left")
    store.complete("up", living, parts)
    case.equal(store.read("up", 0, 9), b"part", "the upload that lived")


def full_server(case):
    export = f"{case.base}/small"
    os.makedirs(export)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", export], check=False).returncode != 0:
        raise Skip("no tmpfs can be mounted here")
    case.at_end(lambda: subprocess.run(["umount", "-l", export], check=True))
    nfs = Nfs(case, export)
    store = nfs.open("x")
    store.append("log", 0, b"head")
    store.put("filler", os.urandom(16 << 20))
    for verb, *words in (("put", "big", os.urandom(12 << 20)), ("append", "log", 4, os.urandom(12 << 20))):
        error = store.fails(verb, *words)
        case.equal(error.code, "NO_SPACE", f"{verb} on a full server: {error}")
        case.contains(error.message, "MiB free of 24 MiB", verb)
    case.equal(store.keys(), ["filler", "log"], "what is there after the refusals")
    case.equal(store.read("log", 0, 100), b"head", "the log is as long as before")
    store.remove(["filler"])
    case.equal(store.append("log", 4, b"tail"), 8, "there is room again")


def lost_connections(case):
    """Connections that break while the main job runs; and a write whose answer is lost is told as unknown."""
    nfs = Nfs(case)
    proxy = FaultProxy(nfs.facts["nfsport"])
    port = proxy.start()
    case.at_end(proxy.stop)

    def break_some():
        for after in (200, 5_000, 60_000, 300_000):
            proxy.add("reset", times=1, after=after)
            proxy.add("reset", times=1, after=after, up=True)

    main_job(case, Medium(nfs.location("media"), nfs.ports(port, connections=2)), trouble=break_some)
    case.true(proxy.hits.get("reset", 0) > 3, f"too few connections were broken: {proxy.hits}")


def proxied(nfs):
    """A proxy before the NFS port, and a function that opens stores through it with connections of their own."""
    proxy = FaultProxy(nfs.facts["nfsport"])
    port = proxy.start()
    nfs.case.at_end(proxy.stop)
    return proxy, lambda: open_store(nfs.case.build, nfs.location("x"), **nfs.ports(port))


def lost_replies(case):
    """A procedure is carried out and its reply lost: unknown where something was changed for others to see, and what is there
    then can be gone on with."""
    nfs = Nfs(case)
    proxy, through = proxied(nfs)
    direct = nfs.open("x")
    direct.append("log", 0, b"head")
    direct.put("old", b"old")

    def lost(procedure, verb, *words):
        store = through()
        store.stat("old")
        proxy.add("drop_reply", times=1, match=f"^{procedure}$")
        error = store.fails(verb, *words)
        case.equal(proxy.hits.get("drop_reply"), 1, f"{verb}: replies to {procedure} that were lost")
        proxy.hits.clear()
        return error.retry, error

    for procedure, words in (("RENAME", ("put", "new", b"new")), ("LINK", ("put", "absent", b"absent", True)),
                             ("REMOVE", None), ("WRITE", ("append", "log", 4, b"tail")), ("CREATE", ("append", "made", 0, b"x"))):
        if procedure == "REMOVE":
            store = through()
            store.stat("old")
            proxy.add("drop_reply", times=1, match="^REMOVE$")
            result = store.remove(["old"])[0]
            case.equal(result and result.retry, "unknown", f"remove: {result}")
            case.equal(proxy.hits.pop("drop_reply"), 1, "replies to REMOVE that were lost")
            case.equal(direct.fails("stat", "old").code, "NOT_FOUND", "what was removed")
            direct.put("old", b"old")
            continue
        retry, error = lost(procedure, *words)
        case.equal(retry, "unknown", f"{procedure}: {error}")
    case.equal((direct.read("new", 0, 9), direct.read("absent", 0, 9)), (b"new", b"absent"), "what was published all the same")
    case.equal(direct.stat("log").size, 8, "the log: its bytes came")
    case.equal(direct.append("log", direct.stat("log").size, b"more"), 12, "the log goes on")
    case.equal(direct.append("made", direct.stat("made").size, b"y"), direct.stat("made").size, "what was made goes on")
    for procedure in ("CREATE", "WRITE"):   # of the temporary file: nothing that anybody sees
        retry, error = lost(procedure, "put", "never", b"x")
        case.equal(retry, "transient", f"{procedure} of a put: {error}")
        case.equal(direct.fails("stat", "never").code, "NOT_FOUND", "a put that was not published")
    upload = direct.begin("up")
    parts = [direct.part("up", upload, 1, b"part")]
    retry, error = lost("RENAME", "complete", "up", upload, parts)
    case.equal(retry, "unknown", f"complete: {error}")
    case.equal(direct.read("up", 0, 9), b"part", "what was completed all the same")


def stalls(case):
    """A server that falls silent in the middle, up or down; and one that is slow."""
    nfs = Nfs(case)
    direct = nfs.open("x")
    data = os.urandom(3 << 20)
    direct.put("k", data)
    proxy, through = proxied(nfs)
    for verb, *words in (("read", "k", 0, len(data)), ("put", "n", data), ("append", "log", 0, data), ("stat", "k"), ("list",)):
        for how in ({"deadline_s": 1}, {"cancel_after": 0.3}):
            def attempt():
                proxy.add("stall", times=-1, after=400)   # behind the greeting of a connection
                try:
                    return late(case, through(), verb, words, how)
                finally:
                    proxy.clear()
            promptly(case, f"{verb} {how}", attempt)
    proxy.add("latency", ms=50)
    through().put("slow", b"x")
    proxy.clear()
    case.equal(direct.read("slow", 0, 9), b"x", "what came late")
    case.equal(direct.fails("stat", "n").code, "NOT_FOUND", "a put that was never whole")


def refused(case):
    nfs = Nfs(case)
    for attributes, code, word in (({"version": 2}, "INVALID_ARGUMENT", "version"),
                                   ({"nfsport": 70000}, "INVALID_ARGUMENT", "nfsport")):
        try:
            nfs.open("x", **attributes)
            raise AssertionError(f"{attributes} was taken")
        except DriverError as error:
            case.equal(error.code, code, f"{attributes}: {error}")
            case.contains(error.message, word)
    stranger = open_store(case.build, "nfs://127.0.0.1/nowhere/at/all", **nfs.ports())
    error = stranger.fails("list")
    case.equal(error.code, "PERMISSION_DENIED", f"what is not exported: {error}")
    store = nfs.open("x")
    for key in ("../out", "a/../../out", "/etc/passwd", "a//b", ".seabed-tmp/t-1"):
        case.equal(store.fails("put", key, b"x").code, "INVALID_ARGUMENT", key)
    nobody = nfs.open("private", uid=65534, gid=65534)
    os.makedirs(f"{nfs.export}/private", mode=0o700)
    case.equal(nobody.fails("put", "k", b"x").code, "PERMISSION_DENIED", "another user's directory")


def version_4(case):
    """Tried on the real server with the library that is installed: the refusal says what was seen, and leaves nothing."""
    nfs = Nfs(case)
    try:
        open_store(case.build, "nfs://127.0.0.1/export/not/there", version=4, **nfs.ports())
        raise AssertionError("version=4 was taken")
    except DriverError as error:
        case.equal(error.code, "UNSUPPORTED", str(error))
        case.contains(error.message, "libnfs.so.")
        # What Debian's 4.0.0 does; a libnfs that writes right is refused for another reason, which is as true.
        seen = re.search(r"was tried on this server, and (a write of \d+ bytes failed|of \d+ written bytes)", error.message)
        case.true(seen or "wrote right when it was tried" in error.message, str(error))
        case.true(seen or "libnfs.so.13.0.0" not in error.message, f"libnfs 4.0.0 does not write right: {error}")
    case.equal([name for name in os.listdir(nfs.export) if name.startswith(".seabed-probe")], [], "what the probe left")
    started = time.monotonic()
    nfs.server.stop()
    try:
        open_store(case.build, "nfs://127.0.0.1/export", version=4, **nfs.ports())
        raise AssertionError("version=4 was taken")
    except DriverError as error:
        case.contains(error.message, "could not be tried")
    case.true(time.monotonic() - started < 60, "a server that is gone holds the probe up")


def changing_listing(case):
    nfs = Nfs(case)
    check_changing_listing(case, nfs.open("c"), nfs.open("c"))


def parallel_memory(case):
    nfs = Nfs(case)

    def body():
        with open(f"{nfs.export}/m/large", "rb") as file:
            return file.read()
    parallel_upload.check(case, "nfs", nfs.location("m").removeprefix("nfs://"), nfs.ports(), body)


if __name__ == "__main__":
    sys.exit(run_cases({"conformance": conformance, "main-job": main_job_case, "crossed": crossed,
                        "dead-server": dead_server, "restarted-server": restarted_server, "leftovers": leftovers, "full-server": full_server, "lost-connections": lost_connections,
                        "lost-replies": lost_replies, "stalls": stalls,
                        "refused": refused, "version-4": version_4, "changing-listing": changing_listing,
                        "parallel-memory": parallel_memory}))
