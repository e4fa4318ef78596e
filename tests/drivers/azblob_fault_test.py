"""The azblob driver before trouble: cut and stalled answers, lost ones of every change, tokens that are too weak or too old,
nonsense, and a container that changes while it is listed. No wrong success, no wrong result."""
# ctest: timeout=300 labels=media,fault
# case: lost-answers
# case: cut-bodies
# case: stall-and-cancel
# case: busy
# case: weak-tokens
# case: hostile-xml
# case: changing-listing
import os
import sys
import time

from azblob_test import Azure, CONTAINER
from case import run_cases
import cut_headers
from changing_listing import check_changing_listing
from driver_calls import DriverError, open_store
from promptly import promptly
from web_script import WebScript

MIB = 1 << 20


def lost_answers(case):
    """The request is carried out and nobody hears of it: unknown where a second one would do harm, and looking helps."""
    azure = Azure(case)
    proxy, host = azure.proxy()
    store, direct = azure.open(host=host), azure.open()
    direct.put("gone", b"x")
    direct.put("tagged", b"x")
    upload = direct.begin("up")
    parts = [direct.part("up", upload, 1, b"one")]
    aborted = direct.begin("aborted")
    harmless = ("transient", "unknown")
    for what, match, call, retry in (
            ("begin", "comp=block", lambda: store.begin("begun"), harmless),
            ("part", "comp=block", lambda: store.part("up", upload, 2, b"two"), harmless),
            ("abort", "comp=block", lambda: store.abort("aborted", aborted), harmless),
            ("complete", "comp=blocklist", lambda: store.complete("up", upload, parts), ("unknown",)),
            ("put", "/put", lambda: store.put("put", b"whole"), ("unknown",)),
            ("create", "/made", lambda: store.put("made", b"1", True), ("unknown",)),
            ("tags", "comp=tags", lambda: store.set_tags("tagged", {"a": "b"}), harmless)):
        proxy.add("commit_drop", times=1, match=f"^PUT .*{match}")
        try:
            call()   # libcurl sends on a fresh connection again what harms nobody
            case.true(retry is harmless, f"{what}: its answer was lost, and it is a success")
        except DriverError as error:
            case.contains(retry, error.retry, f"{what}: {error}")
    for batch in ("true", "false"):
        deleting = azure.open(host=host, batch_delete=batch)
        direct.put("gone", b"x")
        proxy.add("commit_drop", times=1, match="^(DELETE|POST) ")
        try:
            results = deleting.remove(["gone"])
            case.true(results[0] is None or results[0].retry in harmless, f"a deletion whose answer is lost: {results}")
        except DriverError as error:
            case.contains(harmless, error.retry, str(error))
    case.equal(proxy.hits["commit_drop"], 9, "answers that were lost")
    case.equal((direct.read("up", 0, 9), direct.read("put", 0, 9), direct.read("made", 0, 9)), (b"one", b"whole", b"1"), "what is there")
    case.equal(direct.tags("tagged"), {"a": "b"}, "the tags")
    case.equal(direct.fails("stat", "gone").code, "NOT_FOUND", "what was removed")


def cut_bodies(case):
    azure = Azure(case)
    data = os.urandom(2 * MIB)
    direct = azure.open()
    direct.put("k", data)
    for n in range(30):
        direct.put(f"z{n:02}", b"x")
    names = ["k"] + [f"z{n:02}" for n in range(30)]
    wrong = []
    for kind in ("truncate", "reset"):
        for after in (0, 100, 400, 900, 3000, MIB):
            for what, call, whole in (("read", lambda s: s.read("k", 0, 2 * MIB), data), ("list", lambda s: s.keys(), names)):
                proxy, host = azure.proxy()
                proxy.add(kind, times=1, after=after)
                store = azure.open(host=host)
                try:
                    if call(store) != whole:
                        wrong.append((kind, what, after))
                except DriverError as error:
                    case.true(error.retry != "permanent", f"{what} after {kind} at {after}: {error}")
                    case.true(call(store) == whole, f"{what} again")
    case.equal(wrong, [], "wrong results called success")
    def cut_after(after):
        proxy, host = azure.proxy()
        proxy.add("truncate", times=1, after=after)
        return azure.open(host=host)
    cut_headers.check(case, cut_after, direct, append=True)
    proxy, host = azure.proxy()
    proxy.add("reset", times=1, up=True, after=300_000)
    case.equal(azure.open(host=host).fails("put", "cut", data).retry, "unknown", "a request cut on its way up")
    case.equal(direct.fails("stat", "cut").code, "NOT_FOUND", "half of a body")


