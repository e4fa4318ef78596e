"""seabed admin test_io_device where one privilege is missing, on real servers that deny it (a bucket's policy on Ceph's gateway,
the OSS server's switch): the first failure names the operation and the privilege. And delete_mode=tagging, with and without."""
# ctest: timeout=300 labels=media
# case: s3
# case: oss
import json
import sys

from case import run_cases
from installation import Installation
from oss_lab import BUCKET, OssLab
from s3_lab import S3Lab


def report_of(case, tools, location, attributes):
    """(exit status, report) of a run in a directory of its own."""
    info = f"{case.base}/storage.info"
    with open(info, "w", encoding="ascii") as out:
        out.write("".join(f"{k}={str(v).replace('%', '%25')}\n" for k, v in attributes.items()))
    run = tools.run("admin", "test_io_device", "-d", location, "-s", f"@{info}", "--output", "json")
    case.true(attributes["access_key"] not in run.stdout + run.stderr, "the key is shown")
    case.true(run.stdout, f"no report: {run.stderr}")
    return run.returncode, json.loads(run.stdout)


def first_failure(report):
    return next((c for stage in report["stages"] for c in stage["checks"] if c["outcome"] not in ("works", "limited")), None)


def each_denied(case, location, attributes, deny, rows):
    """deny(actions) changes the server's mind; a row: the denied action, delete_mode, the operation and privilege told."""
    tools = Installation(case.build, f"{case.base}/tools", [])
    for number, (action, mode, operation, privilege) in enumerate(rows):
        deny([action])
        status, report = report_of(case, tools, f"{location}/io{number}", {**attributes, "delete_mode": mode})
        failed = first_failure(report)
        case.true(failed, f"{action} is denied, and all works: {report}")
        case.equal((status, failed["operation"]), (7, operation), f"{action} is denied: {failed}")
        case.contains(json.dumps(failed), privilege, action)
    deny([])
    status, report = report_of(case, tools, f"{location}/tagging", {**attributes, "delete_mode": "tagging"})
    case.equal((status, report["fits"], first_failure(report)), (0, True, None), "delete_mode=tagging")
    case.true(report["left_behind"] > 0, f"with tagging objects stay until the medium removes them: {report['left_behind']}")


def s3(case):
    lab = S3Lab(case)

    def deny(actions):
        if not actions:
            return lab.boto.delete_bucket_policy(Bucket=lab.bucket)
        where = [f"arn:aws:s3:::{lab.bucket}", f"arn:aws:s3:::{lab.bucket}/*"]
        return lab.boto.put_bucket_policy(Bucket=lab.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": where}]}))
    each_denied(case, f"s3://{lab.bucket}/admin", lab.attributes(), deny, (
        ("s3:ListBucket", "delete", "list", "s3:ListBucket"), ("s3:PutObject", "delete", "put", "s3:PutObject"),
        ("s3:GetObject", "delete", "length of an object", "s3:GetObject"),
        ("s3:DeleteObject", "delete", "a checkpoint that moves on", "s3:DeleteObject"),
        ("s3:AbortMultipartUpload", "delete", "abort an upload", "s3:AbortMultipartUpload"),
        ("s3:PutObjectTagging", "tagging", "tags", "s3:PutObjectTagging"),
        ("s3:GetObjectTagging", "tagging", "tags", "s3:GetObjectTagging")))


def oss(case):
    lab = OssLab(case)
    each_denied(case, f"oss://{BUCKET}/admin", lab.attributes(), lambda names: lab.server.control(deny=names), (
        ("ListObjects", "delete", "list", "ListBucket"), ("PutObject", "delete", "put", "PutObject"),
        ("HeadObject", "delete", "length of an object", "GetObject"), ("AppendObject", "delete", "append", "append"),
        ("AbortMultipartUpload", "delete", "abort an upload", "AbortMultipartUpload"),
        ("DeleteObject", "delete", "a checkpoint that moves on", "DeleteObject"),
        ("PutObjectTagging", "tagging", "tags", "PutObjectTagging"), ("GetObjectTagging", "tagging", "tags", "GetObjectTagging")))


if __name__ == "__main__":
    sys.exit(run_cases({"s3": s3, "oss": oss}))
