#!/usr/bin/python3
"""The floor of a log archive: follows the WAL files of a RocksDB directory and copies their bytes, nothing else.
No parsing, no checksum, no stamps: read, write, and fdatasync every 100 ms. Runs until it is told to end (SIGTERM).
  log_copier.py DATABASE_DIRECTORY TARGET_DIRECTORY"""
import os
import sys
import time

LOOK_S, SYNC_S, CHUNK = 0.01, 0.1, 1 << 20


def main(source, target):
    readers, writers, dirty = {}, {}, set()
    synced = time.monotonic()
    while True:
        for name in sorted(n for n in os.listdir(source) if n.endswith(".log") and n not in readers):
            readers[name] = os.open(os.path.join(source, name), os.O_RDONLY)  # stays readable when it is deleted
            writers[name] = os.open(os.path.join(target, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for name in sorted(readers)[-3:]:  # older ones are complete: RocksDB writes one at a time
            while chunk := os.read(readers[name], CHUNK):
                os.write(writers[name], chunk)
                dirty.add(name)
        if time.monotonic() - synced >= SYNC_S:
            for name in dirty:
                os.fdatasync(writers[name])
            dirty.clear()
            for old in sorted(readers)[:-3]:
                if readers[old] is not None:
                    os.close(readers[old]), os.close(writers[old])
                    readers[old] = writers[old] = None
            synced = time.monotonic()
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
