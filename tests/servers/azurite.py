#!/usr/bin/python3
"""Azurite's blob service from npm, over http and https on 127.0.0.1. Crash its client, never it: kill -9 loses
acknowledged writes.

  azurite.py start BASE [--modules DIR] (in the foreground until SIGTERM)
"""
import argparse
import base64
import json
import os
import signal
import subprocess

from server_process import ServerProcess, free_port
from tls_certificates import Certificates

VERSION = "3.35.0"  # the last for Node 20
ACCOUNT = "backup1"
KEY = base64.b64encode((b"azurite-test-key-" * 4)[:64]).decode()


class Azurite:
    def __init__(self, base, modules=None):
        self.base = os.path.abspath(base)
        self.modules = modules or self.base + "/npm"
        self.servers = []

    def install(self):
        if not os.path.isdir(self.modules + "/node_modules/azurite"):
            os.makedirs(self.modules, exist_ok=True)
            subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix",
                            self.modules, f"azurite@{VERSION}"], check=True, timeout=600, stdout=subprocess.DEVNULL)

    def start(self):
        self.install()
        tls = Certificates(self.base + "/tls")
        http, https = free_port(), free_port()
        for name, port, more in (("http", http, []), ("https", https, ["--cert", tls.path("server.crt"), "--key",
                                                                       tls.path("server.key"), "--oauth", "basic"])):
            data = f"{self.base}/{name}"
            os.makedirs(data, exist_ok=True)
            command = ["node", f"{self.modules}/node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1",
                       "--blobPort", str(port), "--location", data, "--silent", "--disableTelemetry",
                       "--skipApiVersionCheck", *more]
            self.servers.append(ServerProcess("azurite", command, f"{data}.log", port=port,
                                              env={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}))
        return {"endpoint": f"http://127.0.0.1:{http}/{ACCOUNT}", "https": f"https://127.0.0.1:{https}/{ACCOUNT}",
                "ca": tls.path("ca.crt"), "port": http, "https_port": https, "account": ACCOUNT, "key": KEY,
                "product_style": f"http://{ACCOUNT}.blob.localhost:{http}"}

    def stop(self):
        for server in self.servers:
            server.stop()
        self.servers = []


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("verb", choices=["start"])
    args.add_argument("base")
    args.add_argument("--modules")
    opt = args.parse_args()
    server = Azurite(opt.base, opt.modules)
    print(json.dumps(server.start()), flush=True)
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    server.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    main()
