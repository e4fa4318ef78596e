"""A quick tenant on each medium's real server with 5 ms of added latency: reads and a mount, judged by the oracle."""
# ctest: timeout=300
# case: s3
# case: oss
# case: azblob
# case: nfs lock=rpcbind
import sys
import time

from case import run_cases
from fault_proxy import FaultProxy
from media import Medium
from medium_test import medium_of
from served_lab import Served, can_mount, scan


def slow(case, medium):
    """The same medium through a proxy that adds latency."""
    port = str(medium.facts["nfsport" if medium.scheme == "nfs" else "port"])
    proxy = FaultProxy(int(port))
    proxied = str(proxy.start())
    case.at_end(proxy.stop)
    proxy.add("latency", ms=5)
    defaults = {k: str(v).replace(port, proxied) if k in ("host", "nfsport") else v for k, v in medium.defaults.items()}
    return Medium(medium.location, defaults, medium.append, facts=medium.facts), proxy


def story(case, name):
    medium = medium_of(case, name)
    seen, proxy = slow(case, medium)
    s = Served(case, medium, seen)
    quick = s.restore("quick", "quick")
    begun = time.monotonic()
    first = scan(s.reader, "--directory", quick, "--limit", 1)
    case.equal(len(first), 1, "the first row")
    key = first[0][0]
    case.equal(s.reader.cli("tenant", "get", "--directory", quick, "--key-hex", key)["value_hex"], first[0][1], "a get")
    case.true(proxy.hits.get("latency", 0) > 0, "the reads did not go through the proxy")
    if can_mount():
        where = s.mount(quick)
        s.judge(where, f"a mount on {name}")
        s.unmount(where)
    case.true(time.monotonic() - begun < 90, "reads on a slow medium took too long")


if __name__ == "__main__":
    sys.exit(run_cases({name: lambda case, name=name: story(case, name) for name in ("s3", "oss", "azblob", "nfs")}))
