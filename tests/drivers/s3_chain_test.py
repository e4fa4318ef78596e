#!/usr/bin/python3
"""Where the S3 driver finds credentials, and what it makes of strange servers' answers."""
# ctest: timeout=300 labels=media
# case: environment-and-profiles
# case: session-token-is-sent
# case: instance-metadata
# case: metadata-in-trouble
# case: container-service
# case: static-token-expired
# case: web-identity
# case: assume-role
# case: no-credentials
# case: hostile-listing
# case: completion-told-in-the-body
# case: strange-ranges
# case: what-is-hashed
# case: proxy
import base64
import hashlib
import json
import os
import sys
import time
import urllib.parse
import zlib

import metadata_trouble
from case import run_cases
from driver_abi import Driver, DriverError, Part
from s3_lab import LEAKING, S3Lab, refused
from web_script import WebScript

NOBODY = "http://127.0.0.1:9"  # the discard port: no metadata service there
FROM_OUTSIDE = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_ENDPOINT_URL_STS", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE",
                "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_ROLE_SESSION_NAME")


def clean(case):
    """An environment without credentials."""
    for name in (*LEAKING, *FROM_OUTSIDE):
        os.environ.pop(name, None)
    os.environ["HOME"] = case.base
    os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = NOBODY


def driver_of(case):
    clean(case)
    return Driver(f"{case.build}/drivers/seabed_s3.so")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write(text)


def works(case, lab, what):
    store = lab.open("chain", access_id=None, access_key=None)
    store.put("k", what.encode())
    case.equal(lab.body("chain/k"), what.encode(), what)


def environment_and_profiles(case):
    lab = S3Lab(case)
    clean(case)
    who = lab.facts
    os.environ.update(AWS_ACCESS_KEY_ID=who["access_id"], AWS_SECRET_ACCESS_KEY=who["access_key"])
    works(case, lab, "environment")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name)
    keys = f"aws_access_key_id = {who['access_id']}\naws_secret_access_key = {who['access_key']}\n"
    write(f"{case.base}/.aws/credentials", f"[other]\naws_access_key_id=x\naws_secret_access_key=y\n[default]\n{keys}")
    works(case, lab, "default profile")
    write(f"{case.base}/.aws/credentials", "[default]\naws_access_key_id=x\naws_secret_access_key=y\n")
    write(f"{case.base}/.aws/config", f"[profile backup]\nregion = us-east-1\n{keys}")
    os.environ["AWS_PROFILE"] = "backup"
    works(case, lab, "named profile of the configuration file")
    os.environ.pop("AWS_PROFILE")
    error = refused(lab.open("chain", access_id=None, access_key=None).put, "k", b"x")
    case.equal((error.code, error.vendor_code), ("PERMISSION_DENIED", "InvalidAccessKeyId"), "the wrong profile")


def always(status, body=b"", headers=None):
    return lambda _: (status, headers or {}, body)


