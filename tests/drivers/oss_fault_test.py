"""The OSS driver and trouble: lost answers, lies about bytes, a busy service, cut bodies, hostile XML."""
# ctest: timeout=300 labels=media,fault
# case: lost-answers
# case: lies
# case: versioning
# case: busy
# case: cut-bodies
# case: cut-headers
# case: stall-and-cancel
# case: hostile-xml
# case: changing-listing
import http.server
import sys
import threading
import time

import cut_headers
from case import run_cases
from changing_listing import check_changing_listing
from fault_proxy import FaultProxy
from oss_lab import OssLab, refused
from promptly import promptly

MIB = 1 << 20


def proxied(case, lab, **how):
    proxy = FaultProxy(lab.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)
    return proxy, lab.open(port=port, **how)


def lost_answers(case):
    """What the server did and nobody heard of: outcome unknown, and what is there afterwards can be gone on with."""
    lab = OssLab(case)
    proxy, store = proxied(case, lab)

    def lost(match, call, *arguments, **more):
        proxy.add("commit_drop", times=1, match=match)
        error = refused(call, *arguments, **more)
        case.equal(error.retry, "unknown", f"{match}: {error}")

    lost("^PUT /a/b/k", store.put, "k", b"written")
    case.equal(store.read("k", 0, 9), b"written", "the object")
    lost("^PUT /a/b/c", store.put, "c", b"first", if_absent=True)
    case.equal(refused(store.put, "c", b"second", if_absent=True).code, "ALREADY_EXISTS", "again")
    store.append("log", 0, b"abc")
    lost("^POST /a/b/log", store.append, "log", 3, b"def")
    case.equal(store.stat("log").size, 6, "length after the lost answer")
    case.equal(refused(store.append, "log", 3, b"def").code, "CONFLICT", "the same append again")
    case.equal(store.append("log", 6, b"g"), 7, "the next append")
    lost("^POST /a/b/new", store.append, "new", 0, b"x")
    case.equal((store.stat("new").size, lab.body("a/b/log")), (1, b"abcdefg"), "what is there")
    upload = store.begin("large")
    parts = [store.part("large", upload, n, b"p" * 200_000) for n in (1, 2)]
    lost("^POST /a/b/large.uploadId", store.complete, "large", upload, parts)
    case.equal(store.stat("large").size, 400_000, "the completed object")
    case.equal(refused(store.list_parts, "large", upload).code, "NOT_FOUND", "the upload")
    harmless = [("^PUT /a/b/up.partNumber", lambda: store.part("up", other, 1, b"x")), ("^POST /.delete", lambda:
                store.remove(["k", "c"])), ("^PUT /a/b/log.tagging", lambda: store.set_tags("log", {"a": "b"}))]
    other, aborted = store.begin("up"), store.begin("aborted")
    odd = "one\x0b"   # XML cannot carry it: removed by itself
    store.put(odd, b"x")

    def removed():
        failure = store.remove([odd])[0]
        if failure:
            raise failure

    harmless += [("^POST /a/b/begun.uploads", lambda: store.begin("begun")),
                 ("^DELETE /a/b/aborted", lambda: store.abort("aborted", aborted)), ("^DELETE /a/b/one", removed)]
    for match, call in harmless:  # curl may send them again by itself, on a connection that was kept
        proxy.add("commit_drop", times=2, match=match)
        case.equal(refused(call).retry, "transient", match)
        proxy.clear()
        if "aborted" not in match:
            call()
        elif refused(call).code != "NOT_FOUND":
            raise AssertionError("the upload was not aborted")
    case.equal([k for k, _ in store.list()], ["large", "log", "new"], "the listing")


def lies(case):
    """A bit that turns behind the server's digest check is seen by crc64, whatever checksum_type says."""
    lab = OssLab(case)
    for kind in ("md5", "no_checksum"):
        store = lab.open(kind, checksum_type=kind)
        store.append("log", 0, b"start")

        def lied(what, call, *arguments):
            lab.server.control(spoil={what: 1})
            error = refused(call, *arguments)
            case.equal((error.code, error.retry), ("CORRUPTION", "permanent"), f"{kind}, {what}: {error}")
            case.contains(error.message, "crc64", what)

        lied("put", store.put, "k", b"x" * 1000)
        lied("append", store.append, "log", 5, b"more")
        lied("append", store.append, "other", 0, b"first")
        lied("append", lab.open(kind, checksum_type=kind).append, "log", 9, b"by another process")
        upload = store.begin("up")
        lied("part", store.part, "up", upload, 1, b"y" * 1000)
        store.put("good", b"0123456789")
        lied("get", store.read, "good", 0, 10)
        lied("get", store.read, "good", 0, 100)
        case.equal(store.read("good", 0, 100), b"0123456789", "read again")


