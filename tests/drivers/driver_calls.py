"""A driver's operations called through the C ABI itself, without the host's retries: ctypes of sdk/include/seabed."""
import ctypes as c
import threading
import time

CODES = ["OK", "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "UNSUPPORTED", "CONFLICT",
         "CORRUPTION", "NO_SPACE", "UNAVAILABLE", "TIMEOUT", "CANCELLED", "IO", "INTERNAL"]
RETRIES = ["PERMANENT", "TRANSIENT", "THROTTLED", "OUTCOME_UNKNOWN"]
IF_ABSENT = 1


class Error(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("code", c.c_int32), ("retry", c.c_int32), ("retry_after_ms", c.c_uint32),
                ("http_status", c.c_int32), ("os_error", c.c_int32), ("vendor_code", c.c_char * 64),
                ("request_id", c.c_char * 128), ("message", c.c_char * 512)]


class Context(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("priority", c.c_int32), ("deadline_ns", c.c_uint64), ("trace_id", c.c_uint64),
                ("cancelled", c.c_void_p), ("cancel_data", c.c_void_p), ("completion", c.c_void_p)]


class Pair(c.Structure):
    _fields_ = [("key", c.c_char_p), ("value", c.c_char_p), ("flags", c.c_uint32), ("reserved", c.c_uint32)]


class OpenArgs(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("pair_count", c.c_uint32), ("scheme", c.c_char_p), ("location", c.c_char_p),
                ("pairs", c.POINTER(Pair))]


class Buffer(c.Structure):
    _fields_ = [("data", c.c_char_p), ("size", c.c_size_t)]


class Text(c.Structure):
    _fields_ = [("data", c.c_void_p), ("capacity", c.c_size_t), ("size", c.c_size_t)]


class PutOptions(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("part_bytes", c.c_uint64), ("total_bytes", c.c_uint64)]


class Stat(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("size", c.c_uint64), ("modified_ns", c.c_uint64),
                ("etag", c.c_char * 256)]


class Part(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("number", c.c_uint32), ("size", c.c_uint64), ("tag", c.c_char * 256)]


class ListEntry(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("key", c.c_char_p), ("size", c.c_uint64),
                ("modified_ns", c.c_uint64)]


class Host(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint16), ("abi_minor", c.c_uint16), ("name", c.c_char_p),
                ("version", c.c_char_p), ("log", c.c_void_p), ("wall_clock_ns", c.c_void_p), ("extension", c.c_void_p)]


SLOTS = ["capabilities", "open", "close", "stat", "read_at", "put", "upload_begin", "upload_part", "upload_complete",
         "upload_abort", "list", "remove", "append", "get_tags", "set_tags", "list_uploads", "list_parts", "extension"]


class Table(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint16), ("abi_minor", c.c_uint16), ("name", c.c_char_p),
                ("version", c.c_char_p), ("schemes", c.c_void_p), ("keys", c.c_void_p)] + [(s, c.c_void_p) for s in SLOTS]


CANCELLED = c.CFUNCTYPE(c.c_int, c.c_void_p)
LIST_SINK = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(ListEntry))
TAG_SINK = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(Pair))
REMOVE_SINK = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32, c.POINTER(Error))


class DriverError(Exception):
    def __init__(self, raw):
        self.code, self.retry = CODES[raw.code], RETRIES[raw.retry]
        self.message, self.http_status = raw.message.decode(errors="replace"), raw.http_status
        super().__init__(f"{self.code}, {self.retry}: {self.message}")


class Driver:
    _hosts = []  # a host's table lives as long as the process

    def __init__(self, build, name):
        library = c.CDLL(f"{build}/drivers/seabed_{name}.so")
        library.seabed_driver_entry.restype = c.POINTER(Table)
        self._clock = c.CFUNCTYPE(c.c_uint64, c.c_void_p)(lambda _: time.time_ns())
        self._log = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, c.c_char_p)(lambda *_: None)
        self.host = Host(c.sizeof(Host), 1, 0, b"test", b"0", c.cast(self._log, c.c_void_p),
                         c.cast(self._clock, c.c_void_p), None)
        Driver._hosts.append((self._clock, self._log, self.host))
        error = Error(c.sizeof(Error))
        table = library.seabed_driver_entry(c.byref(self.host), c.byref(error))
        if not table:
            raise DriverError(error)
        self.name, self.table = name, table.contents

    def function(self, slot, result=c.c_int32):
        return c.CFUNCTYPE(result)(getattr(self.table, slot))

    def open(self, location, **attributes):
        pairs = [(k.encode(), str(v).encode()) for k, v in attributes.items()]
        array = (Pair * max(len(pairs), 1))(*[Pair(k, v, 0, 0) for k, v in pairs])
        args = OpenArgs(c.sizeof(OpenArgs), len(pairs), self.name.encode(), location.encode(), array)
        out, error = c.c_void_p(), Error(c.sizeof(Error))
        if self.function("open")(c.byref(args), None, c.byref(out), c.byref(error)) != 0:
            raise DriverError(error)
        return Store(self, out)


