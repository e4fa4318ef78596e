"""The OSS driver on the OSS server that ali-oss proved: the checker, the other client's view, what is refused and how."""
# ctest: timeout=600 labels=media
# case: checker-v1
# case: checker-v4
# case: cross-read
# case: odd-keys
# case: uploads
# case: appends
# case: refusals
# case: settings
# case: credentials
# case: metadata-in-trouble
# case: tls
# case: parallel-memory
import http.server
import json
import os
import subprocess
import sys
import threading

import metadata_trouble
import parallel_upload
from case import run_cases
from checked import judge
from driver_abi import Driver
from oss_lab import BUCKET, OssLab, refused
from web_script import WebScript

MIB = 1 << 20


def checker(case, **mode):
    """seabed-driver-check, all tests, no capability missing; secrets come from its file."""
    lab = OssLab(case)
    facts = lab.attributes(**mode)
    fault = dict(facts, host="http://oss.localhost:{port}", access_id=None, access_key=None)
    config = f"{case.base}/check.conf"
    with open(config, "w", encoding="utf-8") as out:
        out.write("".join(f"{k} = {v}\n" for k, v in facts.items()) + "check.fault_http = true\ncheck.fault_uri = "
                  f"oss://{BUCKET}/f?" + "&".join(f"{k}={v}" for k, v in fault.items() if v) + "\n")
    run = subprocess.run([f"{case.build}/bin/seabed-driver-check", "--driver", f"{case.build}/drivers/seabed_oss.so",
                          "--uri", f"oss://{BUCKET}/check", "--config", config, "--output", "json"], capture_output=True,
                         text=True, timeout=550, check=False)
    judge(case, run)
    case.equal(lab.ali("uploads"), [], "uploads left behind")


def cross_read(case):
    lab = OssLab(case)
    for version in ("v1", "v4"):
        store = lab.open(version, signature_version=version)
        for key, data in {"empty": b"", "small": b"hello", "pieces": b"a" * 70000 + b"b" * 3}.items():
            store.put(key, [data[:2], data[2:]])
            case.equal(lab.body(f"{version}/{key}"), data, f"ali-oss's view of {key}")
        upload = store.begin("large")
        wanted = [bytes([n]) * (3 * MIB if n < 3 else 100) for n in (1, 2, 3)]
        parts = [store.part("large", upload, n + 1, data) for n, data in enumerate(wanted)]
        store.complete("large", upload, parts)
        case.true(lab.body(f"{version}/large") == b"".join(wanted), "the large object")
        case.equal(store.read("large", 3 * MIB - 2, 4), b"\x01\x01\x02\x02", "a range over two parts")
        lab.ali("put", f"{version}/theirs", lab.file(b"0123456789"), signature=version)
        case.equal((store.read("theirs", 3, 4), store.read("theirs", 0, 100), store.stat("theirs").size),
                   (b"3456", b"0123456789", 10), "ali-oss's object")
        lab.ali("multipart", f"{version}/parts", lab.file(b"".join(wanted)), MIB)
        case.true(store.read("parts", 0, 7 * MIB) == b"".join(wanted), "ali-oss's parts")
        tags = {"delete_mode": "tagging", "k-1": "v:/+= 2"}
        store.set_tags("theirs", tags)
        case.equal(lab.ali("tags", f"{version}/theirs"), tags, "tags seen by ali-oss")
        lab.ali("tag", f"{version}/small", '{"x": "y"}')
        case.equal(store.tags("small"), {"x": "y"}, "ali-oss's tags")
        store.set_tags("small", {})
        case.equal(lab.ali("tags", f"{version}/small"), {}, "no tags")
        lab.ali("put", f"{version}c", lab.file(b"not ours"))
        names = ["empty", "large", "parts", "pieces", "small", "theirs"]
        case.equal([k for k, _ in store.list()], names, "the listing")
        case.equal(lab.ali("list", f"{version}/"), [[f"{version}/{k}", s] for k, s in store.list()], "both listings")
        case.equal(store.remove(names + ["never"]), [None] * 7, "removal")
        case.equal(lab.ali("list", version), [[f"{version}c", 8]], "what ali-oss still sees")


ODD = ["with blank", "plus+and%2Bpercent%", "q?a=b&c", "semi;colon:at@", "umläut/日本語/\U0001f40b", "quote'\"<>&",
       "tilde~star*paren()", "back\\slash", "tab\there", "new\nline", "a=b,c!$", "é e\u0301", "trailing ", "#hash", "d/..e/.f",
       "../up", "a//b", "x" * 200 + "/" + "y" * 200]