def session_token_is_sent(case):
    driver = driver_of(case)
    web = WebScript(case, always(200))
    os.environ.update(AWS_ACCESS_KEY_ID="id", AWS_SECRET_ACCESS_KEY="key", AWS_SESSION_TOKEN="a/token+=")
    driver.open("s3://b/p", host=f"http://s3.localhost:{web.port}").put("k", b"x")
    asked = web.asked[-1]
    case.equal(asked.headers.get("x-amz-security-token"), "a/token+=", "the token")
    case.contains(asked.headers["authorization"], "x-amz-security-token", "the signed headers")
    case.equal((asked.path, asked.headers["host"]), ("/p/k", f"b.s3.localhost:{web.port}"), "virtual-hosted style")
    case.true("expect" not in asked.headers, "an Expect header costs a round trip")
    write(f"{case.base}/.aws/credentials", "[t]\naws_access_key_id=i\naws_secret_access_key=k\naws_session_token = tok\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        os.environ.pop(name)
    os.environ["AWS_PROFILE"] = "t"
    driver.open("s3://b/p", host=f"http://127.0.0.1:{web.port}", addressing_model="path_style").put("k", b"x")
    case.equal(web.asked[-1].headers.get("x-amz-security-token"), "tok", "the profile's token")
    case.equal(web.asked[-1].path, "/b/p/k", "path style")


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def instance_metadata(case):
    """IMDSv2 with its token, kept until shortly before the credentials expire."""
    lab = S3Lab(case)
    clean(case)
    life = [3600]

    def answer(asked):
        if asked.method == "PUT" and asked.path == "/latest/api/token":
            return (200, {}, b"imds-token") if asked.headers.get("x-aws-ec2-metadata-token-ttl-seconds") else (400, {}, b"")
        if asked.headers.get("x-aws-ec2-metadata-token") != "imds-token":
            return 401, {}, b""
        if asked.path == "/latest/meta-data/iam/security-credentials/":
            return 200, {}, b"my-role\n"
        if asked.path != "/latest/meta-data/iam/security-credentials/my-role":
            return 404, {}, b""
        return 200, {}, json.dumps({"Code": "Success", "AccessKeyId": lab.facts["access_id"], "Token": "",
                                    "SecretAccessKey": lab.facts["access_key"], "Expiration": utc(life[0])}).encode()
    web = WebScript(case, answer)
    os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = f"http://127.0.0.1:{web.port}/"
    store = lab.open("imds", access_id=None, access_key=None)
    for n in range(3):
        store.put(f"k{n}", b"x")
    case.equal(len(web.asked), 3, "questions while the credentials hold")
    life[0] = 60  # shorter than the five minutes ahead of which they are renewed
    short = lab.open("imds", access_id=None, access_key=None)
    short.put("k", b"x")
    short.put("k", b"x")
    case.equal(len(web.asked), 6, "questions when they are about to expire: one more try every ten seconds")
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    case.equal(refused(lab.open("imds", access_id=None, access_key=None).put, "k", b"x").code, "PERMISSION_DENIED", "disabled")


def metadata_in_trouble(case):
    driver = driver_of(case)
    target = WebScript(case, always(200))
    good = always(200, json.dumps({"AccessKeyId": "i", "SecretAccessKey": "k", "Token": "", "Expiration": utc(3600)}).encode())

    def store_of(port):
        os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = f"http://127.0.0.1:{port}"
        return driver.open("s3://b/p", host=f"http://127.0.0.1:{target.port}", addressing_model="path_style")
    metadata_trouble.check(case, good, store_of, "the instance metadata")
    case.equal(len(target.asked), 1, "what was asked with credentials")


def container_service(case):
    """ECS and EKS: the token goes along, and in clear to near addresses only."""
    driver = driver_of(case)
    target = WebScript(case, always(200))
    facts = json.dumps({"AccessKeyId": "container-id", "SecretAccessKey": "k", "Token": "tok", "Expiration": utc(3600)})
    web = WebScript(case, always(200, facts.encode()))

    def store():
        return driver.open("s3://b/p", host=f"http://127.0.0.1:{target.port}", addressing_model="path_style")
    for host in ("127.0.0.1", "localhost"):
        os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://{host}:{web.port}/v1/get?role=a%20b"
        os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "secret bearer"
        store().put("k", b"x")
        case.contains(target.asked[-1].headers["authorization"], "container-id")
        case.equal((web.asked[-1].path, web.asked[-1].headers["authorization"]), ("/v1/get?role=a%20b", "secret bearer"), host)
    write(f"{case.base}/t/token", "from the file\n")
    os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://127.0.0.1:{web.port}/f"
    os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = f"{case.base}/t/token"
    store().put("k", b"x")
    case.equal(web.asked[-1].headers["authorization"], "from the file", "the file goes before the variable")
    for far in ("http://credentials.example.com/x", "http://10.1.2.3/x", "http://169.254.170.2.example.com/x",
                "http://127.0.0.1.example.com/", "ftp://127.0.0.1/x", "http://user@127.0.0.1/x"):
        os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = far
        error = refused(store().put, "k", b"x")
        case.true(error.code in ("PERMISSION_DENIED", "INVALID_ARGUMENT"), f"{far}: {error}")
        case.contains(error.message, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    for name in ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        os.environ.pop(name)


def static_token_expired(case):
    """A session token of the environment that has expired stays so: only the operator can help."""
    driver = driver_of(case)
    web = WebScript(case, always(400, b"<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>"))
    os.environ.update(AWS_ACCESS_KEY_ID="id", AWS_SECRET_ACCESS_KEY="key", AWS_SESSION_TOKEN="token")
    store = driver.open("s3://b/p", host=f"http://127.0.0.1:{web.port}", addressing_model="path_style")
    for _ in range(2):
        error = refused(store.put, "k", b"x")
        case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), str(error))
        case.contains(error.message, "get a new one")


