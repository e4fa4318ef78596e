"""The azblob driver on Azurite: the checker, the main job, cross-reading with npm's @azure/storage-blob, TLS, wrong keys,
and answers that are lost."""
# ctest: timeout=300
# case: conformance
# case: product-style-with-sas
# case: main-job
# case: main-job-in-trouble
# case: crossed
# case: refused
# case: tls
# case: unknown-outcome
# case: managed-identity
# case: parallel-memory
# case: credential-sources
# case: metadata-in-trouble
import base64
import email.utils
import fcntl
import hashlib
import hmac
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time

import metadata_trouble
import parallel_upload
from azurite import Azurite
from case import Skip, run_cases
from checked import judge
from driver_calls import DriverError, open_store
from fault_proxy import FaultProxy
from main_job import main_job, restore_from
from media import Medium
from s3_lab import TlsFront
from tls_certificates import Certificates
from web_script import WebScript

SDK = "12.28.0"
CONTAINER = "seabed"


def installed(build, name, install):
    """A directory that `install(base)` filled once for this build, by one test while others wait."""
    base = f"{build}/npm/{name}"
    os.makedirs(base, exist_ok=True)
    with open(f"{base}/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(f"{base}/done"):
            install(base)
            open(f"{base}/done", "w", encoding="ascii").close()
    return base


def install_sdk(base):
    subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
                    "--prefix", base, f"@azure/storage-blob@{SDK}"], check=True, timeout=300, stdout=subprocess.DEVNULL)


