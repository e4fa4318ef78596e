"""What a request asks for: one function an operation, (server, bucket, request) -> Answer. No operation waits."""
import re
import time
import uuid
from email.utils import formatdate
from urllib.parse import parse_qsl

import oss_server_listing as listing
from oss_server_signature import Refused
from oss_server_store import check_md5
from oss_server_xml import coder, document, parse, texts

KEPT_HEADERS = ("content-type", "cache-control", "content-disposition", "content-encoding", "expires")
TAG = re.compile(r"[A-Za-z0-9 +\-=._:/]*$")
RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class Answer:
    def __init__(self, status=200, body=b"", headers=None):
        self.status, self.body, self.headers = status, body, headers or {}


def xml(body):
    return Answer(200, body, {"Content-Type": "application/xml"})


def facts(item, with_length=True):
    headers = {"ETag": f'"{item.etag}"', "x-oss-hash-crc64ecma": str(item.crc), "x-oss-object-type": item.kind,
               "x-oss-storage-class": "Standard", "Last-Modified": formatdate(item.time, usegmt=True), **item.headers}
    if item.kind == "Appendable" and with_length:
        headers["x-oss-next-append-position"] = str(len(item.data))
    if item.tags:
        headers["x-oss-tagging-count"] = str(len(item.tags))
    return headers


def kept_headers(request):
    return {k: v for k, v in request.headers.items() if k in KEPT_HEADERS or k.startswith("x-oss-meta-")}


def check_tags(tags):
    if len(tags) > 10 or any(not 0 < len(k) <= 128 or len(v) > 256 or not TAG.match(k + v) for k, v in tags):
        raise Refused(400, "InvalidTag", "The tag you specified is invalid.")
    if len({k for k, _ in tags}) != len(tags):
        raise Refused(400, "InvalidTag", "A tag key is given twice.")
    return dict(tags)


def header_tags(request):
    return check_tags(parse_qsl(request.headers.get("x-oss-tagging", ""), keep_blank_values=True))


def forbids(server, request):
    """A bucket with versioning ignores the header, and names the version that it made."""
    return not server.versioned and request.headers.get("x-oss-forbid-overwrite", "").lower() == "true"


def version(server):
    return {"x-oss-version-id": uuid.uuid4().hex} if server.versioned else {}


def put_object(server, bucket, request):
    body = server.spoiled("put", request.body)
    item = bucket.put(request.key, body, kept_headers(request), header_tags(request), forbids(server, request))
    return Answer(200, b"", {"ETag": f'"{item.etag}"', "x-oss-hash-crc64ecma": str(item.crc), **version(server)})


def append_object(server, bucket, request):
    position = request.args.get("position", "")
    if not position.isdigit():
        raise Refused(400, "InvalidArgument", "Argument position must be a non-negative integer.")
    item = bucket.append(request.key, int(position), server.spoiled("append", request.body), kept_headers(request),
                         header_tags(request))
    return Answer(200, b"", {"ETag": f'"{item.etag}"', "x-oss-hash-crc64ecma": str(item.crc),
                             "x-oss-next-append-position": str(int(position) + len(request.body))})


def range_of(request, size):
    """(first, last) or None for the whole; Refused where the standard behaviour was asked for and nothing fits."""
    match = RANGE.match(request.headers.get("range", ""))
    if not match or match[1] == match[2] == "":
        return None
    standard = request.headers.get("x-oss-range-behavior") == "standard"
    if match[1] == "":
        first, last, fits = size - int(match[2]), size - 1, 0 < int(match[2]) <= size
    else:
        first, last = int(match[1]), int(match[2] or size - 1)
        fits = first <= last < size
    if fits:
        return first, last
    if not standard:
        return None  # the service then gives the whole object
    first, last = max(0, first), min(last, size - 1)
    if first > last or match[2] == "0" and match[1] == "":
        raise Refused(416, "InvalidRange", "The requested range cannot be satisfied.", {"Content-Range": f"bytes */{size}"})
    return first, last


def get_object(server, bucket, request):
    item = bucket.get(request.key)
    with bucket.lock:
        headers, size = {**facts(item), "Accept-Ranges": "bytes"}, len(item.data)
        part = range_of(request, size)
        first, last = part or (0, size - 1)
        body = bytes(memoryview(item.data)[first:last + 1])
    headers.setdefault("content-type", "application/octet-stream")
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Answer(206 if part else 200, server.spoiled("get", body), headers)


def head_object(server, bucket, request):
    item = bucket.get(request.key)
    return Answer(200, b"", {**facts(item), "Content-Length": str(len(item.data))})


def delete_object(server, bucket, request):
    bucket.delete(request.key)
    return Answer(204)


