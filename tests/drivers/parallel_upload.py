"""16 parts of 8 MiB at once: what a driver takes beside them, measured in a process of its own."""
import json
import os
import re
import subprocess
import sys
import threading

from driver_abi import Driver, DriverError

MIB = 1 << 20
PART, LANES, PARTS = 8 * MIB, 16, 32
BESIDE = 32 * MIB


def check(case, scheme, location, attributes, body):
    """body() gives the bytes of the object "large", read by another way than the driver."""
    run = subprocess.run([sys.executable, os.path.abspath(__file__), f"{case.build}/drivers/seabed_{scheme}.so",
                          f"{scheme}://{location}", json.dumps(attributes)], capture_output=True, text=True, timeout=300, check=False)
    case.equal(run.returncode, 0, run.stderr)
    grown = json.loads(run.stdout)["grown"]
    case.true(grown <= BESIDE, f"the driver took {grown >> 10} KiB beside the parts")
    found = body()
    case.equal(len(found), PARTS * PART, "the object's size")
    case.true(all(found[n * PART] == n for n in range(PARTS)), "the order of the parts")


def peak():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) << 10


def upload(path, uri, attributes):
    store = Driver(path).open(uri, **json.loads(attributes))
    store.put("warm", b"x")  # libraries, certificates
    buffers = [bytearray(PART) for _ in range(LANES)]
    for buffer in buffers:
        buffer[::4096] = b"\1" * (PART // 4096)
    before = peak()
    begun, parts, failures = store.begin("large"), {}, []

    def work(lane):
        try:
            for number in range(lane, PARTS, LANES):
                buffers[lane][0] = number
                parts[number] = store.part("large", begun, number + 1, buffers[lane])
        except DriverError as error:
            failures.append(str(error))
    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit("\n".join(failures))
    store.complete("large", begun, [parts[n] for n in range(PARTS)])
    print(json.dumps({"grown": peak() - before}))


if __name__ == "__main__":
    sys.exit(upload(*sys.argv[1:]))
