#!/usr/bin/python3
"""The main job on s3:// while answers are lost and the gateway is busy: restores still equal the writer's log. And by the
sample configuration alone."""
# ctest: timeout=600 labels=media,fault
# case: main-job-in-trouble
# case: sample
# case: sample-gs
# case: sample-obs
# case: sample-cos
import os
import sys
import time

from case import run_cases
from fault_proxy import FaultProxy
from installation import Installation
from ledger import Ledger
from ledger_story import compare, pass_time
from main_job import main_job
from media import Medium
from s3_lab import S3Lab


def keys(lab):
    return {"AWS_ACCESS_KEY_ID": lab.facts["access_id"], "AWS_SECRET_ACCESS_KEY": lab.facts["access_key"]}


def medium_at(lab, port):
    return Medium(f"s3://{lab.bucket}/media", {"host": f"http://s3.localhost:{port}"}, append=False, facts=lab.facts)


def trouble(case):
    lab = S3Lab(case)
    proxy = FaultProxy(lab.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)

    def strike():
        proxy.add("commit_drop", times=5, match=r"^PUT [^?]*$")
        proxy.add("commit_drop", times=1, match=r"^PUT .*partNumber")
        proxy.add("commit_drop", times=1, match=r"^POST .*[?&]uploadId")
        proxy.add("http", times=4, status=503, code="SlowDown", retry_after=1)
        proxy.add("http", times=2, status=500, code="InternalError", match="^P")
    main_job(case, medium_at(lab, port), env=keys(lab), trouble=strike)
    case.true(proxy.hits.get("commit_drop", 0) >= 6 and proxy.hits.get("http", 0) >= 6, f"faults seen: {proxy.hits}")
    parts = [k for k in lab.keys("media/") if "/log/" in k]
    case.true(parts and all(".obarc/@APD_PART@" in k for k in parts), f"log objects: {parts[:3]}")
    case.equal(lab.boto.list_multipart_uploads(Bucket=lab.bucket).get("Uploads", []), [], "uploads left behind")


# What each profile's section says beside the sample's own lines.
PROFILES = {"s3": [], "gs": ['conditional_put = "true"'], "obs": ['conditional_put = "true"'], "cos": ['appid = "1250000000"']}


def sample(case, scheme="s3"):
    """config/s3.toml with the places of this test instead of its own: checked, and the job is done by its defaults. As
    [driver.gs] and the like: the same on the wire of a gateway, where gs:// never sends DeleteObjects."""
    lab = S3Lab(case, bucket="seabed-1250000000" if scheme == "cos" else "seabed")
    proxy = FaultProxy(lab.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2"]).start("--rate", "300", "--seconds", "240")
    case.at_end(ledger.kill)
    lines = ["[driver." + scheme + "]", *PROFILES[scheme]]
    defaults = {"host": f"http://s3.localhost:{port}", **dict(line.replace('"', "").split(" = ") for line in lines[1:])}
    medium = Medium(f"{scheme}://seabed/media", defaults, append=False, facts=lab.facts)
    ours = Installation(case.build, case.base, [], medium=medium, env=keys(lab))
    case.at_end(ours.stop)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/s3.toml"), encoding="utf-8") as text:
        sample_text = text.read()
    for theirs, mine in (("https://s3.eu-central-1.amazonaws.com", f"http://s3.localhost:{port}"),
                         ("[driver.s3]", lines[0]), ("# checksum_type", "\n".join([*lines[1:], "# checksum_type"])),
                         ("/run/seabed/agent.sock", ours.socket), ("/var/lib/seabed", case.base),
                         ("/usr/lib/seabed/drivers", f"{case.build}/drivers"), ("/srv/shop/db", ledger.db)):
        case.contains(sample_text, theirs, "the sample")
        sample_text = sample_text.replace(theirs, mine)
    with open(ours.config, "w", encoding="utf-8") as out:
        out.write(sample_text)
    ours.cli("config", "check")
    ours.start_agent()
    ours.protect("shop")
    ours.backup("shop")
    pass_time(ours, "shop", 0.5)
    ours.backup("shop", incremental=True)
    pass_time(ours, "shop", 0.5)
    ledger.kill()
    ours.wait_checkpoint("shop", time.time_ns())
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], medium=medium, env=keys(lab))
    compare(case, elsewhere, ledger, "shop", "latest")
    case.true(proxy.requests, "nothing went through the proxy")
    batches = [line for line in proxy.requests if line.startswith("POST ") and line.split("?")[-1].startswith("delete")]
    if scheme == "gs":
        case.equal(batches, [], "DeleteObjects on the wire")
        case.true(any(line.startswith("DELETE ") for line in proxy.requests), "nothing was deleted")


if __name__ == "__main__":
    sys.exit(run_cases({"main-job-in-trouble": trouble, "sample": sample,
                        **{f"sample-{scheme}": lambda case, scheme=scheme: sample(case, scheme) for scheme in ("gs", "obs", "cos")}}))
