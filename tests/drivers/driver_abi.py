"""A driver's shared object called from Python through the C ABI of sdk/include: no host in between, no retries.

Every operation raises DriverError for what is no success. Calls release Python's lock, so that threads run in parallel.
"""
import ctypes as c
import time
from collections import namedtuple

CODES = ("OK INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED UNSUPPORTED CONFLICT CORRUPTION NO_SPACE UNAVAILABLE "
         "TIMEOUT CANCELLED IO INTERNAL").split()
RETRIES = "permanent transient throttled unknown".split()
OpenArgs = namedtuple("OpenArgs", "scheme location pairs")
Stat = namedtuple("Stat", "size modified_ns etag")
Part = namedtuple("Part", "number size tag")


class CError(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("code", c.c_int32), ("retry", c.c_int32), ("retry_after_ms", c.c_uint32),
                ("http_status", c.c_int32), ("os_error", c.c_int32), ("vendor_code", c.c_char * 64),
                ("request_id", c.c_char * 128), ("message", c.c_char * 512)]


class CBuffer(c.Structure):
    _fields_ = [("data", c.c_void_p), ("size", c.c_size_t)]


class CText(c.Structure):
    _fields_ = [("data", c.c_void_p), ("capacity", c.c_size_t), ("size", c.c_size_t)]


class CPair(c.Structure):
    _fields_ = [("key", c.c_char_p), ("value", c.c_char_p), ("flags", c.c_uint32), ("reserved", c.c_uint32)]


class COpenArgs(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("pair_count", c.c_uint32), ("scheme", c.c_char_p), ("location", c.c_char_p),
                ("pairs", c.POINTER(CPair))]


CANCELLED = c.CFUNCTYPE(c.c_int, c.c_void_p)


class CContext(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("priority", c.c_int32), ("deadline_ns", c.c_uint64), ("trace_id", c.c_uint64),
                ("cancelled", CANCELLED), ("cancel_data", c.c_void_p), ("completion", c.c_void_p)]


class CHost(c.Structure):
    pass


LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, c.c_char_p)
CLOCK = c.CFUNCTYPE(c.c_uint64, c.c_void_p)
HOST_EXTENSION = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_char_p)
CHost._fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint16), ("abi_minor", c.c_uint16), ("name", c.c_char_p),
                  ("version", c.c_char_p), ("log", LOG), ("wall_clock_ns", CLOCK), ("extension", HOST_EXTENSION)]


class CStat(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("size", c.c_uint64), ("modified_ns", c.c_uint64),
                ("etag", c.c_char * 256)]


class CListEntry(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("key", c.c_char_p), ("size", c.c_uint64),
                ("modified_ns", c.c_uint64)]


class CUploadEntry(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("key", c.c_char_p), ("upload_id", c.c_char_p),
                ("started_ns", c.c_uint64)]


class CPart(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("number", c.c_uint32), ("size", c.c_uint64), ("tag", c.c_char * 256)]


class CPutOptions(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("part_bytes", c.c_uint64), ("total_bytes", c.c_uint64)]


class CCapabilities(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("max_put_bytes", c.c_uint64),
                ("min_part_bytes", c.c_uint64), ("max_part_bytes", c.c_uint64), ("max_object_bytes", c.c_uint64),
                ("max_parts", c.c_uint32), ("max_delete_batch", c.c_uint32), ("max_key_length", c.c_uint32),
                ("max_list_page", c.c_uint32), ("max_tags", c.c_uint32), ("threads", c.c_uint32)]


P, S, T, U32, U64 = c.c_void_p, c.c_char_p, c.c_int32, c.c_uint32, c.c_uint64
LIST_SINK = c.CFUNCTYPE(c.c_int, P, c.POINTER(CListEntry))
UPLOAD_SINK = c.CFUNCTYPE(c.c_int, P, c.POINTER(CUploadEntry))
PART_SINK = c.CFUNCTYPE(c.c_int, P, c.POINTER(CPart))
TAG_SINK = c.CFUNCTYPE(c.c_int, P, c.POINTER(CPair))
REMOVE_SINK = c.CFUNCTYPE(None, P, U32, c.POINTER(CError))
CTX, ERR = c.POINTER(CContext), c.POINTER(CError)
OPERATIONS = [  # in the table's order
    ("capabilities", None, [P, c.POINTER(CCapabilities)]),
    ("open", T, [c.POINTER(COpenArgs), CTX, c.POINTER(P), ERR]),
    ("close", None, [P]),
    ("stat", T, [P, S, CTX, c.POINTER(CStat), ERR]),
    ("read_at", T, [P, S, U64, P, c.c_size_t, CTX, c.POINTER(c.c_size_t), ERR]),
    ("put", T, [P, S, c.POINTER(CBuffer), U32, c.POINTER(CPutOptions), CTX, ERR]),
    ("upload_begin", T, [P, S, c.POINTER(CPutOptions), CTX, c.POINTER(CText), ERR]),
    ("upload_part", T, [P, S, S, U32, c.POINTER(CBuffer), U32, CTX, c.POINTER(CPart), ERR]),
    ("upload_complete", T, [P, S, S, c.POINTER(c.POINTER(CPart)), U32, c.POINTER(CPutOptions), CTX, ERR]),
    ("upload_abort", T, [P, S, S, CTX, ERR]),
    ("list", T, [P, S, S, U32, LIST_SINK, P, CTX, c.POINTER(CText), ERR]),
    ("remove", T, [P, c.POINTER(S), U32, REMOVE_SINK, P, CTX, ERR]),
    ("append", T, [P, S, U64, c.POINTER(CBuffer), U32, CTX, c.POINTER(U64), ERR]),
    ("get_tags", T, [P, S, TAG_SINK, P, CTX, ERR]),
    ("set_tags", T, [P, S, c.POINTER(CPair), U32, CTX, ERR]),
    ("list_uploads", T, [P, S, S, U32, UPLOAD_SINK, P, CTX, c.POINTER(CText), ERR]),
    ("list_parts", T, [P, S, S, S, U32, PART_SINK, P, CTX, c.POINTER(CText), ERR]),
]


