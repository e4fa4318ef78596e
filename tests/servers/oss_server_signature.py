"""Who asks: OSS signatures version 1 (HMAC-SHA1) and 4 (OSS4-HMAC-SHA256), checked as the service documents them."""
import base64
import calendar
import hashlib
import hmac
import re
import time
from urllib.parse import quote

SKEW_SECONDS = 900
# Query parameters that version 1 signs; the others of a request stay outside its signature.
SUB_RESOURCES = frozenset(
    "acl uploads location cors logging website referer lifecycle delete append tagging objectMeta uploadId partNumber "
    "security-token position restore stat bucketInfo symlink status comp live vod startTime endTime policy versions "
    "versioning versionId requestPayment worm wormId wormExtend inventory inventoryId continuation-token encryption "
    "x-oss-process x-oss-traffic-limit x-oss-request-payer callback callback-var response-content-type "
    "response-content-language response-cache-control response-content-encoding response-expires "
    "response-content-disposition".split())
V4 = re.compile(r"OSS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/oss/aliyun_v4_request,"
                r"\s*(?:AdditionalHeaders=([^,]*),\s*)?Signature=([0-9a-f]{64})$")


class Refused(Exception):
    """status, OSS error code, message, and what else the answer's headers say."""

    def __init__(self, status, code, message, headers=None):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


def sign_v1(secret, text):
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def string_to_sign_v1(request):
    h = request.headers
    lines = [request.method, h.get("content-md5", ""), h.get("content-type", ""), h.get("x-oss-date") or h.get("date", "")]
    lines += [f"{name}:{h[name].strip()}" for name in sorted(h) if name.startswith("x-oss-")]
    resource = f"/{request.bucket}/{request.key}" if request.bucket else "/"
    signed = sorted((k, v) for k, v in request.query if k in SUB_RESOURCES)
    query = "&".join(k if v == "" else f"{k}={v}" for k, v in signed)
    return "\n".join(lines + [resource + ("?" + query if query else "")])


def canonical_request_v4(request, additional):
    h = request.headers
    names = sorted({n for n in h if n in ("content-type", "content-md5") or n.startswith("x-oss-")} | set(additional))
    path = f"/{request.bucket}/{request.key}" if request.bucket else "/"
    query = sorted((quote(k, safe=""), quote(v, safe="")) for k, v in request.query)
    return "\n".join([request.method, quote(path, safe="/"),
                      "&".join(k if v == "" else f"{k}={v}" for k, v in query),
                      "".join(f"{n}:{h.get(n, '').strip()}\n" for n in names), ";".join(sorted(additional)),
                      h.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD")])


def sign_v4(secret, day, region, text):
    key = f"aliyun_v4{secret}".encode()
    for part in (day, region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_clock(text, layout):
    try:
        then = calendar.timegm(time.strptime(text, layout))
    except ValueError:
        raise Refused(403, "AccessDenied", "The date of the request is missing or malformed.") from None
    if abs(time.time() - then) > SKEW_SECONDS:
        raise Refused(403, "RequestTimeTooSkewed",
                      "The difference between the request time and the current time is too large.")


class Account:
    def __init__(self, secret, token=None, expired=False):
        self.secret, self.token, self.expired = secret, token, expired


def account_of(accounts, access_id, request):
    account = accounts.get(access_id)
    if account is None:
        raise Refused(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
    token = request.headers.get("x-oss-security-token")
    if account.token != token:
        raise Refused(403, "InvalidSecurityToken", "The security token you provided is invalid.")
    if account.expired:
        raise Refused(403, "SecurityTokenExpired", "The security token you provided has expired.")
    return account


def check(request, accounts, region):
    """The access id that signed the request; Refused otherwise. request.signature becomes "v1" or "v4"."""
    text = request.headers.get("authorization", "")
    if text.startswith("OSS4-HMAC-SHA256 "):
        return check_v4(request, accounts, region, text)
    if not text.startswith("OSS ") or ":" not in text:
        raise Refused(403, "AccessDenied", "You have no right to access this object because of bucket acl.")
    access_id, signature = text[4:].rsplit(":", 1)
    account = account_of(accounts, access_id, request)
    check_clock(request.headers.get("x-oss-date") or request.headers.get("date", ""), "%a, %d %b %Y %H:%M:%S GMT")
    if not hmac.compare_digest(sign_v1(account.secret, string_to_sign_v1(request)), signature):
        raise Refused(403, "SignatureDoesNotMatch",
                      "The request signature we calculated does not match the signature you provided.")
    request.signature = "v1"
    return access_id


def check_v4(request, accounts, region, text):
    match = V4.match(text)
    if not match:
        raise Refused(400, "InvalidArgument", "The authorization header is malformed.")
    access_id, day, scope, additional, signature = match.groups()
    account = account_of(accounts, access_id, request)
    date = request.headers.get("x-oss-date", "")
    check_clock(date, "%Y%m%dT%H%M%SZ")
    if scope != region or not date.startswith(day):
        raise Refused(400, "InvalidArgument", f"Invalid signing region in Authorization header: {scope}")
    canonical = canonical_request_v4(request, [n for n in (additional or "").split(";") if n])
    to_sign = "\n".join(["OSS4-HMAC-SHA256", date, f"{day}/{region}/oss/aliyun_v4_request",
                         hashlib.sha256(canonical.encode()).hexdigest()])
    if not hmac.compare_digest(sign_v4(account.secret, day, region, to_sign), signature):
        raise Refused(403, "SignatureDoesNotMatch",
                      "The request signature we calculated does not match the signature you provided.")
    request.signature = "v4"
    return access_id