class Azure:
    def __init__(self, case):
        if not shutil.which("npm"):
            raise Skip("npm is not installed")
        modules = installed(case.build, "azurite", lambda base: Azurite(base, base).install())
        self.case, self.server = case, Azurite(f"{case.base}/azurite", modules)
        os.makedirs(f"{case.base}/azurite")
        case.at_end(self.server.stop)
        self.facts = self.server.start()
        self.sdk = installed(case.build, f"azure-{SDK}", install_sdk) + "/node_modules"
        self.client("create")

    def client(self, verb, *words):
        """What the official client answers to a command of azblob_client.js."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "azblob_client.js")
        run = subprocess.run(["node", script, verb, self.facts["endpoint"], self.facts["account"], self.facts["key"], CONTAINER,
                              *words], capture_output=True, text=True, timeout=120, env=dict(os.environ, NODE_PATH=self.sdk))
        self.case.equal(run.returncode, 0, f"@azure/storage-blob {verb} {words}: {run.stderr}")
        return run.stdout.strip()

    def host(self, port=None):
        return f"http://127.0.0.1:{port or self.facts['port']}/{self.facts['account']}"

    def keys(self, **more):
        return {"host": self.host(), "access_id": self.facts["account"], "access_key": self.facts["key"], **more}

    def open(self, path="x", **more):
        return open_store(self.case.build, f"azblob://{CONTAINER}/{path}", **self.keys(**more))

    def environment(self):
        return {"AZURE_STORAGE_ACCOUNT": self.facts["account"], "AZURE_STORAGE_KEY": self.facts["key"]}

    def proxy(self):
        proxy = FaultProxy(self.facts["port"])
        port = proxy.start()
        self.case.at_end(proxy.stop)
        return proxy, self.host(port)


def check(case, uri, settings, *more):
    path = f"{case.base}/check.conf"
    with open(path, "w", encoding="ascii") as out:
        out.write("".join(f"{k} = {v}\n" for k, v in settings.items()))
    run = subprocess.run([f"{case.build}/bin/seabed-driver-check", "--driver", f"{case.build}/drivers/seabed_azblob.so", "--uri",
                          uri, "--config", path, "--output", "json", *more], capture_output=True, text=True, timeout=280)
    return run


def conformance(case):
    azure = Azure(case)
    uri = f"azblob://{CONTAINER}/a?host=" + "http://127.0.0.1:{port}/backup1"
    judge(case, check(case, f"azblob://{CONTAINER}/checked", {**azure.keys(), "check.fault_http": "true", "check.fault_uri": uri}))


def product_style_with_sas(case):
    azure = Azure(case)
    sas = azure.client("sas")
    judge(case, check(case, f"azblob://{CONTAINER}/checked", {"host": azure.facts["product_style"], "sas_token": sas,
                                                              "checksum_type": "md5"},
                      "--filter", "object.put,object.every,upload.parts,append,tags,remove,list.keys"), least=10)
    judge(case, check(case, f"azblob://{CONTAINER}/checked", {"host": f"http://blob.localhost:{azure.facts['port']}",
                                                              "access_id": azure.facts["account"], "access_key": azure.facts["key"]},
                      "--filter", "object.put,remove,list.keys"), least=3)


def main_job_case(case):
    azure = Azure(case)
    env = azure.environment()
    lab, ledger = main_job(case, Medium(f"azblob://{CONTAINER}/media", {"host": azure.host()}), env=env)
    lab.stop()  # checkpoints move on while it runs
    blobs = {b["name"]: b["type"] for b in json.loads(azure.client("list"))}
    logs = [name for name in blobs if name.endswith(".obarc") and "/log/" in name]
    case.true(logs and all(blobs[name] == "AppendBlob" for name in logs), f"log files are append blobs: {blobs}")
    for name in blobs:  # the whole tree, by the official client, into a directory
        os.makedirs(os.path.dirname(f"{case.base}/copy/{name}"), exist_ok=True)
        azure.client("get", name, f"{case.base}/copy/{name}")
    restore_from(case, ledger, Medium(f"file://{case.base}/copy/media"), "by-file")


def main_job_in_trouble(case):
    azure = Azure(case)
    proxy, host = azure.proxy()

    def trouble():
        for match in ("comp=appendblock", "comp=blocklist", "comp=block&", "^PUT [^?]*$"):
            proxy.add("commit_drop", times=2, match=match)
        proxy.add("http", times=3, status=503, code="ServerBusy", retry_after=1, match="^PUT")
        proxy.add("reset", times=2, after=3000, up=True)

    main_job(case, Medium(f"azblob://{CONTAINER}/media", {"host": host}), env=azure.environment(), trouble=trouble)
    case.true(proxy.hits.get("commit_drop", 0) > 3, f"too few answers were lost: {proxy.hits}")


def crossed(case):
    azure = Azure(case)
    store = azure.open("x y/ü")
    big = os.urandom(9_000_001)
    store.put("a/big", big)
    for at, piece in ((0, b"one"), (3, big), (3 + len(big), b"")):
        case.equal(store.append("log", at, piece), at + len(piece), "the length after an append")
    upload = store.begin("up")
    parts = [store.part("up", upload, n, big[n * 1_000_000:(n + 1) * 1_000_000]) for n in (2, 1, 3)]
    case.equal(store.young_uploads(), 1, "uploads that began just now")
    store.complete("up", upload, sorted(parts, key=lambda part: part.number))
    tags = {"delete_mode": "tagging", "who": "us and them"}
    store.set_tags("a/big", tags)
    case.equal(json.loads(azure.client("tags", "x y/ü/a/big")), tags, "the tags")
    case.equal(store.tags("a/big"), tags, "the tags, read by the driver")
    for key, wanted, kind in (("a/big", big, "BlockBlob"), ("log", b"one" + big, "AppendBlob"),
                              ("up", big[1_000_000:4_000_000], "BlockBlob")):
        facts = json.loads(azure.client("get", f"x y/ü/{key}", f"{case.base}/got"))
        case.equal(facts, {"type": kind, "size": len(wanted)}, key)
        with open(f"{case.base}/got", "rb") as file:
            case.true(file.read() == wanted, f"{key} differs for the official client")
        case.true(store.read(key, 0, len(wanted) + 9) == wanted, f"{key} is read otherwise")
    with open(f"{case.base}/theirs", "wb") as file:
        file.write(big)
    azure.client("put", "x y/ü/theirs", f"{case.base}/theirs")
    azure.client("append", "x y/ü/their log", __file__)
    with open(__file__, "rb") as file:
        text = file.read()
    case.equal(store.append("their log", len(text), b"+ours"), len(text) + 5, "an append behind theirs")
    case.true(store.read("theirs", 0, len(big)) == big, "a blob of another writer")
    case.equal(store.keys(), ["a/big", "log", "their log", "theirs", "up"], "the listing")
    case.equal(store.fails("append", "a/big", len(big), b"x").code, "CONFLICT", "an append to a block blob")
    case.equal(store.remove(["a/big", "log", "never/there", "up"]), [None] * 4, "removal in a batch")
    case.equal([b["name"] for b in json.loads(azure.client("list"))], ["x y/ü/their log", "x y/ü/theirs"], "what is left")


def refused(case):
    azure = Azure(case)
    wrong = "d3Jvbmc="
    error = azure.open(access_key=wrong).fails("put", "k", b"x")
    case.equal((error.code, error.http_status), ("PERMISSION_DENIED", 403), f"a wrong key: {error}")
    case.true(wrong not in str(error) and azure.facts["key"] not in str(error), "an error tells a secret")
    missing = open_store(case.build, "azblob://nothere/x", **azure.keys())
    for verb, *words in (("put", "k", b"x"), ("list",), ("read", "k", 0, 1), ("append", "k", 0, b"x"), ("stat", "k")):
        error = missing.fails(verb, *words)
        case.equal(error.code, "INVALID_ARGUMENT", f"{verb} in a missing container: {error}")
        case.contains(error.message, "container", verb)
    for attributes, code, word in (({"role_arn": "r"}, "UNSUPPORTED", "role_arn"), ({"enable_worm": "true"}, "UNSUPPORTED", "worm"),
                                   ({"access_key": "no base64!"}, "INVALID_ARGUMENT", "base64"),
                                   ({"sas_token": "sig=x"}, "INVALID_ARGUMENT", "both")):
        try:
            azure.open(**attributes)
            raise AssertionError(f"{attributes} was taken")
        except DriverError as error:
            case.equal(error.code, code, f"{attributes}: {error}")
            case.contains(error.message, word)
    store = azure.open()
    for key in ("../out", "a/./b", "a//b", "a\\..\\b", "bell\x07"):
        case.equal(store.fails("put", key, b"x").code, "INVALID_ARGUMENT", key)
    store.put("once", b"first", True)
    case.equal(store.fails("put", "once", b"second", True).code, "ALREADY_EXISTS", "a second conditional put")
    results = []
    race = [threading.Thread(target=lambda n=n: results.append(try_put(store, "race", b"%d" % n))) for n in range(8)]
    for thread in race:
        thread.start()
    for thread in race:
        thread.join()
    case.equal(sorted(results), ["ALREADY_EXISTS"] * 7 + ["OK"], "a race of eight")


def try_put(store, key, data):
    try:
        store.put(key, data, True)
        return "OK"
    except DriverError as error:
        return error.code


def tls(case):
    azure = Azure(case)
    https = azure.facts["https"]
    good = azure.open(host=https, ca_file=azure.facts["ca"])
    error = good.fails("put", "k", b"x")  # TLS stands: the server answers, whose https side has data of its own
    case.equal(error.code, "INVALID_ARGUMENT", f"the container is not there over https: {error}")
    case.contains(error.message, "container")
    port = azure.facts["https_port"]
    for what, attributes in (("an unknown authority", {"host": https}),
                             ("a wrong host", {"host": f"https://a.b.localhost:{port}/backup1", "ca_file": azure.facts["ca"]})):
        error = azure.open(**attributes).fails("put", "k", b"x")
        case.equal(error.code, "PERMISSION_DENIED", f"{what}: {error}")
        case.contains(error.message, "TLS", what)
    certificates = Certificates(f"{case.base}/tls")
    for name in ("server", "expired"):   # the same authority, before the server's plain port
        front = TlsFront(certificates.path(f"{name}.pem"), azure.facts["port"])
        case.at_end(front.stop)
        store = azure.open(host=f"https://127.0.0.1:{front.port}/{azure.facts['account']}", ca_file=certificates.path("ca.crt"))
        if name == "server":
            store.put("k", b"over tls")
            continue
        error = store.fails("put", "k", b"x")
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), f"an expired certificate: {error}")
        case.contains(error.message, "expired")
    error = azure.open(host=f"https://127.0.0.1:{azure.facts['port']}/backup1").fails("put", "k", b"x")
    case.true(error.code in ("UNAVAILABLE", "PERMISSION_DENIED"), f"https to a plain server: {error}")
    error = azure.open(host=f"http://127.0.0.1:{port}/backup1").fails("stat", "k")
    case.true(error.code != "NOT_FOUND", f"http to a TLS server: {error}")


def entra_token(seconds):
    """What Azurite takes for one: claims as Entra ID's, signed by nobody."""
    now = int(time.time())
    claims = {"aud": "https://storage.azure.com", "iss": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
              "iat": now - 60, "nbf": now - 60, "exp": now + seconds}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
             for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(parts) + ".c2lnbmF0dXJl"


