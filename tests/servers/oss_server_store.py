"""Buckets, objects and uploads of the OSS server, in memory, with OSS's rules on appending and on parts."""
import base64
import bisect
import ctypes
import hashlib
import threading
import time
import uuid

from oss_server_signature import Refused

MIN_PART, MAX_PARTS, MAX_KEY = 100 << 10, 10000, 1023

# CRC-64/XZ is the crc64ecma of OSS; liblzma comes with python3 and is not what the driver computes it with.
_lzma = ctypes.CDLL("liblzma.so.5")
_lzma.lzma_crc64.restype = ctypes.c_uint64
_lzma.lzma_crc64.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]


def crc64(data, before=0):
    data = bytes(data)
    return _lzma.lzma_crc64(data, len(data), before)


def etag_of(data):
    return hashlib.md5(data).hexdigest().upper()


class Item:
    def __init__(self, data, kind, headers=None, tags=None, etag=None):
        self.data, self.kind, self.headers, self.tags = data, kind, headers or {}, dict(tags or {})
        self.etag, self.crc, self.time = etag or etag_of(data), crc64(data), time.time()


class Upload:
    def __init__(self, key, headers, tags):
        self.key, self.headers, self.tags = key, headers, tags
        self.id, self.parts, self.time = uuid.uuid4().hex.upper(), {}, time.time()


def check_key(key):
    if not key or len(key.encode()) > MAX_KEY or key[0] in "/\\":
        raise Refused(400, "InvalidObjectName", "The specified object is not valid.")


def check_md5(data, wanted):
    if wanted and base64.b64encode(hashlib.md5(data).digest()).decode() != wanted:
        raise Refused(400, "InvalidDigest", "The Content-MD5 you specified is not valid.")


class Bucket:
    """Every method is atomic."""

    def __init__(self, name):
        self.name, self.time = name, time.time()
        self.items, self.names, self.uploads = {}, [], {}
        self.lock = threading.RLock()

    def _place(self, key, item, forbid):
        with self.lock:
            if forbid and key in self.items:
                raise Refused(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")
            if key not in self.items:
                bisect.insort(self.names, key)
            self.items[key] = item
        return item

    def put(self, key, data, headers, tags, forbid):
        check_key(key)
        return self._place(key, Item(data, "Normal", headers, tags), forbid)

    def get(self, key):
        item = self.items.get(key)
        if item is None:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        return item

    def delete(self, key):
        with self.lock:
            if self.items.pop(key, None) is not None:
                del self.names[bisect.bisect_left(self.names, key)]

    def append(self, key, position, data, headers, tags):
        check_key(key)
        with self.lock:
            item = self.items.get(key)
            if item is not None and item.kind != "Appendable":
                raise Refused(409, "ObjectNotAppendable", "The object is not appendable.")
            length = len(item.data) if item else 0
            if position != length:
                raise Refused(409, "PositionNotEqualToLength", "Position is not equal to file length.",
                              {"x-oss-next-append-position": str(length)})
            if item is None:
                item = self._place(key, Item(bytearray(), "Appendable", headers, tags, "0"), False)
            item.data += data
            item.crc, item.time = crc64(data, item.crc), time.time()
            item.etag = etag_of(f"{key}:{len(item.data)}:{item.crc}".encode())
            return item

    def names_from(self, prefix, marker):
        """Names with the prefix, rising, behind the marker (None: from the first)."""
        with self.lock:
            at = bisect.bisect_left(self.names, prefix)
            if marker is not None:
                at = max(at, bisect.bisect_right(self.names, marker))
            found = []
            while at < len(self.names) and self.names[at].startswith(prefix):
                found.append(self.names[at])
                at += 1
            return found

    # ---- uploads ----
    def begin(self, key, headers, tags, forbid):
        check_key(key)
        with self.lock:
            if forbid and key in self.items:
                raise Refused(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")
            upload = Upload(key, headers, tags)
            self.uploads[upload.id] = upload
            return upload

    def upload(self, key, upload_id):
        upload = self.uploads.get(upload_id)
        if upload is None or upload.key != key:
            raise Refused(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the "
                          "upload may have been aborted or completed.")
        return upload

    def put_part(self, key, upload_id, number, data):
        if not 1 <= number <= MAX_PARTS:
            raise Refused(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive.")
        with self.lock:
            part = self.upload(key, upload_id).parts[number] = Item(data, "Part")
        return part

    def complete(self, key, upload_id, wanted, forbid):
        """wanted: [(number, etag)], as the request lists them."""
        with self.lock:
            upload = self.upload(key, upload_id)
            numbers = [number for number, _ in wanted]
            if not wanted or numbers != sorted(set(numbers)):
                raise Refused(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
            for number, etag in wanted:
                if number not in upload.parts or upload.parts[number].etag != etag.strip('"').upper():
                    raise Refused(400, "InvalidPart", "One or more of the specified parts could not be found or the "
                                  "specified entity tag might not have matched the part's entity tag.")
            parts = [upload.parts[number] for number in numbers]
            if any(len(part.data) < MIN_PART for part in parts[:-1]):
                raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.")
            etag = etag_of("".join(part.etag for part in parts).encode()) + f"-{len(parts)}"
            item = Item(b"".join(part.data for part in parts), "Multipart", upload.headers, upload.tags, etag)
            self._place(key, item, forbid)
            del self.uploads[upload_id]
            return item

    def abort(self, key, upload_id):
        with self.lock:
            self.upload(key, upload_id)
            del self.uploads[upload_id]
