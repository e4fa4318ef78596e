"""Media for the lab: where destinations lie, how a driver reaches them, and the real servers of tests/servers behind them.

    medium = start("s3", base)        file, s3, oss, azblob, nfs
    Installation(..., medium=medium)
    medium.stop()
"""
import base64
import email.utils
import hashlib
import hmac
import http.client
import os
import subprocess
import sys
import urllib.parse

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/servers"))

BUCKET = "seabed"
# What a machine of its own may say about media: it must not reach into the lab.
LEAKING = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "SSL_CERT_DIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
           "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET",
           "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "http_proxy", "https_proxy",
           "HTTP_PROXY", "HTTPS_PROXY")


class Medium:
    """defaults: the [driver.<scheme>] table of the configuration. append: False where a shipment is an object of its own."""

    def __init__(self, location, defaults=None, append=True, stop=lambda: None, facts=None):
        self.location, self.defaults, self.append, self.stop, self.facts = location, defaults or {}, append, stop, facts
        self.env = {} if append else {"SEABED_TEST_LAG_FLOOR": "0"}

    @property
    def scheme(self):
        return self.location.split("://")[0]

    def uri(self, tenant, purpose):
        return f"{self.location}/{tenant}/{purpose}"

    def under(self, path):
        """The same store at another path."""
        return Medium(f"{self.location}/{path}", self.defaults, self.append, facts=self.facts)

    def uri_with_keys(self, tenant, purpose):
        """All that the configuration would say, in the URI itself."""
        return self.uri(tenant, purpose) + "?" + "&".join(f"{k}={v}" for k, v in self.defaults.items())

    @property
    def secrets(self):
        return [v for k, v in self.defaults.items() if k in ("access_key", "session_token", "sas_token")]


def directory(base):
    return Medium(f"file://{base}/media")


def _request(port, method, path, headers, body=b""):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        link.request(method, path, body, headers)
        answer = link.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
    finally:
        link.close()


def _mac(key, text, digest):
    return base64.b64encode(hmac.new(key, text.encode(), digest).digest()).decode()


# What prepares a test is not asked of the drivers under test.
def make_s3_bucket(facts, bucket):
    """Signature version 2, which the gateway still takes."""
    date = email.utils.formatdate(usegmt=True)
    mac = _mac(facts["access_key"].encode(), f"PUT\n\n\n{date}\n/{bucket}", hashlib.sha1)
    _request(facts["port"], "PUT", f"/{bucket}", {"Date": date, "Authorization": f"AWS {facts['access_id']}:{mac}"})


def put_oss(facts, key, body):
    date = email.utils.formatdate(usegmt=True)
    text = f"PUT\n\napplication/octet-stream\n{date}\n/{BUCKET}/{key}"
    mac = _mac(facts["access_key"].encode(), text, hashlib.sha1)
    _request(facts["port"], "PUT", f"/{BUCKET}/{urllib.parse.quote(key)}", {
        "Date": date, "Content-Type": "application/octet-stream", "Authorization": f"OSS {facts['access_id']}:{mac}"}, body)


def _azure(facts, path, query, headers, body=b""):
    account = facts["account"]
    path = f"/{account}/{urllib.parse.quote(path)}"
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-12-02", **headers}
    named = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    length = str(len(body)) if body else ""
    text = f"PUT\n\n\n{length}" + "\n" * 9 + f"{named}/{account}{path}" + "".join(f"\n{k}:{v}" for k, v in query.items())
    mac = _mac(base64.b64decode(facts["key"]), text, hashlib.sha256)
    where = path + ("?" + urllib.parse.urlencode(query) if query else "")
    _request(facts["port"], "PUT", where, {**headers, "Authorization": f"SharedKey {account}:{mac}",
                                           "Content-Length": str(len(body))}, body)


def make_azure_container(facts, container):
    _azure(facts, container, {"restype": "container"}, {})


def put_azure(facts, key, body):
    _azure(facts, f"{BUCKET}/{key}", {}, {"x-ms-blob-type": "BlockBlob"}, body)


def start_s3(base):
    from ceph_rgw import CephRgw
    server = CephRgw(f"{base}/rgw")
    facts = server.start()
    make_s3_bucket(facts, BUCKET)
    return Medium(f"s3://{BUCKET}/lab", {"host": f"http://s3.localhost:{facts['port']}", "access_id": facts["access_id"],
                                         "access_key": facts["access_key"]}, append=False, stop=server.stop, facts=facts)


def start_oss(base):
    from oss_server import OssServer
    server = OssServer(f"{base}/oss", (BUCKET,))
    facts = server.start()
    return Medium(f"oss://{BUCKET}/lab", {"host": facts["endpoint"], "access_id": facts["access_id"],
                                          "access_key": facts["access_key"]}, stop=server.stop, facts=facts)


def start_azblob(base, modules=None):
    from azurite import Azurite
    os.makedirs(f"{base}/azurite", exist_ok=True)
    server = Azurite(f"{base}/azurite", modules)
    facts = server.start()
    make_azure_container(facts, BUCKET)
    return Medium(f"azblob://{BUCKET}/lab", {"host": facts["endpoint"], "access_id": facts["account"],
                                             "access_key": facts["key"]}, stop=server.stop, facts=facts)


def start_nfs(base):
    from ganesha import Ganesha
    os.makedirs(f"{base}/ganesha", exist_ok=True)
    server = Ganesha(f"{base}/ganesha")
    facts = server.start()
    return Medium(f"{facts['uri']}/lab", {"nfsport": facts["nfsport"], "mountport": facts["mountport"]}, stop=server.stop,
                  facts=facts)


STARTS = {"s3": start_s3, "oss": start_oss, "azblob": start_azblob, "nfs": start_nfs}


def start(name, base, **more):
    for leaking in LEAKING:
        os.environ.pop(leaking, None)
    if name == "file":
        return directory(base)
    try:
        return STARTS[name](base, **more)
    except FileNotFoundError as error:
        raise RuntimeError(f"the server of {name} is not installed: {error} (tools/install-packages test)") from None
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"the server of {name} can not be installed: {error}") from None
