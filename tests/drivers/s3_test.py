#!/usr/bin/python3
"""The S3 driver on Ceph's RADOS Gateway: what it writes boto3 reads and the other way round, TLS, refusals in words."""
# ctest: timeout=600 labels=media
# case: checker
# case: checker-https
# case: cross-read
# case: odd-keys
# case: uploads
# case: checksums
# case: tls
# case: refusals
# case: settings
# case: one-operation-denied
# case: no-batch-deletion-on-gs
# case: profiles
# case: parallel-memory
# case: small-reads-do-not-wait
import hashlib
import json
import re
import subprocess
import sys
import time

import parallel_upload
from case import run_cases
from checked import judge
from driver_abi import Driver, DriverError
from fault_proxy import FaultProxy
from s3_lab import S3Lab, TlsFront, refused
from tls_certificates import Certificates

MIB = 1 << 20
# Ceph joins all parts that an upload has or none; S3 itself joins the named ones.
CEPH_CANNOT = "upload.only_the_named_parts_are_joined"
S3_LACKS = {CEPH_CANNOT, "not claimed: append", "not claimed: conditional complete"}


def run_checker(case, attributes, bucket, *more):
    config = f"{case.base}/checker.conf"
    with open(config, "w", encoding="ascii") as out:
        out.write("".join(f"{k} = {v}\n" for k, v in attributes.items()))
        out.write("check.fault_http = true\ncheck.fault_uri = s3://b/p?host=http://127.0.0.1:{port}"
                  f"&addressing_model=path_style\ncheck.medium_cannot = {CEPH_CANNOT}\n")
    return subprocess.run([f"{case.build}/bin/seabed-driver-check", "--driver", f"{case.build}/drivers/seabed_s3.so", "--uri",
                           f"s3://{bucket}/checked", "--config", config, "--output", "json", *more], capture_output=True,
                          text=True, timeout=550, check=False)


def checker(case):
    lab = S3Lab(case)
    judge(case, run_checker(case, lab.attributes(), lab.bucket), S3_LACKS)


def checker_https(case):
    lab = S3Lab(case)
    attributes = lab.attributes(host=f"https://127.0.0.1:{lab.facts['https_port']}", ca_file=lab.facts["ca"],
                                addressing_model="path_style", checksum_type="md5")
    judge(case, run_checker(case, attributes, lab.bucket, "--filter", "object,list,conditional,upload,tags,threads"), S3_LACKS, 25)