def versioning(case):
    """A bucket with versioning ignores the condition: seen by its answer, so that no two writers win."""
    lab = OssLab(case)
    store = lab.open()
    store.put("lease", b"1", if_absent=True)
    lab.server.control(versioned=True)
    for key in ("lease", "other"):
        error = refused(store.put, key, b"2", if_absent=True)
        case.equal((error.code, error.retry), ("UNSUPPORTED", "permanent"), str(error))
        case.contains(error.message, "versioning", "the reason")
    store.put("plain", b"3")
    case.equal(lab.body("a/b/plain"), b"3", "a write without a condition")


def busy(case):
    lab = OssLab(case)
    proxy, store = proxied(case, lab)
    store.put("k", b"1")
    calls = [lambda: store.stat("k"), lambda: store.read("k", 0, 1), lambda: store.put("k", b"2"), store.list,
             lambda: store.append("l", 0, b"x"), lambda: store.remove(["k", "n"])]
    for number, call in enumerate(calls):
        proxy.add("http", times=1, status=503, code="SlowDown", retry_after=7)
        error = refused(call)
        case.equal((error.code, error.retry, error.retry_after_ms), ("UNAVAILABLE", "throttled", 7000), f"{number}: {error}")
        proxy.add("http", times=1, status=503, code="QpsLimitExceeded")
        wanted = "transient" if number == 0 else "throttled"  # a HEAD has no words
        case.equal(refused(call).retry, wanted, str(number))
    proxy.add("http", times=1, status=404, match="^HEAD")  # no x-oss-err, as of a box in between
    case.equal(refused(lab.open(port=proxy.port, bucket="no-such").stat, "k").code, "INVALID_ARGUMENT", "a missing bucket")
    proxy.add("http", times=1, status=404, match="^HEAD")
    case.equal(refused(store.stat, "missing").code, "NOT_FOUND", "a missing object")
    proxy.add("http", times=1, status=400, code="InvalidDigest")
    error = refused(store.put, "k", b"2")
    case.equal((error.code, error.retry), ("CORRUPTION", "transient"), "a body damaged on its way")
    proxy.add("http", times=1, status=500, code="InternalError")
    case.equal(refused(store.put, "k", b"2").retry, "unknown", "500 on a write")
    proxy.add("http", times=1, status=500, code="InternalError")
    case.equal(refused(store.read, "k", 0, 1).retry, "transient", "500 on a read")
    case.equal(store.read("k", 0, 9), b"1", "afterwards")


def cut_bodies(case):
    lab = OssLab(case)
    data = bytes(range(256)) * 4096
    lab.open().put("k", data)
    for kind in ("truncate", "reset"):
        proxy, store = proxied(case, lab)
        proxy.add(kind, times=1, after=300_000)
        error = refused(store.read, "k", 0, MIB)
        case.equal((error.code, error.retry), ("UNAVAILABLE", "transient"), f"{kind}: {error}")
        case.true(store.read("k", 0, MIB) == data, "read again")
    proxy, store = proxied(case, lab)
    proxy.add("reset", times=1, up=True, after=300_000)
    error = refused(store.append, "cut", 0, data)
    case.equal(error.retry, "unknown", f"a request cut on its way up: {error}")
    case.equal(store.append("cut", 0, data), MIB, "the same append again, as nothing of it is there")
    proxy, store = proxied(case, lab)
    proxy.add("stall", times=1, after=300_000)
    error = refused(store.read, "k", 0, MIB, deadline_s=2)
    case.equal(error.code, "TIMEOUT", str(error))