def sts_answer(action):
    return (f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials><AccessKeyId>'
            f"temp</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>sts-token</SessionToken><Expiration>"
            f"{utc(3600)}</Expiration></Credentials></{action}Result></{action}Response>").encode()


def form(asked):
    return dict(urllib.parse.parse_qsl(asked.body.decode()))


def web_identity(case):
    driver = driver_of(case)
    s3 = WebScript(case, always(200))
    sts = WebScript(case, always(200, sts_answer("AssumeRoleWithWebIdentity")))
    write(f"{case.base}/token/file", "web.identity.token\n")
    os.environ.update(AWS_ROLE_ARN="arn:aws:iam::1:role/r", AWS_WEB_IDENTITY_TOKEN_FILE=f"{case.base}/token/file",
                      AWS_ENDPOINT_URL_STS=f"http://127.0.0.1:{sts.port}")
    store = driver.open("s3://b/p", host=f"http://s3.localhost:{s3.port}")
    store.put("k", b"x")
    store.put("k", b"x")
    case.equal(len(sts.asked), 1, "questions to STS")
    case.equal({k: form(sts.asked[0])[k] for k in ("Action", "RoleArn", "WebIdentityToken")},
               {"Action": "AssumeRoleWithWebIdentity", "RoleArn": "arn:aws:iam::1:role/r",
                "WebIdentityToken": "web.identity.token"}, "the question")
    case.equal(s3.asked[0].headers["x-amz-security-token"], "sts-token", "the token sent to S3")
    case.contains(s3.asked[0].headers["authorization"], "Credential=temp/", "who signed")
    s3.answer = always(400, b"<Error><Code>ExpiredToken</Code></Error>")
    error = refused(store.put, "k", b"x")
    case.equal((error.retry, error.vendor_code), ("transient", "ExpiredToken"), str(error))
    s3.answer = always(200)
    store.put("k", b"x")
    case.equal(len(sts.asked), 2, "questions to STS after the token was called expired")
    os.remove(f"{case.base}/token/file")
    case.contains(refused(driver.open("s3://b/p", host="http://s3.localhost:9").put, "k", b"x").message, "WEB_IDENTITY", "no file")