FROM_OUTSIDE = ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING",
                "AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "IDENTITY_HEADER")


def credential_sources(case):
    """The environment: account with key, account with a signature, a connection string with either; in that order."""
    azure = Azure(case)
    for name in FROM_OUTSIDE:
        os.environ.pop(name, None)
    account, key, sas = azure.facts["account"], azure.facts["key"], azure.client("sas")
    words = f"DefaultEndpointsProtocol=http;AccountName={account};BlobEndpoint={azure.host()};"
    good = {"AZURE_STORAGE_ACCOUNT": account}
    wrong = base64.b64encode(b"another key").decode()

    def outcome(where={"host": azure.host()}, **environment):
        os.environ.update(environment)
        try:
            store = open_store(case.build, f"azblob://{CONTAINER}/env", **where)
            store.put("k", b"x")
            return store.keys()
        except DriverError as error:
            return error.code
        finally:
            for name in environment:
                del os.environ[name]
    case.equal(outcome(**good, AZURE_STORAGE_KEY=key), ["k"], "account and key")
    case.equal(outcome(**good, AZURE_STORAGE_SAS_TOKEN=sas), ["k"], "account and signature")
    case.equal(outcome(**good, AZURE_STORAGE_SAS_TOKEN="?" + sas), ["k"], "a signature with its question mark")
    case.equal(outcome({}, AZURE_STORAGE_CONNECTION_STRING=f"{words}AccountKey={key}"), ["k"], "connection string with key")
    case.equal(outcome({}, AZURE_STORAGE_CONNECTION_STRING=f"{words}SharedAccessSignature={sas}"), ["k"],
               "connection string with signature")
    case.equal(outcome(**good, AZURE_STORAGE_KEY=wrong, AZURE_STORAGE_SAS_TOKEN=sas), "PERMISSION_DENIED", "the key goes first")
    case.equal(outcome(**good, AZURE_STORAGE_KEY=wrong, AZURE_STORAGE_CONNECTION_STRING=f"{words}AccountKey={key}"),
               "PERMISSION_DENIED", "the variables go before the connection string")


