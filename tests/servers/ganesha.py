#!/usr/bin/python3
"""NFS-Ganesha (VFS) in user space: NFSv3 and v4 of one exported directory on unprivileged ports of 127.0.0.1.

  ganesha.py start BASE (in the foreground until SIGTERM)

NFSv3 registers at rpcbind's socket and ends without it. rpcbind binds 0.0.0.0:111 whatever it is told, so it runs in an
empty network namespace; its unix socket works from here, and libnfs does not ask it when nfsport and mountport are given.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

from server_process import ServerProcess, accepts, free_port

CONF = """NFS_CORE_PARAM {{ Bind_addr = 127.0.0.1; NFS_Port = {nfs}; MNT_Port = {mount}; NLM_Port = {nlm};
  NFS_Protocols = 3, 4; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }}
NFSV4 {{ RecoveryBackend = fs; RecoveryRoot = "{run}/recovery"; Graceless = true; Only_Numeric_Owners = true;
  Lease_Lifetime = 10; Grace_Period = 10; }}
EXPORT {{ Export_Id = 1; Path = {export}; Pseudo = /export; Protocols = 3, 4; Transports = TCP; Access_Type = RW;
  Squash = No_Root_Squash; SecType = sys; FSAL {{ Name = VFS; }} }}
LOG {{ Default_Log_Level = EVENT; }}
"""


def rpcbind_answers():
    """Its socket file alone may be left from one that ended."""
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex("/run/rpcbind.sock") == 0


class Ganesha:
    def __init__(self, base, export=None):
        self.run = os.path.abspath(base)
        self.export = export or self.run + "/export"
        self.server = self.rpcbind = None

    def start(self):
        shutil.rmtree(self.run + "/recovery", ignore_errors=True)
        os.makedirs(self.run + "/recovery")
        os.makedirs(self.export, exist_ok=True)
        os.chmod(self.export, 0o777)
        self._start_rpcbind()
        nfs, mount, nlm = free_port(), free_port(), free_port()
        with open(self.run + "/ganesha.conf", "w", encoding="ascii") as text:
            text.write(CONF.format(nfs=nfs, mount=mount, nlm=nlm, run=self.run, export=self.export))
        self.server = ServerProcess("ganesha", ["ganesha.nfsd", "-F", "-C", "-L", self.run + "/ganesha.log", "-f",
                                                self.run + "/ganesha.conf", "-p", self.run + "/ganesha.pid"],
                                    self.run + "/out", ready=lambda: accepts(nfs) and accepts(mount))
        return {"uri": f"nfs://127.0.0.1{self.export}", "nfsport": nfs, "mountport": mount, "export": self.export}

    def _start_rpcbind(self):
        if rpcbind_answers():
            return
        self.rpcbind = ServerProcess("rpcbind", ["unshare", "-n", "rpcbind", "-f"], self.run + "/rpcbind.log",
                                     ready=rpcbind_answers)

    def stop(self, sig=signal.SIGTERM):
        for process in (self.server, self.rpcbind):
            if process:
                process.stop(sig)
        self.server = self.rpcbind = None


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "start":
        sys.exit(__doc__)
    server = Ganesha(sys.argv[2])
    print(json.dumps(server.start()), flush=True)
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    server.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    main()
