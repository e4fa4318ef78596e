#!/usr/bin/python3
"""The S3 driver under the host's stack, behind a proxy that makes trouble: no wrong success, no wrong result."""
# ctest: timeout=400 labels=media,fault
# case: answer-lost
# case: answer-lost-of-a-batch
# case: lost-race-is-told
# case: slow-down
# case: resets
# case: truncated
# case: stall-and-cancel
# case: latency-and-refusal
# case: server-errors
# case: changing-listing
import hashlib
import random
import sys

import cut_headers
from case import run_cases
from changing_listing import check_changing_listing
from driver_abi import DriverError
from fault_proxy import FaultProxy
from promptly import promptly
from s3_lab import S3Lab, refused
from store_probe import StoreProbe

MIB = 1 << 20


class Lab(S3Lab):
    """With a proxy before the gateway, the stack and the bare driver behind it, and random files."""

    def __init__(self, case, attempts=8):
        super().__init__(case)
        self.proxy = FaultProxy(self.facts["port"])
        port = self.proxy.start()
        self.probe = StoreProbe(case, self.uri("a/b", port=port), attempts)
        self.bare = self.open("a/b", port=port)
        case.at_end(self.proxy.stop)
        self.random = random.Random(1)

    def file(self, size):
        path = f"{self.case.base}/{size}-{self.random.getrandbits(40):x}"
        with open(path, "wb") as out:
            out.write(self.random.randbytes(size))
        return path

    def same(self, key, path):
        with open(path, "rb") as file:
            wanted = file.read()
        found = self.body(f"a/b/{key}")
        self.case.equal((len(found), hashlib.sha256(found).hexdigest()), (len(wanted), hashlib.sha256(wanted).hexdigest()),
                        f"the object {key} as boto3 sees it")


def read_back(path):
    with open(path, "rb") as file:
        return file.read()


def answer_lost(case):
    """The request is carried out and its answer lost: every writing operation ends in the success that it was."""
    lab = Lab(case)
    warm, small, large = lab.file(10), lab.file(70_000), lab.file(11 * MIB)
    rules = {"put": r"^PUT \S*/put$", "absent": r"^PUT \S*/absent$", "begin": r"^POST \S*\?uploads", "part": r"partNumber=2",
             "complete": r"^POST \S*\?uploadId"}
    for fresh in (True, False):  # on a new connection, and on one that was used before
        for name, match in rules.items():
            key = f"{name if name in ('put', 'absent') else 'up-' + name}"
            if not fresh:
                lab.probe.well("put", key="warm", file=warm)
            lab.proxy.add("commit_drop", times=1, match=match)
            if name in ("put", "absent"):
                lab.probe.well("put", key=key, file=small, absent=name == "absent")
                lab.same(key, small)
            else:
                lab.probe.well("upload", key=key, file=large, part=5 * MIB)
                lab.same(key, large)
            lab.proxy.clear()
        lab.proxy.add("commit_drop", times=1, match=r"^DELETE \S*/absent")
        case.equal(lab.probe.well("remove", keys=["absent"])["keys"], [{"ok": True}], "removal")
        lab.proxy.clear()
    case.equal(lab.proxy.hits["commit_drop"], 12, "answers that the proxy dropped")
    case.true("a/b/absent" not in lab.keys(), "the removed object")
    # The bare driver says that it does not know.
    aborted = lab.bare.begin("aborted")
    lab.bare.put("tagged", b"x")
    for match, call in ((r"^DELETE \S*\?uploadId", lambda: lab.bare.abort("aborted", aborted)),
                        (r"^PUT \S*\?tagging", lambda: lab.bare.set_tags("tagged", {"a": "b"})),
                        (r"^DELETE \S*/single", lambda: raised(lab.bare.remove(["single"]))),
                        (r"^PUT \S*/n", lambda: lab.bare.put("n", b"x")), (r"^PUT \S*/m", lambda: lab.bare.put("m", b"x", True)),
                        (r"^POST", lambda: lab.bare.begin("u")), (r"^POST \S*\?delete", lambda: lab.bare.remove(["a", "b"]))):
        lab.bare.stat("warm")
        lab.proxy.add("commit_drop", times=1, match=match)
        case.equal(refused(call).retry, "unknown", match)
        lab.proxy.clear()
    case.equal((lab.bare.tags("tagged"), refused(lab.bare.list_parts, "aborted", aborted).code), ({"a": "b"}, "NOT_FOUND"),
               "what was done all the same")