def cut_headers_case(case):
    lab = OssLab(case)
    proxy, _ = proxied(case, lab)

    def cut_after(after):
        proxy.clear()
        proxy.add("truncate", times=1, after=after)
        return lab.open(port=proxy.port)
    cut_headers.check(case, cut_after, lab.open(), append=True)


def stall_and_cancel(case):
    lab = OssLab(case)
    data = b"x" * MIB
    lab.open().put("k", data)
    proxy, _ = proxied(case, lab)
    for verb, *words in (("read", "k", 0, MIB), ("put", "n", data), ("append", "log", 0, data), ("list",), ("stat", "k"),
                         ("remove", ["k"]), ("begin", "u")):
        for how in ("deadline", "cancel"):
            def attempt():
                proxy.add("stall", after=300_000 if verb == "read" else 0)
                store = lab.open(port=proxy.port)
                end = time.monotonic() + 0.5
                limits = {"deadline_s": 0.5} if how == "deadline" else {"cancelled": lambda: time.monotonic() > end}
                if verb == "remove":
                    error = store.remove(*words, **limits)[0]
                else:
                    error = refused(getattr(store, verb), *words, **limits)
                proxy.clear()
                case.equal(error.code, "TIMEOUT" if how == "deadline" else "CANCELLED", f"{verb}, {how}: {error}")
                return time.monotonic() - end
            promptly(case, f"{verb}, {how}", attempt)
    proxy.add("latency", ms=100, times=2)
    lab.open(port=proxy.port).put("slow", b"late")
    case.equal(lab.body("a/b/slow"), b"late", "what came late")


ROW = "<Contents><Key>{}</Key><Size>1</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
LIST = "<ListBucketResult><IsTruncated>{}</IsTruncated>{}</ListBucketResult>"
HOSTILE = {
    "entities": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + LIST.format(
        "false", ROW.format("a/b/&b;")),
    "depth": "<a>" * 100_000 + "</a>" * 100_000,
    "huge": LIST.format("false", "<x>" + "y" * (20 * MIB) + "</x>"),
    "cut": LIST.format("false", ROW.format("a/b/k"))[:-12],
    "nothing": "",
    "another document": "<Error><Code>Odd</Code></Error>",
    "keys of others": LIST.format("false", ROW.format("elsewhere/k")),
    "climbing": LIST.format("false", ROW.format("a/../../etc/passwd")),
    "falling": LIST.format("false", ROW.format("a/b/2") + ROW.format("a/b/1")),
    "twice": LIST.format("false", ROW.format("a/b/1") * 2),
    "bad escape": LIST.format("false", ROW.format("a/b/%zz")),
    "a zero byte": LIST.format("false", ROW.format("a/b/%00")),
    "bad size": LIST.format("false", ROW.format("a/b/k").replace(">1<", ">-1<")),
    "no end": LIST.format("true", ""),
}


def hostile_xml(case):
    """A server that answers 200 and nonsense: an error, never a list."""
    told = {"body": b""}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = told["body"]  # once: the test goes on to the next as soon as it has an answer
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case.at_end(server.shutdown)
    store = OssLab(case).open(port=server.server_address[1])
    for name, body in HOSTILE.items():
        told["body"] = body.encode()
        for call in (store.list, store.list_uploads, lambda: store.list_parts("k", "u"), lambda: store.tags("k"),
                     lambda: store.begin("k"), lambda: store.remove(["k", "l"])):
            if name in ("keys of others", "climbing", "falling", "twice", "bad escape", "a zero byte", "bad size",
                        "no end") and call != store.list:
                continue
            error = refused(call)
            case.true(error.code in ("CORRUPTION", "UNAVAILABLE"), f"{name}: {error}")
    told["body"] = LIST.format("false", ROW.format("a%2Fb%2Fk")).encode()
    case.equal(store.list(), [("k", 1)], "a good answer")


def changing_listing(case):
    lab = OssLab(case)
    check_changing_listing(case, lab.open("c"), lab.open("c"))


if __name__ == "__main__":
    sys.exit(run_cases({"lost-answers": lost_answers, "lies": lies, "versioning": versioning, "busy": busy, "cut-bodies": cut_bodies,
                        "cut-headers": cut_headers_case, "stall-and-cancel": stall_and_cancel, "hostile-xml": hostile_xml, "changing-listing": changing_listing}))