def metadata_in_trouble(case):
    azure = Azure(case)
    for name in FROM_OUTSIDE:
        os.environ.pop(name, None)
    make_container(azure, CONTAINER)

    def good(_):
        return 200, {}, json.dumps({"access_token": entra_token(3600), "expires_on": str(int(time.time()) + 3600)}).encode()

    def store_of(port):
        return open_store(case.build, f"azblob://{CONTAINER}/x", host=azure.facts["https"], ca_file=azure.facts["ca"],
                          access_id=azure.facts["account"], metadata_endpoint=f"http://127.0.0.1:{port}")
    metadata_trouble.check(case, good, store_of, "the identity service")


def managed_identity(case):
    """The token of the machine's metadata service, on Azurite over https; kept, renewed, and never in an error."""
    azure = Azure(case)
    for name in FROM_OUTSIDE:
        os.environ.pop(name, None)
    life, seen = [3600], []

    def answer(asked):
        if asked.headers.get("metadata") != "true" and asked.headers.get("x-identity-header") != "secret header":
            return 400, {}, b""
        seen.append(entra_token(life[0]))
        return 200, {}, json.dumps({"access_token": seen[-1], "token_type": "Bearer",
                                    "expires_on": str(int(time.time()) + life[0])}).encode()
    web = WebScript(case, answer)
    who = {"host": azure.facts["https"], "ca_file": azure.facts["ca"], "access_id": azure.facts["account"],
           "metadata_endpoint": f"http://127.0.0.1:{web.port}"}

    def open_it(**more):
        return open_store(case.build, f"azblob://{CONTAINER}/x", **{**who, **more})
    # https of this server has data of its own: the official client made no container there.
    make_container(azure, CONTAINER)
    store = open_it()
    data = os.urandom(300_000)
    store.put("k", data)
    case.true(store.read("k", 0, len(data) + 1) == data, "what was written by a token")
    case.equal(store.append("log", 0, b"head"), 4, "an append")
    upload = store.begin("up")
    store.complete("up", upload, [store.part("up", upload, 1, data)])
    case.equal(store.keys(), ["k", "log", "up"], "the listing")
    case.equal(store.remove(["k", "log", "up"]), [None] * 3, "removal")
    case.equal(len(web.asked), 1, "questions while the token holds")
    case.contains(web.asked[0].path, "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2F"
                                     "storage.azure.com%2F")
    life[0] = 60   # shorter than the five minutes ahead of which it is renewed
    short = open_it(client_id="a-b c")
    short.put("k", b"x")
    short.put("k", b"x")
    case.equal(len(web.asked), 2, "questions when it is about to expire: one more try every ten seconds")
    case.contains(web.asked[-1].path, "&client_id=a-b%20c")
    os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"] = f"http://127.0.0.1:{web.port}/msi/token", "secret header"
    open_it(metadata_endpoint="http://127.0.0.1:1").put("k", b"x")
    case.true(web.asked[-1].path.startswith("/msi/token?api-version=2019-08-01"), web.asked[-1].path)
    del os.environ["IDENTITY_ENDPOINT"]
    life[0] = -7200   # refused by the service
    error = open_it().fails("put", "k", b"x")
    case.equal(error.code, "PERMISSION_DENIED", str(error))
    case.true(all(token not in str(error) for token in seen), "an error tells a token")
    error = open_it(metadata_endpoint="http://127.0.0.1:1").fails("put", "k", b"x")
    case.equal(error.code, "PERMISSION_DENIED", str(error))
    case.contains(error.message, "managed identity")
    try:
        open_it(host=azure.host())
        raise AssertionError("a token over plain http")
    except DriverError as error:
        case.contains(error.message, "plain http")


