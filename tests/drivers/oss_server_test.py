"""The OSS server of the tests is like the service: npm's ali-oss, the official client, drives it in both signature modes."""
# ctest: timeout=300 labels=media
# case: v1
# case: v4
# case: path-style
# case: sessions
# case: signatures
# case: large
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from case import run_cases
from oss_lab import OssLab


def prove(case, **mode):
    lab = OssLab(case)
    case.equal(lab.ali("prove", **mode), {"proved": True})


def sessions(case):
    lab = OssLab(case)
    session, expired = lab.facts["session"], lab.facts["expired"]
    good = {"access_id": session["id"], "access_key": session["key"]}
    for signature in ("v1", "v4"):
        case.equal(lab.ali("list", "", signature=signature, token=session["token"], **good), [])
        answer = lab.ali("list", "", signature=signature, token="another", may_fail=True, **good)
        case.equal(answer.get("error"), "InvalidSecurityToken")
        answer = lab.ali("list", "", signature=signature, access_id=expired["id"], access_key=expired["key"],
                         token=expired["token"], may_fail=True)
        case.equal((answer.get("status"), answer.get("error")), (403, "SecurityTokenExpired"))


def signatures(case):
    lab = OssLab(case)
    for signature in ("v1", "v4"):
        answer = lab.ali("list", "", signature=signature, access_key="wrong", may_fail=True)
        case.equal((answer.get("status"), answer.get("error")), (403, "SignatureDoesNotMatch"), signature)
        answer = lab.ali("list", "", signature=signature, access_id="nobody", may_fail=True)
        case.equal((answer.get("status"), answer.get("error")), (403, "InvalidAccessKeyId"), signature)
        answer = lab.ali("list", "", signature=signature, bucket="elsewhere", may_fail=True)
        case.equal((answer.get("status"), answer.get("error")), (404, "NoSuchBucket"), signature)
    answer = lab.ali("list", "", signature="v4", region="eu-central-1", may_fail=True)
    case.equal(answer.get("status"), 400, "another region")


def large(case):
    """Objects of 100 MB and eight clients at a time."""
    lab = OssLab(case)
    file = f"{case.base}/large"
    with open(file, "wb") as out:
        for _ in range(100):
            out.write(os.urandom(1 << 20))
    lab.ali("put", "large", file)
    lab.ali("multipart", "parts", file, 8 << 20, signature="v4")

    def fetch(number):
        back = f"{case.base}/back{number}"
        lab.ali("get", "large" if number % 2 else "parts", back)
        with open(back, "rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        os.unlink(back)
        return digest

    with open(file, "rb") as data:
        wanted = hashlib.file_digest(data, "sha256").hexdigest()
    with ThreadPoolExecutor(8) as pool:
        case.equal(set(pool.map(fetch, range(8))), {wanted})


if __name__ == "__main__":
    sys.exit(run_cases({"v1": lambda case: prove(case, signature="v1"), "v4": lambda case: prove(case, signature="v4"),
                        "path-style": lambda case: prove(case, signature="v1", path_style=True), "sessions": sessions,
                        "signatures": signatures, "large": large}))