def cross_read(case):
    lab = S3Lab(case)
    store = lab.open()
    bytes_of = {"empty": b"", "small": b"hello", "pieces": b"".join([b"a" * 70000, b"", b"b" * 3])}
    for key, data in bytes_of.items():
        store.put(key, [data[:2], data[2:]])
        case.equal(lab.body(f"a/b/{key}"), data, f"boto3's view of {key}")
    upload = store.begin("large")
    parts = [store.part("large", upload, n, bytearray([n]) * (5 * MIB if n < 3 else 100)) for n in (1, 2, 3)]
    store.complete("large", upload, parts)
    wanted = b"".join(bytes([n]) * (5 * MIB if n < 3 else 100) for n in (1, 2, 3))
    case.equal(hashlib.sha256(lab.body("a/b/large")).hexdigest(), hashlib.sha256(wanted).hexdigest(), "the large object")
    case.equal(store.read("large", 5 * MIB - 2, 4), b"\x01\x01\x02\x02", "a range over two parts")
    lab.boto.put_object(Bucket=lab.bucket, Key="a/b/theirs", Body=b"0123456789")
    case.equal(store.read("theirs", 3, 4), b"3456", "a range of boto3's object")
    case.equal(store.stat("theirs").size, 10, "its size")
    store.set_tags("theirs", {"delete_mode": "tagging", "k<&>": "v \u00e9"})
    found = lab.boto.get_object_tagging(Bucket=lab.bucket, Key="a/b/theirs")["TagSet"]
    case.equal({t["Key"]: t["Value"] for t in found}, {"delete_mode": "tagging", "k<&>": "v \u00e9"}, "tags seen by boto3")
    lab.boto.put_object_tagging(Bucket=lab.bucket, Key="a/b/theirs", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    case.equal(store.tags("theirs"), {"x": "y"}, "boto3's tags")
    lab.boto.put_object(Bucket=lab.bucket, Key="a/bc", Body=b"not ours")
    case.equal([k for k, _ in store.list()], sorted([*bytes_of, "large", "theirs"]), "the listing")
    case.equal(store.remove(["small", "never", "theirs"]), [None] * 3, "removal")
    case.equal(lab.keys(), ["a/b/empty", "a/b/large", "a/b/pieces", "a/bc"], "what boto3 still sees")


ODD = ["with blank", "plus+and%2Bpercent%", "q?a=b&c", "semi;colon:at@", "uml\u00e4ut/\u65e5\u672c/\U0001f40b", "quote'\"<>&",
       "tilde~star*paren()", "back\\slash", "tab\there", "new\nline", "a=b,c!$", "\u00e9 e\u0301", "trailing ", "#hash", "d/..e/.f",
       "x" * 200 + "/" + "y" * 200]


def odd_keys(case):
    """Names that URLs, XML and signatures treat in their own ways; each must be one and the same for both clients."""
    lab = S3Lab(case)
    store = lab.open("pre fix/\u00fc+")
    for key in ODD:
        store.put(key, key.encode())
    case.equal(sorted(lab.keys()), sorted(f"pre fix/\u00fc+/{k}" for k in ODD), "boto3's view of the names")
    by_bytes = sorted(ODD, key=lambda k: k.encode())
    for page in (1, 3, 1000):
        case.equal([k for k, _ in store.list(page=page)], by_bytes, f"listing in pages of {page}")
    for key in ODD:
        case.equal(store.read(key, 0, 1000), key.encode(), key)
    case.equal(store.remove(ODD), [None] * len(ODD), "removal")
    case.equal(lab.keys(), [], "what is left")


def uploads(case):
    """Uploads of a dead process are found, resumed and aborted; those of others too."""
    lab = S3Lab(case)
    store = lab.open()
    theirs = lab.boto.create_multipart_upload(Bucket=lab.bucket, Key="a/b/their upload+")["UploadId"]
    lab.boto.upload_part(Bucket=lab.bucket, Key="a/b/their upload+", UploadId=theirs, PartNumber=2, Body=b"2" * 100)
    mine = [store.begin(f"k{n % 3}") for n in range(7)]
    lab.boto.create_multipart_upload(Bucket=lab.bucket, Key="elsewhere")
    for page in (1, 2, 1000):
        found = store.list_uploads(page=page)
        case.equal(sorted(found), sorted([("their upload+", theirs)] + [(f"k{n % 3}", u) for n, u in enumerate(mine)]),
                   f"uploads in pages of {page}")
    case.equal(store.young_uploads(), 8, "uploads that began just now")
    case.equal([(p.number, p.size) for p in store.list_parts("their upload+", theirs)], [(2, 100)], "their parts")
    first = store.part("their upload+", theirs, 1, b"1" * 5 * MIB)
    parts = store.list_parts("their upload+", theirs, page=1)
    case.equal([p.number for p in parts], [1, 2], "parts")
    case.equal(parts[0].tag.strip('"'), first.tag.strip('"'), "the tag of a listed part")
    store.complete("their upload+", theirs, parts)
    case.equal(store.stat("their upload+").size, 5 * MIB + 100, "the resumed object")
    for n, upload in enumerate(mine):
        store.abort(f"k{n % 3}", upload)
    case.equal(store.list_uploads(), [], "uploads after all were aborted")
    case.equal(refused(store.abort, "k0", mine[0]).code, "NOT_FOUND", "abort of an upload that is gone")
    case.equal(refused(store.list_parts, "k0", mine[0]).code, "NOT_FOUND", "parts of an upload that is gone")


def checksums(case):
    lab = S3Lab(case)
    proxy = FaultProxy(lab.facts["port"])
    for kind in ("no_checksum", "md5", "crc32"):
        for signing in ("always", "never"):
            store = lab.open(kind + signing, checksum_type=kind, payload_signing=signing)
            store.put("k", b"hello")
            upload = store.begin("u")
            store.complete("u", upload, [store.part("u", upload, 1, b"x" * 5 * MIB), store.part("u", upload, 2, b"y")])
            case.equal(lab.body(f"{kind}{signing}/k"), b"hello", kind)
            case.equal(lab.body(f"{kind}{signing}/u")[-2:], b"xy", kind)
    del proxy


def tls(case):
    lab = S3Lab(case)
    certificates = Certificates(f"{case.base}/tls")
    fronts = {name: TlsFront(certificates.path(f"{name}.pem"), lab.facts["port"])
              for name in ("server", "wronghost", "expired")}
    for front in fronts.values():
        case.at_end(front.stop)

    def store(name, ca=certificates.path("ca.crt"), host="s3.localhost"):
        style = None if host == "s3.localhost" else "path_style"
        return lab.open(name, host=f"{host}:{fronts[name].port}", ca_file=ca, addressing_model=style)
    store("server").put("k", b"over tls")
    case.equal(lab.body("server/k"), b"over tls", "the object written over TLS")
    own = lab.open("own", host=f"s3.localhost:{lab.facts['https_port']}", ca_file=lab.facts["ca"])
    own.put("k", b"x")  # the gateway's own TLS; https when the host names no scheme
    plain = lab.open("plain", host=f"https://s3.localhost:{lab.facts['port']}")
    for what, broken in {"wrong host": store("wronghost"), "expired": store("expired", host="localhost"),
                         "unknown CA": store("server", ca=lab.facts["ca"]), "the system's CAs": store("server", ca=None),
                         "plain http where https was asked": plain}.items():
        for call in (lambda s: s.put("refused", b"secret"), lambda s: s.stat("refused"), lambda s: s.list()):
            error = refused(call, broken)
            case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"{what}: {error}")
            case.contains(error.message, "TLS", what)
    case.equal([k for k in lab.keys() if "refused" in k], [], "objects written all the same")