def odd_keys(case):
    lab = OssLab(case)
    for version in ("v1", "v4"):
        place = f"pre fix/ü+{version}"
        store = lab.open(place, signature_version=version)
        for key in ODD:
            store.put(key, key.encode())
        plain = [k for k in ODD if k.isprintable()]
        found = [k for k, _ in lab.ali("list", place + "/")]
        case.true(set(f"{place}/{k}" for k in plain) <= set(found), f"ali-oss's view of the names: {found}")
        by_bytes = sorted(ODD, key=lambda k: k.encode())
        for page in (1, 3, 1000):
            case.equal([k for k, _ in store.list(page=page)], by_bytes, f"listing in pages of {page}")
        for key in ODD:
            case.equal(store.read(key, 0, 1000), key.encode(), key)
        case.equal(store.remove(ODD), [None] * len(ODD), "removal")
        case.equal(store.list(), [], "what is left")
    for key in ("", "x" * 1100):
        case.equal(refused(store.put, key, b"x").code, "INVALID_ARGUMENT", key)
    root = lab.open("")
    for key in ("/slash", "\\back"):
        case.equal(refused(root.put, key, b"x").code, "INVALID_ARGUMENT", key)


def uploads(case):
    """Uploads of a dead process are found, resumed and aborted; those of others too."""
    lab = OssLab(case)
    store = lab.open()
    theirs = lab.ali("begin", "a/b/their upload+")
    mine = [store.begin(f"k{n % 3}") for n in range(7)]
    lab.ali("begin", "elsewhere")
    wanted = sorted([("their upload+", theirs)] + [(f"k{n % 3}", u) for n, u in enumerate(mine)])
    for page in (1, 2, 1000):
        case.equal(sorted(store.list_uploads(page=page)), wanted, f"uploads in pages of {page}")
    case.equal(store.young_uploads(), 8, "uploads that began just now")
    parts = [store.part("their upload+", theirs, n, bytes([n]) * 200_000) for n in (2, 1, 3)]
    listed = store.list_parts("their upload+", theirs, page=1)
    case.equal(listed, sorted(parts), "listed parts, with their tags")
    store.complete("their upload+", theirs, listed)
    case.true(lab.body("a/b/their upload+") == b"".join(bytes([n]) * 200_000 for n in (1, 2, 3)), "the resumed object")
    for n, upload in enumerate(mine):
        store.abort(f"k{n % 3}", upload)
    case.equal(store.list_uploads(), [], "uploads after all were aborted")
    case.equal(lab.ali("uploads"), ["elsewhere"], "uploads that ali-oss sees")
    case.equal(refused(store.abort, "k0", mine[0]).code, "NOT_FOUND", "abort of an upload that is gone")
    case.equal(refused(store.list_parts, "k0", mine[0]).code, "NOT_FOUND", "parts of an upload that is gone")


def appends(case):
    """The position protocol, shared with another client, and objects that were not made by an append."""
    lab = OssLab(case)
    for version in ("v1", "v4"):
        store = lab.open(version, signature_version=version)
        case.equal(store.append("log", 0, b"abc"), 3, "length")
        case.equal(lab.ali("append", f"{version}/log", 3, lab.file(b"defg"), signature=version), 7, "ali-oss's append")
        case.equal(store.read("log", 0, 100), b"abcdefg", "readable while it grows")
        error = refused(store.append, "log", 3, b"late")
        case.equal((error.code, error.retry), ("CONFLICT", "permanent"), str(error))
        case.equal(store.append("log", 7, b"hi"), 9, "the next append")
        case.equal(lab.ali("append", f"{version}/log", 9, lab.file(b"!")), 10, "ali-oss's append to the driver's")
        fresh = lab.open(version, signature_version=version)
        case.equal(fresh.append("log", 10, b"?"), 11, "an append of another process")
        case.equal(lab.body(f"{version}/log"), b"abcdefghi!?", "what ali-oss reads")
        case.equal(lab.ali("head", f"{version}/log")["type"], "Appendable", "type")
        store.put("plain", b"12345")
        error = refused(store.append, "plain", 5, b"x")
        case.equal((error.code, error.vendor_code), ("CONFLICT", "ObjectNotAppendable"), str(error))
        case.contains(error.message, "append at 0", "the advice")
        case.equal(lab.body(f"{version}/plain"), b"12345", "the object")
        store.put("log", b"new")  # replaces what was appended
        case.equal(refused(store.append, "log", 11, b"x").code, "CONFLICT", "after it was replaced")


