"""The OSS server and npm's ali-oss for the cases of this folder."""
import fcntl
import json
import os
import shutil
import subprocess

from case import Skip
from driver_abi import Driver, DriverError
from oss_server import OssServer

ALI_OSS = "6.23.0"
BUCKET = "seabed"


def node_modules(build):
    """Where ali-oss is: installed once for a build directory, by one test while others wait."""
    if not shutil.which("npm"):
        raise Skip("npm is not installed")
    base = f"{build}/npm/ali-oss-{ALI_OSS}"
    os.makedirs(base, exist_ok=True)
    with open(f"{base}/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(f"{base}/done"):
            subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
                            "--loglevel=error", "--prefix", base, f"ali-oss@{ALI_OSS}"], check=True, timeout=300,
                           stdout=subprocess.DEVNULL)
            open(f"{base}/done", "w", encoding="ascii").close()
    return f"{base}/node_modules"


class OssLab:
    """server: the running OssServer. facts: where it is and who may ask."""

    def __init__(self, case, buckets=(BUCKET,)):
        self.case, self.server = case, OssServer(f"{case.base}/oss", buckets)
        self.facts, self.driver = self.server.start(), None
        case.at_end(self.server.stop)

    def attributes(self, port=None, **more):
        """Attributes of a destination; one that is None is left out."""
        out = {"host": f"http://oss.localhost:{port or self.facts['port']}", "access_id": self.facts["access_id"],
               "access_key": self.facts["access_key"], **more}
        if out.get("signature_version") == "v4":
            out.setdefault("oss_region", self.facts["region"])
        return {k: v for k, v in out.items() if v is not None}

    def uri(self, path, **how):
        return f"oss://{BUCKET}/{path}?" + "&".join(f"{k}={v}" for k, v in self.attributes(**how).items())

    def open(self, path="a/b", bucket=BUCKET, **how):
        """The driver under test on this server."""
        if not self.driver:
            self.driver = Driver(f"{self.case.build}/drivers/seabed_oss.so")
        store = self.driver.open(f"oss://{bucket}/{path}", **self.attributes(**how))
        self.case.at_end(store.close)
        return store

    def body(self, key):
        """An object's bytes as ali-oss reads them."""
        file = f"{self.case.base}/body"
        self.ali("get", key, file)
        with open(file, "rb") as data:
            return data.read()

    def file(self, data):
        """A file with these bytes, for ali-oss to write."""
        with open(f"{self.case.base}/given", "wb") as out:
            out.write(data)
        return out.name

    def ali(self, *words, signature="v1", may_fail=False, **more):
        """What ali-oss answers to a command of oss_client.js."""
        settings = {"modules": node_modules(self.case.build), "endpoint": self.facts["endpoint"], "bucket": BUCKET,
                    "access_id": self.facts["access_id"], "access_key": self.facts["access_key"],
                    "region": self.facts["region"], "signature": signature, **more}
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oss_client.js")
        run = subprocess.run(["node", script, json.dumps(settings), *map(str, words)], capture_output=True, text=True,
                             timeout=300, check=False)
        if run.returncode != 0 and not may_fail:
            raise AssertionError(f"ali-oss {words[0]}: {run.stdout}{run.stderr}")
        return json.loads(run.stdout)


def refused(call, *arguments, **more):
    """The DriverError of a call that must fail."""
    try:
        answer = call(*arguments, **more)
    except DriverError as error:
        return error
    raise AssertionError(f"{call.__name__}{arguments} was not refused: {answer!r}")
