"""What happened when, on one line of time; in colour on a terminal."""
import datetime
import sys
import time

COLOURS = {"good": "\033[32m", "bad": "\033[31m", "note": "\033[36m", "": ""}


class Timeline:
    def __init__(self):
        self.events = []

    def add(self, ns, text, kind=""):
        self.events.append((ns, text, kind))
        print(f"[{clock(ns)}] {text}", flush=True)

    def follow(self, lab, tenant, seconds):
        """Lets `seconds` pass; on a terminal one line tells meanwhile how far the archive is."""
        end = time.monotonic() + seconds
        while lab.live and time.monotonic() < end:
            behind = (time.time_ns() - lab.archive_status(tenant)["checkpoint_scn"]) / 1e9
            left = max(0, end - time.monotonic())
            sys.stderr.write(f"\r\033[Karchived until {behind:.1f} s ago; the writer goes on, {left:.0f} s")
            sys.stderr.flush()
            time.sleep(min(0.2, max(0, end - time.monotonic())))
        if lab.live:
            sys.stderr.write("\r\033[K")
        time.sleep(max(0, end - time.monotonic()))

    def show(self):
        colour = sys.stdout.isatty()
        self.events.sort()
        first, last = self.events[0][0], self.events[-1][0]
        print("\ntimeline (UTC)")
        for ns, text, kind in self.events:
            column = round(30 * (ns - first) / max(1, last - first))
            mark = "─" * column + "●" + " " * (30 - column)
            if colour and kind:
                mark, text = (f"{COLOURS[kind]}{part}\033[0m" for part in (mark, text))
            print(f"  {clock(ns)}  {mark}  {text}")


def clock(ns):
    moment = datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc)
    return f"{moment:%H:%M:%S}.{ns % 10**9 // 10**6:03d}"


def stamp(ns):
    moment = datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{ns % 10**9 // 1000:06d}"