def refusals(case):
    """What an operator gets wrong, in words; with no secret in them."""
    lab = OssLab(case)
    good = lab.open()
    good.put("k", b"1")
    session, expired = lab.facts["session"], lab.facts["expired"]
    calls = [lambda s: s.stat("k"), lambda s: s.read("k", 0, 1), lambda s: s.put("n", b"2"), lambda s: s.list(),
             lambda s: s.begin("u"), lambda s: s.remove(["k", "l"]), lambda s: s.tags("k"), lambda s: s.append("o", 0, b"1")]

    def everywhere(store, code, word, vendor):
        for number, call in enumerate(calls):
            error = refused(call, store)
            case.equal((error.code, error.retry, error.vendor_code), (code, "permanent", vendor), f"call {number}: {error}")
            case.contains(error.message, word, f"call {number}")
            case.true(lab.facts["access_key"] not in error.message, "a secret in an error")

    for version in ("v1", "v4"):
        mode = {"signature_version": version}
        everywhere(lab.open(access_key="wrong", **mode), "PERMISSION_DENIED", "access_key is wrong", "SignatureDoesNotMatch")
        everywhere(lab.open(access_id="nobody", **mode), "PERMISSION_DENIED", "access_id is not known", "InvalidAccessKeyId")
        everywhere(lab.open(bucket="not-there", **mode), "INVALID_ARGUMENT", "bucket does not exist", "NoSuchBucket")
        everywhere(lab.open(access_id=expired["id"], access_key=expired["key"], session_token=expired["token"], **mode),
                   "PERMISSION_DENIED", "new temporary credentials", "SecurityTokenExpired")
        lab.open(access_id=session["id"], access_key=session["key"], session_token=session["token"], **mode).stat("k")
        for hours, word in ((2, "ahead of"), (-2, "behind")):
            lab.driver.clock_offset_s = hours * 3600
            everywhere(lab.open(**mode), "PERMISSION_DENIED", f"{word} the server's", "RequestTimeTooSkewed")
        lab.driver.clock_offset_s = 0
    lab.server.control(deny=["AppendObject", "DeleteObject", "DeleteMultipleObjects"])
    for call in (lambda: good.append("new", 0, b"x"), lambda: good.remove(["k", "l"])):
        error = refused(call)
        case.equal((error.code, error.vendor_code), ("PERMISSION_DENIED", "AccessDenied"), str(error))
    case.equal(good.remove(["k"])[0].code, "PERMISSION_DENIED", "one key's deletion")
    case.equal(good.read("k", 0, 9), b"1", "what may still be done")
    case.equal(refused(good.stat, "missing").code, "NOT_FOUND", "a missing object")


def settings(case):
    driver = Driver(f"{case.build}/drivers/seabed_oss.so")
    base = {"host": "http://oss.localhost:1", "access_id": "i", "access_key": "k"}
    wrong = [("oss://", {}, "bucket"), ("oss://b", {"host": "ftp://x"}, "neither http nor https"),
             ("oss://b", {"host": "127.0.0.1:1"}, "path_style"), ("oss://b", {"access_key": None}, "go together"),
             ("oss://b", {"signature_version": "v4"}, "oss_region"), ("oss://b", {"enable_worm": "true"}, "retention lock"),
             ("oss://b", {"role_arn": "acs:ram::1:role/x"}, "not supported"), ("oss://b", {"external_id": "x"}, "not supported"),
             ("oss://b", {"ca_file": "/nonexistent"}, "ca_file"), ("oss://b", {"connect_timeout": "soon"}, "duration"),
             ("oss://b", {"colour": "red"}, "colour")]
    for uri, change, word in wrong:
        error = refused(driver.open, uri, **{k: v for k, v in {**base, **change}.items() if v is not None})
        case.true(error.code in ("INVALID_ARGUMENT", "UNSUPPORTED"), f"{uri} {change}: {error}")
        case.contains(error.message, word, f"{uri} {change}")
    driver.open("oss://b", **{**base, "signature_version": "v4", "host": "oss-cn-hangzhou-internal.aliyuncs.com"}).close()


