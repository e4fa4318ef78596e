"""ListObjects in both versions, ListMultipartUploads and ListParts, with OSS's paging."""
import base64

from oss_server_signature import Refused
from oss_server_xml import coder, count, document, stamp


def owner():
    return {"ID": "seabed", "DisplayName": "seabed"}


def page_of(names, prefix, delimiter, most):
    """(names, common prefixes, last one named, whether more follow)"""
    keys, prefixes, last = [], [], None
    for name in names:
        cut = name.find(delimiter, len(prefix)) if delimiter else -1
        group = name[:cut + len(delimiter)] if cut >= 0 else None
        if group is not None and prefixes and prefixes[-1] == group:
            continue
        if len(keys) + len(prefixes) == most:
            return keys, prefixes, last, True
        if group is not None:
            prefixes.append(group)
            last = group
        else:
            keys.append(name)
            last = name
    return keys, prefixes, last, False


def contents(bucket, keys, code, with_owner):
    found = []
    for key in keys:
        item = bucket.items.get(key)
        if item is not None:
            found.append({"Key": code(key), "LastModified": stamp(item.time), "ETag": f'"{item.etag}"', "Type": item.kind,
                          "Size": len(item.data), "StorageClass": "Standard", "Owner": owner() if with_owner else None})
    return found


def after_group(names, marker, prefix, delimiter):
    """A marker that is a common prefix stands for all of its names."""
    grouped = delimiter and marker and marker.endswith(delimiter) and len(marker) > len(prefix)
    return [n for n in names if not n.startswith(marker)] if grouped else names


def list_objects(bucket, query):
    version2 = query.get("list-type") == "2"
    code, most = coder(query), count(query, "max-keys", 1000, 100)
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    marker = query.get("marker", "") if not version2 else query.get("start-after", "")
    if version2 and query.get("continuation-token"):
        try:
            marker = base64.b64decode(query["continuation-token"], validate=True).decode()
        except ValueError:
            raise Refused(400, "InvalidArgument", "The continuation token provided is incorrect.") from None
    names = after_group(bucket.names_from(prefix, marker or None), marker, prefix, delimiter)
    keys, prefixes, last, more = page_of(names, prefix, delimiter, most)
    answer = {"Name": bucket.name, "Prefix": code(prefix), "MaxKeys": most, "Delimiter": code(delimiter)}
    if version2:
        answer |= {"StartAfter": code(query.get("start-after", "")), "KeyCount": len(keys) + len(prefixes),
                   "NextContinuationToken": base64.b64encode(last.encode()).decode() if more else None}
    else:
        answer |= {"Marker": code(marker), "NextMarker": code(last) if more else None}
    answer |= {"EncodingType": query.get("encoding-type"), "IsTruncated": more,
               "Contents": contents(bucket, keys, code, not version2 or query.get("fetch-owner") == "true"),
               "CommonPrefixes": [{"Prefix": code(p)} for p in prefixes]}
    return document("ListBucketResult", answer)


def list_uploads(bucket, query):
    code, most = coder(query), count(query, "max-uploads", 1000, 1000)
    prefix, after = query.get("prefix", ""), (query.get("key-marker", ""), query.get("upload-id-marker", ""))
    with bucket.lock:
        found = sorted((u for u in bucket.uploads.values() if u.key.startswith(prefix)), key=lambda u: (u.key, u.id))
    # A key marker alone leaves out that key as a whole.
    found = [u for u in found if (u.key, u.id) > after and (after[1] or u.key > after[0] or not after[0])]
    page, more = found[:most], len(found) > most
    return document("ListMultipartUploadsResult", {
        "Bucket": bucket.name, "EncodingType": query.get("encoding-type"), "KeyMarker": code(after[0]),
        "UploadIdMarker": after[1], "NextKeyMarker": code(page[-1].key) if more else "",
        "NextUploadIdMarker": page[-1].id if more else "", "Delimiter": "", "Prefix": code(prefix), "MaxUploads": most,
        "IsTruncated": more,
        "Upload": [{"Key": code(u.key), "UploadId": u.id, "Initiated": stamp(u.time)} for u in page]})


def list_parts(bucket, key, query):
    code, most = coder(query), count(query, "max-parts", 1000, 1000)
    marker = query.get("part-number-marker", "0") or "0"
    if not marker.isdigit():
        raise Refused(400, "InvalidArgument", "Argument part-number-marker must be an integer.")
    with bucket.lock:
        parts = sorted(bucket.upload(key, query["uploadId"]).parts.items())
    parts = [(number, part) for number, part in parts if number > int(marker)]
    page, more = parts[:most], len(parts) > most
    return document("ListPartsResult", {
        "Bucket": bucket.name, "EncodingType": query.get("encoding-type"), "Key": code(key), "UploadId": query["uploadId"],
        "StorageClass": "Standard", "PartNumberMarker": marker, "NextPartNumberMarker": page[-1][0] if page else 0,
        "MaxParts": most, "IsTruncated": more,
        "Part": [{"PartNumber": number, "LastModified": stamp(part.time), "ETag": f'"{part.etag}"',
                  "HashCrc64ecma": part.crc, "Size": len(part.data)} for number, part in page]})