def refusals(case):
    """What an operator gets wrong, in words; with no secret in them."""
    lab = S3Lab(case)
    good = lab.open()
    good.put("k", b"1")
    calls = [lambda s: s.stat("k"), lambda s: s.read("k", 0, 1), lambda s: s.put("n", b"2"), lambda s: s.list(),
             lambda s: s.begin("u"), lambda s: s.remove(["k", "l"]), lambda s: s.tags("k")]

    def everywhere(store, code, retry, word, vendor):
        for number, call in enumerate(calls):
            error = refused(call, store)
            case.equal((error.code, error.retry, error.vendor_code), (code, retry, vendor), f"call {number}: {error}")
            case.contains(error.message, word, f"call {number}")
            case.true(lab.facts["access_key"] not in error.message, "a secret in an error")
    everywhere(lab.open(access_key="wrong"), "PERMISSION_DENIED", "permanent", "access key", "SignatureDoesNotMatch")
    everywhere(lab.open(access_id="nobody"), "PERMISSION_DENIED", "permanent", "access id is not known", "InvalidAccessKeyId")
    everywhere(lab.open(bucket="not-there"), "INVALID_ARGUMENT", "permanent", "bucket does not exist", "NoSuchBucket")
    for hours, word in ((2, "ahead of"), (-2, "behind")):
        lab.driver.clock_offset_s = hours * 3600
        everywhere(good, "PERMISSION_DENIED", "permanent", f"{word} the server's", "RequestTimeTooSkewed")
    lab.driver.clock_offset_s = 0
    proxy = FaultProxy(lab.facts["port"])
    case.at_end(proxy.stop)
    tokened = lab.open(port=proxy.start(), session_token="old", access_id="id", access_key="key")
    proxy.add("http", status=400, code="ExpiredToken")
    everywhere_but_head = calls[1:]
    for call in everywhere_but_head:
        error = refused(call, tokened)
        case.equal((error.code, error.vendor_code), ("PERMISSION_DENIED", "ExpiredToken"), str(error))
        case.contains(error.message, "expired", "an expired token")
    case.equal(refused(good.stat, "missing").code, "NOT_FOUND", "a missing object")
    case.equal(refused(good.set_tags, "missing", {"a": "b"}).code, "NOT_FOUND", "tags of a missing object")


def settings(case):
    driver = Driver(f"{case.build}/drivers/seabed_s3.so")
    base = {"host": "http://s3.localhost:1", "access_id": "i", "access_key": "k"}
    wrong = [("s3://", {}, "bucket"), ("s3://b", {"host": "ftp://x"}, "neither http nor https"),
             ("s3://b", {"host": "127.0.0.1:1"}, "path_style"), ("s3://b", {"access_key": None}, "go together"),
             ("s3://b", {"role_arn": "arn:x"}, "exclude each other"), ("s3://b", {"external_id": "x"}, "role_arn"),
             ("s3://b", {"enable_worm": "true"}, "object lock"), ("s3://b", {"ca_file": "/nonexistent"}, "ca_file"),
             ("s3://b", {"appid": "12"}, "cos"), ("cos://b", {}, "appid"), ("s3://b", {"connect_timeout": "soon"}, "duration"),
             ("gs://b", {"role_arn": "arn:x", "access_id": None, "access_key": None}, "STS"),
             ("s3://b", {"colour": "red"}, "colour")]
    for uri, change, word in wrong:
        error = refused(driver.open, uri, **{**base, **change})
        case.true(error.code in ("INVALID_ARGUMENT", "UNSUPPORTED"), f"{uri} {change}: {error}")
        case.contains(error.message, word, f"{uri} {change}")