def credentials(case):
    """The chain: environment of both names, profile files, the instance's role over plain HTTP."""
    lab = OssLab(case)
    lab.open().put("k", b"1")
    session = lab.facts["session"]
    for name in list(os.environ):
        if name.startswith(("OSS_", "ALIBABA_CLOUD_")):
            del os.environ[name]
    os.environ["HOME"] = f"{case.base}/home"
    os.makedirs(f"{case.base}/home/.alibabacloud")

    def works(what, **how):
        store = lab.open(access_id=None, access_key=None, **how)
        case.equal(store.read("k", 0, 9), b"1", what)

    nothing = lab.open(access_id=None, access_key=None, metadata_endpoint="http://127.0.0.1:1")
    error = refused(nothing.stat, "k")
    case.equal(error.code, "PERMISSION_DENIED", "no credentials anywhere")
    case.contains(error.message, "OSS_ACCESS_KEY_ID", "where they were looked for")
    for names in (("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"),
                  ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")):
        os.environ.update(zip(names, (session["id"], session["key"], session["token"])))
        works(names[0])
        for name in names:
            del os.environ[name]
    for file, text in ((".ossutilconfig", "[Credentials]\naccessKeyID={}\naccessKeySecret={}\n"),
                       (".alibabacloud/credentials", "[default]\ntype = access_key\naccess_key_id = {}\n"
                                                     "access_key_secret = {}\n")):
        with open(f"{case.base}/home/{file}", "w", encoding="utf-8") as out:
            out.write(text.format(lab.facts["access_id"], lab.facts["access_key"]))
        works(file, metadata_endpoint="http://127.0.0.1:1")
        os.unlink(out.name)
    works("the instance's role", metadata_endpoint=f"http://127.0.0.1:{instance(case, session)}")


def metadata_in_trouble(case):
    """The role's service at fault; and a token of the environment, which stays expired."""
    lab = OssLab(case)
    for name in list(os.environ):
        if name.startswith(("OSS_", "ALIBABA_CLOUD_")):
            del os.environ[name]
    os.environ["HOME"] = f"{case.base}/home"

    def good(asked):
        if asked.method == "PUT":
            return 200, {}, b"metadata-token"
        if asked.path.endswith("/security-credentials/"):
            return 200, {}, b"backup"
        session = lab.facts["session"]
        return 200, {}, json.dumps({"AccessKeyId": session["id"], "AccessKeySecret": session["key"],
                                    "SecurityToken": session["token"], "Expiration": "2099-01-01T00:00:00Z"}).encode()

    def store_of(port):
        return lab.open(access_id=None, access_key=None, metadata_endpoint=f"http://127.0.0.1:{port}")
    metadata_trouble.check(case, good, store_of, "the metadata service of this instance")
    working = store_of(WebScript(case, good).port)
    working.put("k", b"x")
    os.environ["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true"
    web = WebScript(case, good)
    case.equal(refused(store_of(web.port).put, "k", b"x").code, "PERMISSION_DENIED", "the service must not be asked")
    case.equal(web.asked, [], "what it was asked")
    expired = WebScript(case, lambda _: (403, {}, b"<Error><Code>SecurityTokenExpired</Code><Message>old</Message></Error>"))
    os.environ.update(OSS_ACCESS_KEY_ID="i", OSS_ACCESS_KEY_SECRET="k", OSS_SESSION_TOKEN="t")
    store = lab.open(access_id=None, access_key=None, host=f"http://oss.localhost:{expired.port}")
    for _ in range(2):
        error = refused(store.put, "k", b"x")
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), str(error))


def instance(case, session):
    """The metadata service of an ECS instance with a RAM role; its port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, text):
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_PUT(self):
            self.answer("metadata-token")

        def do_GET(self):
            if self.headers["X-aliyun-ecs-metadata-token"] != "metadata-token":
                return self.send_error(403)
            role = self.path.removeprefix("/latest/meta-data/ram/security-credentials/")
            return self.answer("backup" if not role else json.dumps(
                {"AccessKeyId": session["id"], "AccessKeySecret": session["key"], "SecurityToken": session["token"],
                 "Expiration": "2099-01-01T00:00:00Z", "Code": "Success"}))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case.at_end(server.shutdown)
    return server.server_address[1]


def tls(case):
    from s3_lab import TlsFront
    from tls_certificates import Certificates
    lab = OssLab(case)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    certificates = Certificates(f"{case.base}/tls")
    fronts = {name: TlsFront(certificates.path(f"{name}.pem"), lab.facts["port"])
              for name in ("server", "wronghost", "expired")}
    for front in fronts.values():
        case.at_end(front.stop)

    def store(name, ca=certificates.path("ca.crt")):
        return lab.open(name, host=f"https://localhost:{fronts[name].port}", ca_file=ca, addressing_model="path_style")
    store("server").put("k", b"over tls")
    case.equal(lab.body("server/k"), b"over tls", "the object written over TLS")
    plain = lab.open("plain", host=f"https://oss.localhost:{lab.facts['port']}")
    for what, broken in {"wrong host": store("wronghost"), "expired": store("expired"), "unknown CA": store("server", None),
                         "plain http where https was asked": plain}.items():
        for call in (lambda s: s.put("refused", b"secret"), lambda s: s.stat("refused"), lambda s: s.list()):
            error = refused(call, broken)
            case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"{what}: {error}")
    case.equal([k for k, _ in lab.ali("list", "") if "refused" in k], [], "objects written all the same")


def parallel_memory(case):
    lab = OssLab(case)
    parallel_upload.check(case, "oss", f"{BUCKET}/m", lab.attributes(), lambda: lab.body("m/large"))


if __name__ == "__main__":
    sys.exit(run_cases({"checker-v1": lambda case: checker(case, signature_version="v1"),
                        "checker-v4": lambda case: checker(case, signature_version="v4"), "cross-read": cross_read,
                        "odd-keys": odd_keys, "uploads": uploads, "appends": appends, "refusals": refusals,
                        "settings": settings, "credentials": credentials, "metadata-in-trouble": metadata_in_trouble, "tls": tls, "parallel-memory": parallel_memory}))