class CTable(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint16), ("abi_minor", c.c_uint16), ("name", c.c_char_p),
                ("version", c.c_char_p), ("schemes", c.POINTER(c.c_char_p)), ("keys", c.c_void_p)] + [
                    (name, c.CFUNCTYPE(result, *arguments)) for name, result, arguments in OPERATIONS]


class DriverError(Exception):
    """code: of CODES; retry: of RETRIES."""

    def __init__(self, code, error):
        self.code, self.retry = CODES[code], RETRIES[error.retry]
        self.http_status, self.retry_after_ms = error.http_status, error.retry_after_ms
        self.vendor_code, self.message = error.vendor_code.decode(), error.message.decode("utf-8", "replace")
        super().__init__(f"{self.code}, {self.retry}: {self.message} [HTTP {self.http_status} {self.vendor_code}]")


def new(kind):
    out = kind()
    out.struct_size = c.sizeof(kind)
    return out


def room(size):
    text = CText()
    memory = c.create_string_buffer(size)
    text.data, text.capacity = c.cast(memory, c.c_void_p), size
    return text, memory


def pieces(data):
    """Buffers over bytes-like objects without a copy."""
    parts = data if isinstance(data, (list, tuple)) else [data]
    views = [(c.c_char * len(p)).from_buffer(p) if isinstance(p, bytearray) else c.create_string_buffer(bytes(p), len(p))
             for p in parts if len(p)]
    array = (CBuffer * max(len(views), 1))()
    for i, view in enumerate(views):
        array[i].data, array[i].size = c.addressof(view), c.sizeof(view)
    return array, len(views), views


class Driver:
    """clock_offset_s: how far the host's wall clock is ahead of this machine's."""

    def __init__(self, path, clock_offset_s=0):
        self.clock_offset_s = clock_offset_s
        host = new(CHost)
        host.abi_major, host.abi_minor, host.name, host.version = 1, 0, b"test", b"1"
        host.log = LOG(lambda *_: None)
        host.wall_clock_ns = CLOCK(lambda _: time.time_ns() + int(self.clock_offset_s * 1e9))
        host.extension = HOST_EXTENSION(lambda *_: None)
        self.host = host  # the driver keeps it
        entry = c.CDLL(path).seabed_driver_entry
        entry.restype, entry.argtypes = c.POINTER(CTable), [c.POINTER(CHost), ERR]
        error = new(CError)
        table = entry(c.byref(host), c.byref(error))
        if not table:
            raise DriverError(error.code, error)
        self.table = table.contents

    def open(self, uri, **attributes):
        """`uri` is scheme://location; attributes that are None are left out."""
        return Store(self, uri, {k: v for k, v in attributes.items() if v is not None})