def buffers(data):
    return c.byref(Buffer(data, len(data))), c.c_uint32(1)


class Store:
    """Each call: `seconds` to its deadline, `cancel_after` seconds until it is cancelled."""

    def __init__(self, driver, handle):
        self.driver, self.handle = driver, handle

    def _call(self, slot, *words, seconds=60, cancel_after=None):
        stop = threading.Event()
        poll = CANCELLED(lambda _: 1 if stop.is_set() else 0)
        context = Context(c.sizeof(Context), 0, time.clock_gettime_ns(time.CLOCK_MONOTONIC) + int(seconds * 1e9), 0,
                          None if cancel_after is None else c.cast(poll, c.c_void_p), None, None)
        timer = threading.Timer(cancel_after, stop.set) if cancel_after is not None else None
        if timer:
            timer.start()
        error = Error(c.sizeof(Error))
        places = {"CONTEXT": c.byref(context), "ERROR": c.byref(error)}
        words = [places.get(w, w) if isinstance(w, str) else w for w in words]
        code = self.driver.function(slot)(self.handle, *words)
        if timer:
            timer.cancel()
        if code != 0:
            raise DriverError(error)

    def fails(self, verb, *words, **more):
        try:
            answer = getattr(self, verb)(*words, **more)
        except DriverError as error:
            return error
        raise AssertionError(f"{verb} {words[:1]} did not fail: {str(answer)[:100]}")

    def stat(self, key, **more):
        out = Stat(c.sizeof(Stat))
        self._call("stat", key.encode(), "CONTEXT", c.byref(out), "ERROR", **more)
        return out.size

    def read(self, key, offset, size, **more):
        room, got = c.create_string_buffer(size), c.c_size_t()
        self._call("read_at", key.encode(), c.c_uint64(offset), room, c.c_size_t(size), "CONTEXT", c.byref(got), "ERROR", **more)
        return room.raw[:got.value]

    def put(self, key, data, flags=0, **more):
        options = PutOptions(c.sizeof(PutOptions), flags)
        self._call("put", key.encode(), *buffers(data), c.byref(options), "CONTEXT", "ERROR", **more)

    def append(self, key, position, data, **more):
        length = c.c_uint64()
        self._call("append", key.encode(), c.c_uint64(position), *buffers(data), "CONTEXT", c.byref(length), "ERROR", **more)
        return length.value

    def remove(self, *keys, **more):
        """The codes, one for each key."""
        codes = {}
        sink = REMOVE_SINK(lambda _, i, e: codes.__setitem__(i, CODES[e.contents.code if e else 0]))
        array = (c.c_char_p * len(keys))(*[k.encode() for k in keys])
        self._call("remove", array, c.c_uint32(len(keys)), sink, None, "CONTEXT", "ERROR", **more)
        return [codes[i] for i in range(len(keys))]

    def list(self, prefix="", page=1000, **more):
        keys, token = [], b""
        sink = LIST_SINK(lambda _, e: keys.append(e.contents.key.decode()) or 0)
        while True:
            room = c.create_string_buffer(4096)
            text = Text(c.cast(room, c.c_void_p), 4096, 0)
            self._call("list", prefix.encode(), token, c.c_uint32(page), sink, None, "CONTEXT", c.byref(text), "ERROR", **more)
            token = room.raw[:text.size]
            if not token:
                return keys

    def begin(self, key, **more):
        room = c.create_string_buffer(1024)
        text = Text(c.cast(room, c.c_void_p), 1024, 0)
        options = PutOptions(c.sizeof(PutOptions))
        self._call("upload_begin", key.encode(), c.byref(options), "CONTEXT", c.byref(text), "ERROR", **more)
        return room.raw[:text.size].decode()

    def part(self, key, upload, number, data, **more):
        """(number, what complete wants)."""
        out = Part(c.sizeof(Part))
        self._call("upload_part", key.encode(), upload.encode(), c.c_uint32(number), *buffers(data), "CONTEXT", c.byref(out),
                   "ERROR", **more)
        out.number = number
        return number, out

    def complete(self, key, upload, parts, flags=0, **more):
        array = (c.POINTER(Part) * len(parts))(*[c.pointer(p) for _, p in parts])
        options = PutOptions(c.sizeof(PutOptions), flags)
        self._call("upload_complete", key.encode(), upload.encode(), array, c.c_uint32(len(parts)), c.byref(options),
                   "CONTEXT", "ERROR", **more)

    def set_tags(self, key, tags, **more):
        array = (Pair * len(tags))(*[Pair(k.encode(), v.encode(), 0, 0) for k, v in tags.items()])
        self._call("set_tags", key.encode(), array, c.c_uint32(len(tags)), "CONTEXT", "ERROR", **more)

    def get_tags(self, key, **more):
        tags = {}
        sink = TAG_SINK(lambda _, t: tags.__setitem__(t.contents.key.decode(), t.contents.value.decode()) or 0)
        self._call("get_tags", key.encode(), sink, None, "CONTEXT", "ERROR", **more)
        return tags