def delete_objects(server, bucket, request):
    if "content-md5" not in request.headers:
        raise Refused(400, "MissingArgument", "Missing Some Required Arguments: Content-MD5")
    root = parse(request.body, "Delete")
    keys = texts(root, "Object/Key")
    if not 0 < len(keys) <= 1000 or "" in keys:
        raise Refused(400, "MalformedXML", "The XML you provided was not well-formed or names no key or over 1000 keys.")
    for key in keys:
        bucket.delete(key)
    if texts(root, "Quiet") == ["true"]:
        return Answer(200)
    code = coder(request.args)
    return xml(document("DeleteResult", {"EncodingType": request.args.get("encoding-type"),
                                         "Deleted": [{"Key": code(key)} for key in keys]}))


def get_tags(server, bucket, request):
    tags = bucket.get(request.key).tags
    return xml(document("Tagging", {"TagSet": {"Tag": [{"Key": k, "Value": v} for k, v in tags.items()]}}))


def put_tags(server, bucket, request):
    tags = [(tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in
            parse(request.body, "Tagging").iterfind("TagSet/Tag")]
    bucket.get(request.key).tags = check_tags(tags)
    return Answer()


def delete_tags(server, bucket, request):
    bucket.get(request.key).tags = {}
    return Answer(204)


def begin_upload(server, bucket, request):
    upload = bucket.begin(request.key, kept_headers(request), header_tags(request), forbids(server, request))
    return xml(document("InitiateMultipartUploadResult", {
        "EncodingType": request.args.get("encoding-type"), "Bucket": bucket.name,
        "Key": coder(request.args)(request.key), "UploadId": upload.id}))


def put_part(server, bucket, request):
    number = request.args.get("partNumber", "")
    part = bucket.put_part(request.key, request.args.get("uploadId", ""), int(number) if number.isdigit() else 0,
                           server.spoiled("part", request.body))
    return Answer(200, b"", {"ETag": f'"{part.etag}"', "x-oss-hash-crc64ecma": str(part.crc)})


def complete_upload(server, bucket, request):
    wanted = [(int(part.findtext("PartNumber") or 0), part.findtext("ETag") or "") for part in
              parse(request.body, "CompleteMultipartUpload").iterfind("Part")]
    item = bucket.complete(request.key, request.args["uploadId"], wanted, forbids(server, request))
    answer = xml(document("CompleteMultipartUploadResult", {
        "EncodingType": request.args.get("encoding-type"), "Location": f"http://{bucket.name}.{server.host}/{request.key}",
        "Bucket": bucket.name, "Key": coder(request.args)(request.key), "ETag": f'"{item.etag}"'}))
    answer.headers |= {"ETag": f'"{item.etag}"', "x-oss-hash-crc64ecma": str(item.crc), **version(server)}
    return answer


def abort_upload(server, bucket, request):
    bucket.abort(request.key, request.args["uploadId"])
    return Answer(204)


def list_objects(server, bucket, request):
    return xml(listing.list_objects(bucket, request.args))


def list_uploads(server, bucket, request):
    return xml(listing.list_uploads(bucket, request.args))


def list_parts(server, bucket, request):
    return xml(listing.list_parts(bucket, request.key, request.args))


def bucket_info(server, bucket, request):
    created = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(bucket.time))
    return xml(document("BucketInfo", {"Bucket": {"Name": bucket.name, "CreationDate": created, "Location": server.region,
                                                  "StorageClass": "Standard", "Owner": listing.owner()}}))


# (method, whether a key is named, sub-resource that must be among the parameters) -> operation; the first that fits.
ROUTES = [
    ("POST", True, "append", "AppendObject", append_object), ("POST", False, "delete", "DeleteMultipleObjects", delete_objects),
    ("POST", True, "uploads", "InitiateMultipartUpload", begin_upload),
    ("POST", True, "uploadId", "CompleteMultipartUpload", complete_upload), ("PUT", True, "uploadId", "UploadPart", put_part),
    ("DELETE", True, "uploadId", "AbortMultipartUpload", abort_upload), ("GET", True, "uploadId", "ListParts", list_parts),
    ("GET", False, "uploads", "ListMultipartUploads", list_uploads), ("GET", True, "tagging", "GetObjectTagging", get_tags),
    ("PUT", True, "tagging", "PutObjectTagging", put_tags), ("DELETE", True, "tagging", "DeleteObjectTagging", delete_tags),
    ("GET", False, "bucketInfo", "GetBucketInfo", bucket_info), ("PUT", True, None, "PutObject", put_object),
    ("GET", True, None, "GetObject", get_object), ("HEAD", True, None, "HeadObject", head_object),
    ("DELETE", True, None, "DeleteObject", delete_object), ("GET", False, None, "ListObjects", list_objects),
]


def route(request):
    for method, keyed, sub, name, call in ROUTES:
        if request.method == method and keyed == bool(request.key) and (sub is None or sub in request.args):
            return name, call
    raise Refused(501, "NotImplemented", "A header or query you provided requested a function that is not implemented.")


def run(server, bucket, request, call):
    check_md5(request.body, request.headers.get("content-md5"))
    return call(server, bucket, request)