class Store:
    deadline_s = 60

    def __init__(self, driver, uri, attributes):
        self.driver, self.table = driver, driver.table
        scheme, location = uri.split("://", 1)
        pairs = (CPair * max(len(attributes), 1))(*[CPair(k.encode(), str(v).encode(), 0, 0) for k, v in attributes.items()])
        args = COpenArgs(c.sizeof(COpenArgs), len(attributes), scheme.encode(), location.encode(), pairs)
        self.store = c.c_void_p()
        self.call("open", c.byref(args), c.byref(self.store), store=False)

    def close(self):
        self.table.close(self.store)
        self.store = None

    def context(self, deadline_s, cancelled):
        out = new(CContext)
        limit = self.deadline_s if deadline_s is None else deadline_s
        out.deadline_ns = time.monotonic_ns() + int(limit * 1e9)
        if cancelled:
            out.cancelled = CANCELLED(lambda _: 1 if cancelled() else 0)
        return out

    def call(self, name, *arguments, store=True, deadline_s=None, cancelled=None, context_at=None):
        """The context stands before the last argument's place unless told: (store, …, context, out, error)."""
        context, error = self.context(deadline_s, cancelled), new(CError)
        at = len(arguments) - 1 if context_at is None else context_at
        given = list(arguments[:at]) + [c.byref(context)] + list(arguments[at:])
        code = getattr(self.table, name)(*([self.store] if store else []), *given, c.byref(error))
        if code != 0:
            raise DriverError(code, error)

    def capabilities(self):
        out = new(CCapabilities)
        self.table.capabilities(self.store, c.byref(out))
        return out

    def stat(self, key, **how):
        out = new(CStat)
        self.call("stat", key.encode(), c.byref(out), **how)
        return Stat(out.size, out.modified_ns, out.etag.decode())

    def read(self, key, offset, size, **how):
        memory, got = c.create_string_buffer(max(size, 1)), c.c_size_t()
        self.call("read_at", key.encode(), offset, c.cast(memory, c.c_void_p), size, c.byref(got), **how)
        return memory.raw[:got.value]

    def put(self, key, data, if_absent=False, **how):
        array, count, keep = pieces(data)
        options = new(CPutOptions)
        options.flags = 1 if if_absent else 0
        self.call("put", key.encode(), array, count, c.byref(options), context_at=4, **how)
        del keep

    def begin(self, key, **how):
        text, keep = room(1024)
        self.call("upload_begin", key.encode(), None, c.byref(text), **how)
        return keep.raw[:text.size].decode()

    def part(self, key, upload, number, data, **how):
        array, count, keep = pieces(data)
        out = new(CPart)
        self.call("upload_part", key.encode(), upload.encode(), number, array, count, c.byref(out), **how)
        del keep
        return Part(out.number, out.size, out.tag.decode())

    def complete(self, key, upload, parts, **how):
        raw = [CPart(c.sizeof(CPart), p.number, p.size, p.tag.encode()) for p in parts]
        array = (c.POINTER(CPart) * max(len(raw), 1))(*[c.pointer(p) for p in raw])
        self.call("upload_complete", key.encode(), upload.encode(), array, len(raw), None, context_at=5, **how)

    def abort(self, key, upload, **how):
        self.call("upload_abort", key.encode(), upload.encode(), context_at=2, **how)

    def pages(self, name, sink_type, take, fixed, page, **how):
        found, token = [], b""
        while True:
            text, keep = room(4096)
            sink = sink_type(lambda _, entry: found.append(take(entry.contents)) or 0)
            self.call(name, *fixed, token, page, sink, None, c.byref(text), **how)
            token = keep.raw[:text.size]
            if not token:
                return found

    def list(self, prefix="", page=1000, **how):
        return self.pages("list", LIST_SINK, lambda e: (e.key.decode(), e.size), [prefix.encode()], page, **how)

    def list_uploads(self, prefix="", page=1000, **how):
        return self.pages("list_uploads", UPLOAD_SINK, lambda e: (e.key.decode(), e.upload_id.decode()), [prefix.encode()],
                          page, **how)

    def young_uploads(self):
        """How many uploads are told to have begun within the hour; cleanup aborts by that."""
        starts = self.pages("list_uploads", UPLOAD_SINK, lambda e: e.started_ns, [b""], 1000)
        return sum(abs(time.time_ns() - start) < 3600 * 10**9 for start in starts)

    def list_parts(self, key, upload, page=1000, **how):
        return self.pages("list_parts", PART_SINK, lambda e: Part(e.number, e.size, e.tag.decode()),
                          [key.encode(), upload.encode()], page, **how)

    def remove(self, keys, **how):
        """One entry for each key: None, or its DriverError."""
        results = ["no answer"] * len(keys)

        def take(_, index, error):
            failed = bool(error) and error.contents.code != 0
            results[index] = DriverError(error.contents.code, error.contents) if failed else None
        array = (c.c_char_p * max(len(keys), 1))(*[k.encode() for k in keys])
        self.call("remove", array, len(keys), REMOVE_SINK(take), None, context_at=4, **how)
        return results

    def append(self, key, position, data, **how):
        """The new length."""
        array, count, keep = pieces(data)
        length = c.c_uint64()
        self.call("append", key.encode(), position, array, count, c.byref(length), context_at=4, **how)
        del keep
        return length.value

    def tags(self, key, **how):
        found = {}
        self.call("get_tags", key.encode(), TAG_SINK(
            lambda _, tag: found.update({tag.contents.key.decode(): tag.contents.value.decode()}) or 0), None, context_at=3,
            **how)
        return found

    def set_tags(self, key, tags, **how):
        array = (CPair * max(len(tags), 1))(*[CPair(k.encode(), v.encode(), 0, 0) for k, v in tags.items()])
        self.call("set_tags", key.encode(), array, len(tags), context_at=3, **how)