def assume_role(case):
    driver = driver_of(case)
    s3 = WebScript(case, always(200))
    sts = WebScript(case, always(200, sts_answer("AssumeRole")))
    os.environ.update(AWS_ACCESS_KEY_ID="base", AWS_SECRET_ACCESS_KEY="key")
    attributes = {"host": f"http://s3.localhost:{s3.port}", "sts_host": f"http://127.0.0.1:{sts.port}",
                  "role_arn": "arn:aws:iam::1:role/backup", "external_id": "e 1"}
    driver.open("s3://b/p", **attributes).put("k", b"x")
    asked = sts.asked[0]
    case.equal({k: form(asked)[k] for k in ("Action", "RoleArn", "ExternalId")},
               {"Action": "AssumeRole", "RoleArn": "arn:aws:iam::1:role/backup", "ExternalId": "e 1"}, "the question")
    case.contains(asked.headers["authorization"], "Credential=base/", "who asked")
    case.contains(asked.headers["authorization"], "/us-east-1/sts/aws4_request", "the scope")
    case.equal(s3.asked[0].headers["x-amz-security-token"], "sts-token", "the token sent to S3")
    sts.answer = always(403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no such role for you</Message></Error>"
                             b"<RequestId>r</RequestId></ErrorResponse>")
    error = refused(driver.open("s3://b/p", **attributes).put, "k", b"x")
    case.equal((error.code, error.vendor_code), ("PERMISSION_DENIED", "AccessDenied"), str(error))
    case.contains(error.message, "no such role for you", "STS's words")


def no_credentials(case):
    driver = driver_of(case)
    error = refused(driver.open("s3://b/p", host="http://s3.localhost:9").put, "k", b"x")
    case.equal((error.code, error.retry), ("PERMISSION_DENIED", "permanent"), str(error))
    case.contains(error.message, "instance metadata", "what was looked at")


def xml_list(inner, truncated="false"):
    return (f'<?xml version="1.0"?><ListBucketResult><Name>b</Name><EncodingType>url</EncodingType><IsTruncated>{truncated}'
            f"</IsTruncated>{inner}</ListBucketResult>").encode()


def contents(*keys):
    return "".join(f"<Contents><Key>{k}</Key><Size>1</Size></Contents>" for k in keys)


def removal(store, keys):
    """One failure or None for each key; a failure of all is each one's."""
    try:
        return store.remove(keys)
    except DriverError as error:
        return [error] * len(keys)