def stall_and_cancel(case):
    azure = Azure(case)
    direct = azure.open()
    direct.put("k", os.urandom(MIB))
    for what, words in (("read", ("k", 0, MIB)), ("put", ("n", b"x" * MIB)), ("list", ()), ("stat", ("k",))):
        for how in ({"deadline_s": 1.5}, {"cancel_after": 0.5}):
            def attempt():
                proxy, host = azure.proxy()
                proxy.add("stall", after=100 if what == "read" else 0)
                store = azure.open(host=host)
                started = time.monotonic()
                error = store.fails(what, *words, **how)
                took = time.monotonic() - started
                case.equal(error.code, "CANCELLED" if "cancel_after" in how else "TIMEOUT", f"{what} {how}: {error}")
                return took - sum(how.values())
            promptly(case, f"{what} {how}", attempt)
    proxy, host = azure.proxy()
    proxy.add("latency", ms=100, times=2)
    azure.open(host=host).put("slow", b"x")
    case.equal(direct.read("slow", 0, 9), b"x", "what came late")


def busy(case):
    azure = Azure(case)
    proxy, host = azure.proxy()
    store = azure.open(host=host)
    store.put("k", b"1")
    for call in (lambda: store.read("k", 0, 1), lambda: store.put("k", b"2"), store.list, lambda: store.append("l", 0, b"x"),
                 lambda: store.tags("k")):
        proxy.add("http", times=1, status=503, code="ServerBusy", retry_after=7)
        try:
            call()
            raise AssertionError("a busy server's answer was a success")
        except DriverError as error:
            case.equal((error.code, error.retry, error.retry_after_ms), ("UNAVAILABLE", "throttled", 7000), str(error))
    for status, write, read in ((500, "unknown", "transient"), (502, "unknown", "transient")):
        proxy.add("http", times=1, status=status, code="InternalError")
        case.equal(store.fails("put", "k", b"2").retry, write, f"{status} of a put")
        proxy.add("http", times=1, status=status, code="InternalError")
        case.equal(store.fails("read", "k", 0, 1).retry, read, f"{status} of a read")


def weak_tokens(case):
    """A SAS that lacks one right, and one whose time is over: told so, for good, without the token."""
    azure = Azure(case)
    azure.open().put("k", b"1")
    readonly = azure.client("sas", "rl")
    keys = {"host": azure.host(), "access_id": azure.facts["account"]}
    store = open_store(case.build, f"azblob://{CONTAINER}/x", **keys, sas_token=readonly)
    case.equal(store.read("k", 0, 9), b"1", "what the token allows")
    for verb, *words in (("put", "n", b"x"), ("append", "n", 0, b"x"), ("begin", "n"), ("set_tags", "k", {"a": "b"})):
        error = store.fails(verb, *words)
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"{verb}: {error}")
        case.true(readonly[-20:] not in str(error), f"{verb} tells the token: {error}")
    denied = store.remove(["k"])[0]
    case.equal(denied.code, "PERMISSION_DENIED", f"a deletion: {denied}")
    case.equal(azure.open().read("k", 0, 9), b"1", "what is there")
    old = open_store(case.build, f"azblob://{CONTAINER}/x", **keys, sas_token=azure.client("sas", "racwdlt", "-60"))
    for verb, *words in (("put", "n", b"x"), ("read", "k", 0, 1), ("list",), ("stat", "k")):
        error = old.fails(verb, *words)
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"{verb} with an old token: {error}")