def raised(results):
    """The only key's failure, as one of the call."""
    if results[0] is not None:
        raise results[0]


def answer_lost_of_a_batch(case):
    lab = Lab(case)
    keys = [f"k{n}" for n in range(20)]
    for key in keys:
        lab.boto.put_object(Bucket=lab.bucket, Key=f"a/b/{key}", Body=b"x")
    lab.proxy.add("commit_drop", times=1, match=r"^POST \S*[?&]delete")
    case.equal(lab.probe.well("remove", keys=keys)["keys"], [{"ok": True}] * 20, "removal")
    case.equal(lab.proxy.hits["commit_drop"], 1, "answers that the proxy dropped")
    case.equal(lab.keys(), [], "what is left")


def lost_race_is_told(case):
    """A conditional create whose answer is lost, while another writer made the key first, is no success."""
    lab = Lab(case)
    ours = lab.file(1000)
    lab.boto.put_object(Bucket=lab.bucket, Key="a/b/k", Body=b"theirs")
    lab.proxy.add("commit_drop", times=1, match=r"^PUT")
    answer = lab.probe("put", key="k", file=ours, absent=True)
    case.equal((answer["ok"], answer.get("code")), (False, "already_exists"), f"the lost race: {answer}")
    case.equal(lab.body("a/b/k"), b"theirs", "the object")
    answer = lab.probe("put", key="k", file=ours, absent=True)
    case.equal(answer.get("code"), "already_exists", f"without a fault: {answer}")


def slow_down(case):
    lab = Lab(case)
    path = lab.file(6 * MIB)
    error = None
    lab.proxy.add("http", times=1, status=503, code="SlowDown", retry_after=3)
    error = refused(lab.bare.put, "k", b"x")
    case.equal((error.retry, error.retry_after_ms, error.http_status, error.vendor_code), ("throttled", 3000, 503, "SlowDown"),
               str(error))
    lab.proxy.add("http", times=1, status=503, code="SlowDown", retry_after=2)
    answer = lab.probe.well("put", key="waited", file=path)
    case.true(answer["ms"] >= 1900, f"the retry did not wait for Retry-After: {answer}")
    lab.proxy.add("http", times=5, status=503, code="SlowDown")
    lab.probe.well("upload", key="k", file=path, part=5 * MIB)
    lab.same("k", path)
    lab.proxy.add("http", times=2, status=503, code="SlowDown")
    case.equal(lab.probe.well("list")["keys"], ["k", "waited"], "the listing")
    lab.proxy.add("http", times=2, status=503, code="SlowDown")
    case.equal(lab.probe.well("remove", keys=["k", "waited", "x"])["keys"], [{"ok": True}] * 3, "removal")
    case.equal(lab.proxy.hits["http"], 11, "answers of the proxy's own")


def resets(case):
    """Connections die somewhere inside of requests and answers."""
    lab = Lab(case)
    path = lab.file(6 * MIB + 17)
    for up in (True, False):
        for after in (0, 100, 70_000, 3 * MIB):
            if not up and after > 100:
                continue
            lab.proxy.add("reset", times=2, after=after, up=up)
            lab.probe.well("upload", key=f"k{up}{after}", file=path, part=5 * MIB)
            lab.proxy.clear()
            lab.same(f"k{up}{after}", path)
    for after in (0, 100, 70_000, 5 * MIB):
        lab.proxy.add("reset", times=2, after=after)
        back = f"{case.base}/back"
        lab.probe.well("read", key="kTrue0", file=back)
        lab.proxy.clear()
        case.equal(read_back(back), read_back(path), f"what was read with resets after {after} bytes")
    case.true(lab.proxy.hits["reset"] > 0, "no connection was reset")


def truncated(case):
    """An answer that ends too early is never a short object or a short listing."""
    lab = Lab(case, attempts=1)
    path = lab.file(3 * MIB)
    lab.probe.well("put", key="k", file=path)
    for n in range(30):
        lab.boto.put_object(Bucket=lab.bucket, Key=f"a/b/z{n:02}", Body=b"x")
    wrong = []
    for after in (0, 50, 300, 900, 2000, MIB, 3 * MIB):
        for name, call, whole in (("read", lambda s: s.read("k", 0, 3 * MIB), read_back(path)),
                                  ("list", lambda s: [k for k, _ in s.list()], ["k"] + [f"z{n:02}" for n in range(30)])):
            lab.proxy.add("truncate", times=-1, after=after)
            store = lab.open("a/b", port=lab.proxy.port)  # a connection of its own, which the rule meets
            try:
                if call(store) != whole:
                    wrong.append((name, after))
            except DriverError as error:
                case.true(error.retry != "permanent", f"{name} cut after {after}: {error}")
            lab.proxy.clear()
    case.equal(wrong, [], "wrong results called success")
    case.true(lab.proxy.hits["truncate"] >= 14, "connections that were cut")

    def cut_after(after):
        lab.proxy.clear()
        lab.proxy.add("truncate", times=1, after=after)
        return lab.open("a/b", port=lab.proxy.port)
    cut_headers.check(case, cut_after, lab.open("a/b"), append=False)