def one_operation_denied(case):
    lab = S3Lab(case)
    store = lab.open()
    store.put("k", b"1")
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject", "s3:GetObject"],
         "Resource": [f"arn:aws:s3:::{lab.bucket}/*"]}]}
    lab.boto.put_bucket_policy(Bucket=lab.bucket, Policy=json.dumps(policy))
    store.put("l", b"2")
    case.equal(len(store.list()), 2, "the listing")
    for result in (*store.remove(["k", "l"]), *store.remove(["k"]), refused(store.read, "k", 0, 1), refused(store.stat, "k")):
        case.equal((result.code, result.retry), ("PERMISSION_DENIED", "permanent"), str(result))
        case.contains(result.message, "may not do this", "the advice")
    case.equal(len(lab.keys()), 2, "what is there")


def no_batch_deletion_on_gs(case):
    lab = S3Lab(case)
    proxy = FaultProxy(lab.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)
    for scheme, deletes, batches in (("gs", 7, 0), ("s3", 0, 1)):
        store = lab.open(scheme=scheme, port=port)
        keys = [f"k{n}" for n in range(7)]
        for key in keys:
            store.put(key, b"x")
        proxy.requests.clear()
        case.equal(store.remove(keys), [None] * 7, "removal")
        seen = (sum(r.startswith("DELETE ") for r in proxy.requests),
                sum(bool(re.match(r"POST \S*[?&]delete", r)) for r in proxy.requests))
        case.equal(seen, (deletes, batches), f"{scheme}: single and batch deletions on the wire")
        case.equal(lab.keys(), [], "what is left")
        case.equal(store.capabilities().max_delete_batch, 1000, "the batch that the driver takes apart itself")


def profiles(case):
    """What differs by scheme is refused or claimed accordingly; the rest works on any S3."""
    lab = S3Lab(case, bucket="seabed-125")
    for scheme, tags, conditional in (("s3", True, True), ("cos", True, True), ("obs", False, False), ("gs", False, False)):
        attributes = {"appid": "125"} if scheme == "cos" else {}
        store = lab.open(scheme, scheme=scheme, bucket="seabed" if scheme == "cos" else None, **attributes)
        flags = store.capabilities().flags
        case.equal((bool(flags & 4), bool(flags & 2)), (tags, conditional), f"{scheme}: tags and conditional put")
        store.put("k", b"x")
        case.equal(lab.body(f"{scheme}/k"), b"x", scheme)
        if not tags:
            case.equal(refused(store.set_tags, "k", {"a": "b"}).code, "UNSUPPORTED", scheme)
        if not conditional:
            case.equal(refused(store.put, "k", b"y", if_absent=True).code, "UNSUPPORTED", scheme)
    declared = lab.open("gs", scheme="gs", conditional_put="true")
    case.equal(refused(declared.put, "k", b"y", if_absent=True).code, "ALREADY_EXISTS", "conditional_put=true")


def parallel_memory(case):
    """16 parts at once: parts × part size + 32 MiB, and the object is right."""
    lab = S3Lab(case)
    parallel_upload.check(case, "s3", f"{lab.bucket}/m", lab.attributes(), lambda: lab.body("m/large"))


def small_reads_do_not_wait(case):
    """Ceph sends header and body apart and waits for an acknowledgement between them, which Linux delays by 40 ms."""
    lab = S3Lab(case)
    store = lab.open()
    store.put("k", b"x" * 6000)
    took = []
    for _ in range(80):
        begin = time.monotonic()
        store.read("k", 0, 6000)
        took.append(time.monotonic() - begin)
    case.true(sorted(took[20:])[15] < 0.03, f"a quarter of the reads took less than {sorted(took[20:])[15] * 1000:.0f} ms only")


if __name__ == "__main__":
    sys.exit(run_cases({"checker": checker, "checker-https": checker_https, "cross-read": cross_read, "odd-keys": odd_keys,
                        "uploads": uploads, "checksums": checksums, "tls": tls, "refusals": refusals, "settings": settings,
                        "one-operation-denied": one_operation_denied, "no-batch-deletion-on-gs": no_batch_deletion_on_gs,
                        "profiles": profiles, "parallel-memory": parallel_memory,
                        "small-reads-do-not-wait": small_reads_do_not_wait}))