BLOB = "<Blob><Name>{}</Name><Properties><Content-Length>1</Content-Length></Properties></Blob>"
LIST = "<EnumerationResults><Blobs>{}</Blobs><NextMarker>{}</NextMarker></EnumerationResults>"
HOSTILE = {
    "entities": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + LIST.format(BLOB.format("x/&b;"), ""),
    "depth": "<a>" * 100_000 + "</a>" * 100_000,
    "huge": LIST.format("<x>" + "y" * (20 * MIB) + "</x>", ""),
    "cut": LIST.format(BLOB.format("x/k"), "")[:-12],
    "nothing": "",
    "another document": "<Error><Code>Odd</Code></Error>",
    "JSON": "{}",
}
STRANGE_LISTS = {
    "names of others": LIST.format(BLOB.format("elsewhere/k"), ""),
    "climbing": LIST.format(BLOB.format("x/../../etc/passwd"), ""),
    "twice": LIST.format(BLOB.format("x/1") * 2, ""),
    "no size": LIST.format(BLOB.format("x/k").replace("<Content-Length>1</Content-Length>", ""), ""),
    "bad size": LIST.format(BLOB.format("x/k").replace(">1<", ">-1<"), ""),
    "no list": "<EnumerationResults><NextMarker/></EnumerationResults>",
}


def hostile_batches(case, azure, web):
    """A batch that is answered with nonsense deleted nobody: each key is asked for by itself."""
    for name, body in HOSTILE.items():
        for kind in ("application/xml", "multipart/mixed; boundary=b"):
            before = len(web.asked)
            web.answer = lambda asked, body=body, kind=kind: (
                (200, {"Content-Type": kind}, body.encode()) if asked.method == "POST" else (500, {}, b""))
            results = azure.open(host=azure.host(web.port)).remove(["k", "l"])
            case.equal([r and r.code for r in results], ["UNAVAILABLE"] * 2, f"{name} as {kind}: {results}")
            methods = [asked.method for asked in web.asked[before:]]
            case.contains((["POST", "DELETE", "DELETE"], ["POST"]), methods, f"{name} as {kind}")


def hostile_xml(case):
    """A server that answers 200 and nonsense: an error, never a list."""
    azure = Azure(case)
    web = WebScript(case, lambda _: (200, {}, b""))
    store = azure.open(host=azure.host(web.port))
    upload = "0" * 32
    for name, body in {**HOSTILE, **STRANGE_LISTS}.items():
        web.answer = lambda _, body=body: (200, {}, body.encode())
        calls = [("list", store.list)]
        if name in HOSTILE:
            calls += [("list_uploads", store.list_uploads), ("list_parts", lambda: store.list_parts("k", upload)),
                      ("tags", lambda: store.tags("k"))]
        for what, call in calls:
            try:
                answer = call()
                raise AssertionError(f"{what} took {name}: {answer}")
            except DriverError as error:
                case.contains(("CORRUPTION", "UNAVAILABLE"), error.code, f"{name}: {error}")
    hostile_batches(case, azure, web)
    web.answer = lambda _: (200, {}, LIST.format(BLOB.format("x/k"), "").encode())
    case.equal(store.list(), [("k", 1)], "a good answer")
    web.answer = lambda _: (200, {}, LIST.format("", "always the same").encode())
    try:
        store.list()
        raise AssertionError("a listing that goes round in circles ended well")
    except DriverError as error:
        case.contains(("CORRUPTION", "UNAVAILABLE", "INTERNAL"), error.code, str(error))


def changing_listing(case):
    azure = Azure(case)
    check_changing_listing(case, azure.open("c"), azure.open("c"))


if __name__ == "__main__":
    sys.exit(run_cases({"lost-answers": lost_answers, "cut-bodies": cut_bodies, "stall-and-cancel": stall_and_cancel, "busy": busy,
                        "weak-tokens": weak_tokens, "hostile-xml": hostile_xml, "changing-listing": changing_listing}))