def hostile_listing(case):
    driver = driver_of(case)
    web = WebScript(case, always(200))
    store = driver.open("s3://b/p", host=f"http://s3.localhost:{web.port}", access_id="i", access_key="k")
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><ListBucketResult>&b;</ListBucketResult>'
    answers = {"entities": bomb, "depth": b"<ListBucketResult>" + b"<a>" * 300_000, "no end": xml_list(contents("p/a"))[:-5],
               "nothing": b"", "JSON": b"{}", "another root": b"<Error/>", "huge": b"<ListBucketResult>" + b" " * (17 << 20),
               "outside the prefix": xml_list(contents("q/a")), "out of order": xml_list(contents("p/b", "p/a")),
               "twice": xml_list(contents("p/a", "p/a")), "without a size": xml_list("<Contents><Key>p/a</Key></Contents>"),
               "no way to go on": xml_list("", "true"), "binary": bytes(range(256)) * 10}
    for what, body in answers.items():
        web.answer = always(200, body)
        error = refused(store.list, deadline_s=20)
        case.true(error.code in ("CORRUPTION", "UNAVAILABLE"), f"{what}: {error}")
    no_list = {what: body for what, body in answers.items() if what in ("entities", "no end", "nothing", "JSON", "another root",
                                                                        "huge", "binary")}
    no_list["a listing instead"] = xml_list(contents("p/a"))
    for what, body in no_list.items():
        web.answer = always(200, body)
        for call in (store.list_uploads, lambda: store.list_parts("k", "u"), lambda: store.tags("k"), lambda: store.begin("k")):
            error = refused(call, deadline_s=20) if call == store.list_uploads else refused(call)
            case.true(error.code in ("CORRUPTION", "UNAVAILABLE"), f"{what}: {error}")
        removed = removal(store, ["a", "b"])
        case.true(all(r and r.retry in ("unknown", "transient") for r in removed), f"a deletion answered by {what}: {removed}")
    for what, body in {"uploads of others": b"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>q/a</Key>"
                       b"<UploadId>u</UploadId></Upload></ListMultipartUploadsResult>",
                       "uploads without an id": b"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>p/a</Key>"
                       b"</Upload></ListMultipartUploadsResult>",
                       "uploads without a way to go on": b"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
                       b"</ListMultipartUploadsResult>"}.items():
        web.answer = always(200, body)
        try:
            case.equal(store.list_uploads(), [], what)
        except DriverError as error:
            case.true(error.code in ("CORRUPTION", "UNAVAILABLE"), f"{what}: {error}")
    for what, body in {"a part's number": b"<Part><PartNumber>0</PartNumber><Size>1</Size><ETag>e</ETag></Part>",
                       "a huge number": b"<Part><PartNumber>99999999999</PartNumber><Size>1</Size><ETag>e</ETag></Part>",
                       "no size": b"<Part><PartNumber>1</PartNumber><ETag>e</ETag></Part>",
                       "a long tag": b"<Part><PartNumber>1</PartNumber><Size>1</Size><ETag>" + b"e" * 5000 + b"</ETag></Part>"}.items():
        web.answer = always(200, b"<ListPartsResult><IsTruncated>false</IsTruncated>" + body + b"</ListPartsResult>")
        error = refused(store.list_parts, "k", "u")
        case.true(error.code in ("CORRUPTION", "UNAVAILABLE"), f"{what}: {error}")
    web.answer = always(200, xml_list(contents("p/a%2Bb+c", "p/d%0Ae")))
    case.equal([k for k, _ in store.list()], ["a+b c", "d\ne"], "encoded keys")
    pages = iter([xml_list("<NextContinuationToken>t+/</NextContinuationToken>", "true"), xml_list(contents("p/z"))])
    web.answer = lambda _: (200, {}, next(pages))
    case.equal([k for k, _ in store.list()], ["z"], "after an empty page")
    case.contains(web.asked[-1].path, "continuation-token=t%2B%2F", "the question for the second page")
    web.answer = always(200, b"<DeleteResult><Deleted><Key>p/a</Key></Deleted><Error><Key>p/b</Key><Code>AccessDenied</Code>"
                             b"</Error></DeleteResult>")
    done, denied, silent = store.remove(["a", "b", "c"])
    case.equal((done, denied.code, silent.retry), (None, "PERMISSION_DENIED", "unknown"), "results of a deletion, by key")