def stall_and_cancel(case):
    lab = Lab(case)
    path = lab.file(2 * MIB)
    lab.boto.upload_file(path, lab.bucket, "a/b/k")
    operations = {"put": {"key": "n", "file": path}, "read": {"key": "k", "file": f"{case.base}/back"}, "stat": {"key": "k"},
                  "list": {}, "remove": {"keys": ["x", "y"]}, "upload": {"key": "u", "file": path, "part": MIB}}
    for op, words in operations.items():
        for how in ({"deadline_ms": 1500}, {"cancel_ms": 500}):
            def attempt():
                lab.proxy.add("stall", after=100 if op == "read" else 0)
                probe = StoreProbe(case, lab.uri("a/b", port=lab.proxy.port))
                answer = probe(op, **words, **how)
                lab.proxy.clear()
                failed = not answer["ok"] or any(not k["ok"] for k in answer.get("keys", []) if isinstance(k, dict))
                case.true(failed, f"{op} {how} called success: {answer}")
                if "cancel_ms" in how and op != "remove":
                    case.contains(("cancelled", "outcome_unknown"), answer["code"], f"{op}: {answer}")
                return (answer["ms"] - sum(how.values())) / 1000
            promptly(case, f"{op} {how}", attempt)
    case.equal(sorted(set(lab.keys()) - {"a/b/n"}), ["a/b/k"], "what is there")


def latency_and_refusal(case):
    lab = Lab(case)
    path = lab.file(300_000)
    lab.proxy.add("latency", ms=150, times=4)
    lab.probe.well("put", key="slow", file=path)
    lab.same("slow", path)
    lab.proxy.clear()
    fresh = StoreProbe(case, lab.uri("a/b", port=lab.proxy.port))
    lab.proxy.add("refuse", times=3)
    fresh.well("put", key="refused", file=path, absent=True)
    lab.same("refused", path)
    case.equal(lab.proxy.hits["refuse"], 3, "connections that were refused")


def server_errors(case):
    """500 of a change is looked at; of a read it is tried again; 403 is not."""
    lab = Lab(case)
    path = lab.file(1000)
    lab.proxy.add("http", times=2, status=500, code="InternalError", match="^PUT")
    lab.probe.well("put", key="k", file=path, absent=True)
    lab.same("k", path)
    for status, retry in ((500, "unknown"), (502, "unknown"), (504, "unknown"), (503, "transient"), (403, "permanent")):
        lab.proxy.add("http", times=1, status=status, code="Whatever")
        case.equal(refused(lab.bare.put, "n", b"x").retry, retry, f"HTTP {status} of a put")
    lab.proxy.clear()
    lab.proxy.add("http", times=2, status=500, code="InternalError", match="^GET")
    lab.probe.well("read", key="k", file=f"{case.base}/back")
    lab.proxy.clear()
    before = len(lab.proxy.requests)
    lab.proxy.add("http", status=403, code="AccessDenied")
    answer = lab.probe("put", key="n", file=path)
    case.equal(answer.get("code"), "permission_denied", str(answer))
    case.equal(len(lab.proxy.requests) - before, 1, "requests of a call that was forbidden")


def changing_listing(case):
    lab = S3Lab(case)
    check_changing_listing(case, lab.open("c"), lab.open("c"))


if __name__ == "__main__":
    sys.exit(run_cases({"answer-lost": answer_lost, "answer-lost-of-a-batch": answer_lost_of_a_batch,
                        "lost-race-is-told": lost_race_is_told, "slow-down": slow_down, "resets": resets,
                        "truncated": truncated, "stall-and-cancel": stall_and_cancel,
                        "latency-and-refusal": latency_and_refusal, "server-errors": server_errors,
                        "changing-listing": changing_listing}))
