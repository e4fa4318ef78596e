"""Every sample of config/ is checked and does the main job on its medium (s3 and oss: tests/drivers). The sample's own text,
with the databases of this test; all other places come from the environment."""
# ctest: timeout=400
# case: every-sample-is-tested
# case: seabed
# case: two-tenants
# case: myrocks
# case: nfs lock=rpcbind
# case: azblob
import os
import sys
import time

from case import run_cases
from installation import Installation, remove
from ledger import Ledger
from ledger_story import compare, pass_time
from mariadb_lab import Bank
from medium_test import medium_of

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config")
ELSEWHERE = {"s3": "tests/drivers/s3_main_job_test.py", "oss": "tests/drivers/oss_main_job_test.py"}


def writer(case, folder, name="ledger"):
    os.makedirs(f"{case.base}/{folder}", exist_ok=True)
    ledger = Ledger(case.build, f"{case.base}/{folder}", name, ["--cfs", "2"]).start("--rate", "300", "--seconds", "240")
    case.at_end(ledger.kill)
    return ledger


def installation(case, name, medium, places, env=None):
    """The sample with `places` (theirs -> ours) instead of its databases."""
    lab = Installation(case.build, case.base, [], medium=medium)
    case.at_end(lab.stop)
    lab.env.update({"SEABED_AGENT_SOCKET": lab.socket, "SEABED_AGENT_CATALOG": f"{case.base}/catalog.db",
                    "SEABED_AGENT_STATE_DIRECTORY": f"{case.base}/state", "SEABED_METRICS_LISTEN": "127.0.0.1:0",
                    "SEABED_DRIVERS_DIRECTORIES": os.path.realpath(f"{case.build}/drivers"), **(env or {})})
    with open(f"{CONFIG}/{name}.toml", encoding="utf-8") as text:
        sample = text.read()
    for theirs, ours in places.items():
        case.contains(sample, f'"{theirs}"', f"the sample {name}")
        sample = sample.replace(f'"{theirs}"', f'"{ours}"')
    with open(lab.config, "w", encoding="utf-8") as out:
        out.write(sample)
    case.contains(lab.run("config", "check").stdout, "good", f"config check of {name}")
    return lab


def job(lab, tenants):
    lab.start_agent()
    for tenant in tenants:
        lab.protect(tenant)
        lab.backup(tenant)
        pass_time(lab, tenant, 0.5)
        lab.backup(tenant, incremental=True)
        pass_time(lab, tenant, 0.5)


def finish(lab, ledgers, tenants):
    for ledger in ledgers:
        ledger.kill()
    for tenant in tenants:
        lab.wait_checkpoint(tenant, time.time_ns())
    lab.stop_agent()


def one_tenant(case, name, medium, env=None):
    ledger = writer(case, "shop")
    lab = installation(case, name, medium, {"/srv/shop/db": ledger.db}, env)
    job(lab, ["shop"])
    finish(lab, [ledger], ["shop"])
    remove(ledger.db)
    compare(case, lab, ledger, "shop", "latest")


def every_sample_is_tested(case):
    for file in sorted(os.listdir(CONFIG)):
        name = file.removesuffix(".toml")
        if name in ELSEWHERE:
            with open(os.path.join(CONFIG, "..", ELSEWHERE[name]), encoding="utf-8") as text:
                case.contains(text.read(), f"config/{file}", f"the test of {file}")
        else:
            case.true(name in CASES, f"{file} has no test here")


def seabed(case):
    one_tenant(case, "seabed", None)


def nfs(case):
    medium = medium_of(case, "nfs")
    env = {f"SEABED_DRIVER_NFS_{key.upper()}": str(value) for key, value in medium.defaults.items()}
    medium.defaults = {}
    one_tenant(case, "nfs", medium, env)


def azblob(case):
    """Account and key as the sample says: from the agent's environment."""
    medium = medium_of(case, "azblob")
    env = {"AZURE_STORAGE_ACCOUNT": medium.facts["account"], "AZURE_STORAGE_KEY": medium.facts["key"],
           "SEABED_DRIVER_AZBLOB_HOST": medium.facts["endpoint"]}
    medium.defaults = {}
    one_tenant(case, "azblob", medium, env)


def two_tenants(case):
    cache, orders, stock = writer(case, "cache"), writer(case, "stream"), writer(case, "stream", "stock")
    lab = installation(case, "two-tenants", None, {"/srv/kvrocks/db": cache.db, "/srv/stream/orders": orders.db,
                                                   "/srv/stream/stock": stock.db})
    job(lab, ["cache", "stream"])
    finish(lab, [cache, orders, stock], ["cache", "stream"])
    compare(case, lab, cache, "cache", "cache")
    compare(case, lab, orders, "stream", "stream")
    status, verdict = stock.check(f"{case.base}/restored-stream/stock.db")
    case.equal(status, 0, f"the second log stream: {verdict}")


def myrocks(case):
    bank = Bank(case.base).start()
    case.at_end(bank.stop)
    bank.start_load()
    lab = installation(case, "myrocks", None, {"/var/lib/mysql": bank.server.data, "/var/lib/mysql/#rocksdb": bank.server.rocksdb})
    job(lab, ["mariadb"])
    bank.stop_load()
    lab.wait_checkpoint("mariadb", time.time_ns())
    bank.server.kill()
    lab.stop_agent()
    directory = f"{case.base}/restored"
    lab.restore("mariadb", directory)
    second = bank.restored_server("second", directory)
    case.at_end(second.kill)
    status, verdict = bank.check(second)
    case.equal(status, 0, f"the restored server: {verdict}")


CASES = {"every-sample-is-tested": every_sample_is_tested, "seabed": seabed, "two-tenants": two_tenants, "myrocks": myrocks,
         "nfs": nfs, "azblob": azblob}

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