def make_container(azure, container):
    """Over https, by shared key."""
    path = f"/{azure.facts['account']}/{container}"
    date = email.utils.formatdate(usegmt=True)
    text = ("PUT\n" + "\n" * 11 + f"x-ms-date:{date}\nx-ms-version:2021-12-02\n/{azure.facts['account']}{path}"
            "\nrestype:container")
    mac = base64.b64encode(hmac.new(base64.b64decode(azure.facts["key"]), text.encode(), hashlib.sha256).digest()).decode()
    link = http.client.HTTPSConnection("127.0.0.1", azure.facts["https_port"], timeout=30,
                                       context=ssl.create_default_context(cafile=azure.facts["ca"]))
    link.request("PUT", path + "?restype=container", b"", {"x-ms-date": date, "x-ms-version": "2021-12-02",
                 "Authorization": f"SharedKey {azure.facts['account']}:{mac}", "Content-Length": "0"})
    answer = link.getresponse()
    azure.case.equal(answer.status, 201, answer.read())


def unknown_outcome(case):
    """The answer of a change that was made is lost: told as unknown, and never sent twice by the driver."""
    azure = Azure(case)
    proxy, host = azure.proxy()
    store, direct = azure.open(host=host), azure.open()
    store.append("log", 0, b"head")
    upload = store.begin("up")
    parts = [store.part("up", upload, 1, b"part")]
    for verb, match, words in (("put", "/put", ("put", b"whole")), ("append", "comp=appendblock", ("log", 4, b"tail")),
                               ("complete", "comp=blocklist", ("up", upload, parts))):
        proxy.add("commit_drop", times=1, match=f"^PUT .*{match}")
        before = len(proxy.requests)
        error = store.fails(verb, *words)
        case.equal(error.retry, "unknown", f"{verb}: {error}")
        sent = [line for line in proxy.requests[before:] if line.startswith("PUT") and match in line]
        case.equal(len(sent), 1, f"{verb} was sent: {sent}")
    case.equal((direct.read("put", 0, 9), direct.read("log", 0, 9), direct.read("up", 0, 9)), (b"whole", b"headtail", b"part"),
               "what was made all the same")
    proxy.add("http", times=1, status=503, code="ServerBusy", retry_after=7)
    error = store.fails("put", "busy", b"x")
    case.equal((error.retry, error.http_status), ("throttled", 503), str(error))
    proxy.add("refuse", times=1)
    case.equal(azure.open(host=host).fails("put", "refused", b"x").code, "UNAVAILABLE", "a refused connection")


def parallel_memory(case):
    azure = Azure(case)

    def body():
        azure.client("get", "m/large", f"{case.base}/large")
        with open(f"{case.base}/large", "rb") as file:
            return file.read()
    parallel_upload.check(case, "azblob", f"{CONTAINER}/m", azure.keys(), body)


if __name__ == "__main__":
    sys.exit(run_cases({"conformance": conformance, "product-style-with-sas": product_style_with_sas, "main-job": main_job_case,
                        "main-job-in-trouble": main_job_in_trouble, "crossed": crossed, "refused": refused, "tls": tls,
                        "unknown-outcome": unknown_outcome, "managed-identity": managed_identity,
                        "parallel-memory": parallel_memory, "credential-sources": credential_sources, "metadata-in-trouble": metadata_in_trouble}))
