#!/usr/bin/python3
"""Ceph RADOS Gateway: one mon, one memstore OSD, radosgw; http and https on 127.0.0.1, no systemd, nothing kept.

  ceph_rgw.py start BASE | stop BASE        prints {"endpoint":…,"https":…,"ca":…,"access_id":…,"access_key":…,"host":…}
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

from server_process import ServerError, free_port, tail, wait_ready
from tls_certificates import Certificates

ACCESS_ID, ACCESS_KEY = "rgwtestkey0000000001", "rgwtestsecret000000000000000000000000001"

CONF = """[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
run dir = {run}
admin socket = {run}/$name.asok
pid file = {run}/$name.pid
log file = {run}/$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon pg warn min per osd = 0
ms mon client mode = crc
paxos propose interval = 0.05
paxos min wait = 0.01
mon tick interval = 1
[mon]
mon data = {run}/mon
mon data avail crit = 1
mon data avail warn = 2
[osd]
osd data = {run}/osd
osd objectstore = memstore
memstore device bytes = {bytes}
osd op num shards = 2
osd class default list = *
osd class load list = *
[client.rgw]
rgw data = {run}/rgw
rgw frontends = beast endpoint=127.0.0.1:{http} ssl_endpoint=127.0.0.1:{https} ssl_certificate={tls}/server.crt ssl_private_key={tls}/server.key
rgw dns name = s3.localhost
rgw thread pool size = 32
rgw enable usage log = false
rgw gc processor period = 60
rgw multipart min part size = 5242880
"""


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class CephRgw:
    DAEMONS = ("client.rgw", "osd.0", "mon.a")

    def __init__(self, base):
        self.run = os.path.abspath(base)
        self.conf = self.run + "/ceph.conf"

    def call(self, *command, timeout=60):
        run = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=self.run,
                             env=dict(os.environ, CEPH_CONF=self.conf))
        if run.returncode != 0:
            raise ServerError(f"{' '.join(command)}: {run.stderr[-2000:]}")
        return run.stdout

    def start(self, gigabytes=4):
        shutil.rmtree(self.run, ignore_errors=True)
        for part in ("mon", "osd", "rgw"):
            os.makedirs(f"{self.run}/{part}")
        tls = Certificates(self.run + "/tls")
        http, https, mon, fsid = free_port(), free_port(), free_port(), str(uuid.uuid4())
        with open(self.conf, "w", encoding="ascii") as text:
            text.write(CONF.format(fsid=fsid, mon=mon, run=self.run, bytes=gigabytes << 30, http=http, https=https,
                                   tls=tls.base))
        try:
            self._start_daemons(fsid, mon)
            wait_ready("radosgw", lambda: answers(f"http://127.0.0.1:{http}/"), f"{self.run}/client.rgw.log")
        except Exception:
            self.stop()
            raise
        return {"endpoint": f"http://127.0.0.1:{http}", "https": f"https://127.0.0.1:{https}", "ca": tls.path("ca.crt"),
                "port": http, "https_port": https, "host": "s3.localhost", "region": "us-east-1",
                "access_id": ACCESS_ID, "access_key": ACCESS_KEY}

    def _start_daemons(self, fsid, mon):
        self.call("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{mon}]", "monmap")
        self.call("ceph-mon", "-c", self.conf, "-i", "a", "--mkfs", "--monmap", "monmap")
        self.call("ceph-mon", "-c", self.conf, "-i", "a")  # daemonises; its pid is in mon.a.pid
        osd = str(uuid.uuid4())
        number = self.call("ceph", "-c", self.conf, "--connect-timeout", "20", "osd", "new", osd).strip()
        # Without --osd-uuid the monitor ignores the OSD's boot without a word.
        self.call("ceph-osd", "-c", self.conf, "-i", number, "--mkfs", "--osd-uuid", osd)
        self.call("ceph-osd", "-c", self.conf, "-i", number)
        self.call("radosgw-admin", "-c", self.conf, "user", "create", "--uid=test", "--display-name=test",
                  f"--access-key={ACCESS_ID}", f"--secret-key={ACCESS_KEY}")
        self.call("radosgw", "-c", self.conf, "-n", "client.rgw")

    def stop(self):
        """The cluster is thrown away, so nothing waits for a clean exit."""
        for name in self.DAEMONS:
            try:
                with open(f"{self.run}/{name}.pid", encoding="ascii") as text:
                    pid = int(text.read())
                with open(f"/proc/{pid}/cmdline", "rb") as text:
                    if self.conf.encode() in text.read():
                        os.kill(pid, signal.SIGKILL)
            except (OSError, ValueError):
                continue
        time.sleep(0.1)
        shutil.rmtree(self.run, ignore_errors=True)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("start", "stop"):
        sys.exit(__doc__)
    server = CephRgw(sys.argv[2])
    if sys.argv[1] == "start":
        print(json.dumps(server.start()))
    else:
        server.stop()


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(f"ceph_rgw.py: {error}")