def completion_told_in_the_body(case):
    driver = driver_of(case)
    web = WebScript(case, always(200))
    store = driver.open("s3://b/p", host=f"http://s3.localhost:{web.port}", access_id="i", access_key="k")
    parts = [Part(1, 5, '"e"')]

    def answer(body):
        web.answer = always(200, body)
        return lambda: store.complete("k", "u", parts)
    error = refused(answer(b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>We failed</Message></Error>'))
    case.equal((error.retry, error.vendor_code), ("unknown", "InternalError"), str(error))
    case.equal(refused(answer(b"<Error><Code>SlowDown</Code></Error>")).retry, "throttled", "SlowDown in the body")
    case.equal(refused(answer(b"<Error><Code>InvalidPart</Code></Error>")).retry, "permanent", "InvalidPart in the body")
    for cut in (b"", b"   \n  ", b'<?xml version="1.0"?>', b"<CompleteMultipartUploadResult><Loc", b"<html/>"):
        case.equal(refused(answer(cut)).retry, "unknown", f"a body that tells nothing: {cut}")
    answer(b"<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>")()  # Ceph's first answer
    case.contains(web.asked[-1].body.decode(), "<PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag>", "the question")


def strange_ranges(case):
    """A server that ignores or bends the range gives an error, never wrong bytes."""
    driver = driver_of(case)
    web = WebScript(case, always(200))
    store = driver.open("s3://b/p", host=f"http://s3.localhost:{web.port}", access_id="i", access_key="k")

    def ranged(body, text):
        return always(206, body, {"Content-Range": text})
    good = [(ranged(b"2345", "bytes 2-5/10"), b"2345"), (ranged(b"89", "bytes 2-3/4"), b"89"), (always(416), b"")]
    for web.answer, wanted in good:
        case.equal(store.read("k", 2, 4), wanted, "a range")
    bad = [always(200, b"0123"), ranged(b"0123", "bytes 0-3/10"), ranged(b"23", "bytes 2-3/10"), ranged(b"2345", "bytes 2-9/10"),
           ranged(b"2345", "rubbish"), always(206, b"2345"), ranged(b"23456789", "bytes 2-9/10"), always(204), always(302)]
    for number, web.answer in enumerate(bad):
        case.true(refused(store.read, "k", 2, 4) is not None, f"bad answer {number}")
    web.answer = always(200, b"012")
    case.equal(store.read("k", 0, 4), b"012", "a small object from a server without ranges")


def what_is_hashed(case):
    """checksum_type and payload_signing, as a server sees them; the values are Python's."""
    driver = driver_of(case)
    web = WebScript(case, always(200, b"", {"ETag": '"e"'}))
    pieces = [b"hello ", b"", b"world"]
    body = b"".join(pieces)
    sha256, md5 = hashlib.sha256(body).hexdigest(), base64.b64encode(hashlib.md5(body).digest()).decode()
    crc32 = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    wanted = {"x-amz-content-sha256": sha256, "content-md5": None, "x-amz-checksum-crc32": None}
    for attributes, change in (({}, {}), ({"payload_signing": "never"}, {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}),
                               ({"checksum_type": "md5"}, {"content-md5": md5}),
                               ({"checksum_type": "crc32"}, {"x-amz-checksum-crc32": crc32})):
        store = driver.open("s3://b/p", host=f"http://s3.localhost:{web.port}", access_id="i", access_key="k", **attributes)
        store.put("k", pieces)
        part = store.part("k", "u", 1, pieces)
        for asked in web.asked[-2:]:
            case.equal({k: asked.headers.get(k) for k in wanted}, {**wanted, **change}, f"{attributes} {asked.path}")
            case.equal(asked.body, body, "the body")
        case.equal(part.tag, f'"e" {crc32}' if "x-amz-checksum-crc32" in change else '"e"', "the part's tag")
    store.set_tags("k", {"a": "b"})
    asked = web.asked[-1]
    case.equal(asked.headers["content-md5"], base64.b64encode(hashlib.md5(asked.body).digest()).decode(), "MD5 of tags")


def proxy(case):
    """The destination's proxy is used, the environment's is not."""
    driver = driver_of(case)
    web, near = WebScript(case, always(200)), WebScript(case, always(200))
    attributes = {"host": "http://far.example:81", "access_id": "i", "access_key": "k"}
    driver.open("s3://b/p", proxy=f"http://127.0.0.1:{near.port}", **attributes).put("k", b"x")
    case.equal((near.asked[-1].path, near.asked[-1].headers["host"]), ("http://b.far.example:81/p/k", "b.far.example:81"),
               "what the proxy was asked")
    os.environ["http_proxy"] = f"http://127.0.0.1:{near.port}"
    driver.open("s3://b/p", **{**attributes, "host": f"http://s3.localhost:{web.port}"}).put("k", b"x")
    case.equal((len(near.asked), len(web.asked)), (1, 1), "requests to the proxy and to the server")


if __name__ == "__main__":
    sys.exit(run_cases({"environment-and-profiles": environment_and_profiles, "session-token-is-sent": session_token_is_sent,
                        "instance-metadata": instance_metadata,
                        "metadata-in-trouble": metadata_in_trouble, "container-service": container_service,
                        "static-token-expired": static_token_expired, "web-identity": web_identity, "assume-role": assume_role,
                        "no-credentials": no_credentials, "hostile-listing": hostile_listing,
                        "completion-told-in-the-body": completion_told_in_the_body, "strange-ranges": strange_ranges,
                        "what-is-hashed": what_is_hashed, "proxy": proxy}))
