#!/usr/bin/python3
"""The main job on s3:// while answers are lost and the gateway is busy: restores still equal the writer's log."""
# ctest: timeout=400 labels=media,fault
# case: main-job-in-trouble
import sys

from case import run_cases
from fault_proxy import FaultProxy
from main_job import main_job
from s3_lab import S3Lab


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
    env = {"AWS_ACCESS_KEY_ID": lab.facts["access_id"], "AWS_SECRET_ACCESS_KEY": lab.facts["access_key"],
           "SEABED_TEST_LAG_FLOOR": "0"}
    main_job(case, f"s3://{lab.bucket}/media", f"host=http://s3.localhost:{port}", env=env, trouble=strike)
    case.true(proxy.hits.get("commit_drop", 0) >= 6 and proxy.hits.get("http", 0) >= 6, f"faults seen: {proxy.hits}")
    parts = [k for k in lab.keys("media/") if "/log/" in k]
    case.true(parts and all(".obarc/@APD_PART@" in k for k in parts), f"log objects: {parts[:3]}")
    case.equal(lab.boto.list_multipart_uploads(Bucket=lab.bucket).get("Uploads", []), [], "uploads left behind")


if __name__ == "__main__":
    sys.exit(run_cases({"main-job-in-trouble": trouble}))
