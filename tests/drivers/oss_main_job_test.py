"""The main job through the program on oss://: archive by append, full, incremental, restores compared with the writer's log;
with answers lost and a busy service on the way; a tree copied object by object from OSS to a directory and back."""
# ctest: timeout=600 labels=media
# case: main-job
# case: main-job-v4
# case: main-job-in-trouble
# case: copied
# case: sample
import os
import sys
import time

from case import run_cases
from fault_proxy import FaultProxy
from installation import Installation
from ledger import Ledger
from ledger_story import compare, pass_time
from main_job import main_job, restore_from
from media import Medium
from oss_lab import BUCKET, OssLab


def medium(lab, path="media", port=None, **more):
    """The destination, without the secret: that comes from the environment."""
    return Medium(f"oss://{BUCKET}/{path}", lab.attributes(port, access_id=None, access_key=None, **more))


def environment(lab):
    return {"OSS_ACCESS_KEY_ID": lab.facts["access_id"], "OSS_ACCESS_KEY_SECRET": lab.facts["access_key"]}


def job(case, **mode):
    lab = OssLab(case)
    main_job(case, medium(lab, **mode), env=environment(lab))
    names = [name for name, _ in lab.ali("list", "media/")]
    logs = [name for name in names if name.endswith(".obarc") and "/log/" in name]
    case.true(logs, f"no log files among {names}")
    case.equal({lab.ali("head", name)["type"] for name in logs}, {"Appendable"}, "the archive's log files")
    case.equal([n for n in names if "@APD_PART@" in n], [], "parts of log files")
    case.equal(lab.ali("uploads"), [], "uploads left behind")
    return lab


def trouble(case):
    """Every kind of write loses its answer, and the service is busy for a while, in the middle of it all."""
    lab = OssLab(case)
    proxy = FaultProxy(lab.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)

    def strike():
        proxy.add("commit_drop", times=3, match=r"^POST .*[?&]append")
        proxy.add("commit_drop", times=3, match=r"^PUT [^?]*$")
        proxy.add("commit_drop", times=1, match=r"^PUT .*partNumber")
        proxy.add("commit_drop", times=1, match=r"^POST .*[?&]uploadId")
        proxy.add("http", times=4, status=503, code="SlowDown", retry_after=1)
        proxy.add("http", times=2, status=500, code="InternalError", match="^P")
    main_job(case, medium(lab, port=port), env=environment(lab), trouble=strike)
    case.true(proxy.hits.get("commit_drop", 0) >= 6 and proxy.hits.get("http", 0) >= 6, f"faults seen: {proxy.hits}")


def copied(case):
    """What is on OSS restores from a directory and, copied on by ali-oss as plain objects, from OSS again."""
    lab = OssLab(case)
    installation, ledger = main_job(case, medium(lab), env=environment(lab))
    installation.stop()  # leases and checkpoints move while it runs
    directory = f"{case.base}/copied"
    count = lab.ali("fetch", "media/", directory)
    restore_from(case, ledger, Medium(f"file://{directory}/media"), "from-directory")
    case.equal(lab.ali("store", "again/", directory, signature="v4"), count, "objects copied back")
    restore_from(case, ledger, medium(lab, "again/media"), "from-oss", env=environment(lab))


def sample(case):
    """config/oss.toml, with the places of this test instead of its own: checked, and the job is done by its defaults."""
    lab = OssLab(case)
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2"]).start("--rate", "500", "--seconds", "240")
    case.at_end(ledger.kill)
    installation = Installation(case.build, case.base, [], medium=medium(lab), env=environment(lab))
    case.at_end(installation.stop)
    with open(os.path.join(os.path.dirname(__file__), "../../config/oss.toml"), encoding="utf-8") as text:
        sample_text = text.read()
    for theirs, ours in (("https://oss-cn-hangzhou-internal.aliyuncs.com", f"http://{lab.facts['host']}"),
                         ("/run/seabed/agent.sock", installation.socket), ("/var/lib/seabed", case.base),
                         ("/usr/lib/seabed/drivers", f"{case.build}/drivers"), ("/srv/shop/db", ledger.db)):
        case.contains(sample_text, theirs, "the sample")
        sample_text = sample_text.replace(theirs, ours)
    with open(installation.config, "w", encoding="utf-8") as out:
        out.write(sample_text)
    installation.cli("config", "check")
    installation.start_agent()
    installation.protect("shop")
    installation.backup("shop")
    pass_time(installation, "shop", 0.5)
    installation.backup("shop", incremental=True)
    pass_time(installation, "shop", 0.5)
    ledger.kill()
    installation.wait_checkpoint("shop", time.time_ns())
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], medium=medium(lab), env=environment(lab))
    compare(case, elsewhere, ledger, "shop", "latest")


if __name__ == "__main__":
    sys.exit(run_cases({"main-job": job, "main-job-v4": lambda case: job(case, signature_version="v4"),
                        "main-job-in-trouble": trouble, "copied": copied,
                        "sample": sample}))
