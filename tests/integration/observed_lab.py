"""An installation whose configuration has more tables than the lab knows, and the page of its agent."""
import re
import urllib.request

from installation import Installation, Tenant, wait_until
from ledger import Ledger


class Observed(Installation):
    """With more tables in its configuration than the lab knows."""

    extra = ""

    def write_config(self):
        super().write_config()
        with open(self.config, "a", encoding="utf-8") as out:
            out.write(self.extra)

    def say(self, extra):
        self.extra = extra
        self.write_config()


def writer(case, seconds=240):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "500", "--seconds", str(seconds))
    case.at_end(ledger.kill)
    return ledger


def lab_of(case, ledger, extra=""):
    lab = Observed(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.say(extra)
    return lab


def port_of(lab):
    found = wait_until(lambda: re.findall(r"metrics at .*\(port (\d+)\)", lab.agent_log()), 30, "the metrics' address")
    return int(found[-1])


def page(port, path="/metrics", **more):
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more), timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def samples(text):
    """{name: [(labels, value)]}"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)(?: \d+)?", line).groups()
            out.setdefault(name, []).append((dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value)))
    return out


def one(found, name, **labels):
    values = [value for have, value in found.get(name, []) if labels.items() <= have.items()]
    if len(values) != 1:
        raise AssertionError(f"{name} {labels}: {found.get(name)}")
    return values[0]
