#!/usr/bin/python3
"""MariaDB with MyRocks, started by hand in a scratch directory on 127.0.0.1, ended by its pid.

  mariadb_server.py start BASE [--port N] [--binlog] [--user USER] [-- mariadbd options]
  mariadb_server.py stop BASE | kill BASE | status BASE
  mariadb_server.py assemble BASE --rocksdb DIR --schemas DIR     a data directory around a restored #rocksdb

BASE holds data/ (data/#rocksdb is the RocksDB directory), error.log and server.json. A started server's facts are
printed as one line of JSON: pid, socket, port, data, rocksdb.
"""
import argparse, json, os, pwd, shutil, signal, subprocess, sys, tempfile, time

from server_process import ServerError, ServerProcess, free_port
from sql_client import SqlClient, client_works


def default_user():
    """Root hands over to mysql as a package's server does; anybody else runs it as himself."""
    return "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def own(path, user):
    if os.geteuid() != 0:
        return
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    for root, folders, files in os.walk(path):
        for name in folders + files:
            os.chown(os.path.join(root, name), entry.pw_uid, entry.pw_gid, follow_symlinks=False)


class MariaDb:
    def __init__(self, base, user=None):
        self.base = os.path.abspath(base)
        self.data = self.base + "/data"
        self.rocksdb = self.data + "/#rocksdb"
        self.user = user or default_user()
        self.facts = {}
        try:
            with open(self.base + "/server.json") as f:
                self.facts = json.load(f)
        except FileNotFoundError:
            pass

    @property
    def socket(self):
        return self.facts["socket"]

    def client(self, database=""):
        return SqlClient(self.socket, database=database)

    def install(self):
        """A fresh data directory: system tables only."""
        os.makedirs(self.base, exist_ok=True)
        os.chmod(self.base, 0o755)  # the server's user must get through; parents are the caller's affair
        self._check_reachable()
        run = subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", f"--user={self.user}",
                              "--auth-root-authentication-method=normal", "--skip-test-db"],
                             capture_output=True, text=True, timeout=300, env={**os.environ, "TMPDIR": self.temporary()})
        if run.returncode != 0:
            raise ServerError(f"mariadb-install-db: {run.stdout}{run.stderr}")
        own(self.data, self.user)

    def temporary(self):
        """Of its own: two servers that are installed at once remove each other's temporary tables."""
        path = os.path.join(self.base, "tmp")
        os.makedirs(path, exist_ok=True)
        own(path, self.user)
        return path

    def _check_reachable(self):
        if os.geteuid() != 0 or self.user == "root":
            return
        path = self.base
        while path != "/":
            if not os.stat(path).st_mode & 0o001 and os.stat(path).st_uid != pwd.getpwnam(self.user).pw_uid:
                raise ServerError(f"{self.user} cannot pass {path}: chmod o+x it, or use --user root")
            path = os.path.dirname(path)

    def assemble(self, rocksdb, schemas):
        """A data directory for a restored database: fresh system tables, the schemas' directories (.frm, db.opt) found
        in `schemas`, and `rocksdb` moved in as #rocksdb. What lies outside RocksDB (InnoDB tables, accounts, views,
        routines) is not there."""
        self.assemble_schemas(schemas)
        shutil.rmtree(self.rocksdb, ignore_errors=True)
        shutil.move(rocksdb, self.rocksdb)
        own(self.data, self.user)

    def assemble_schemas(self, schemas):
        """The same without #rocksdb, which is to be mounted there."""
        self.install()
        for name in sorted(os.listdir(schemas)):
            source = os.path.join(schemas, name)
            if os.path.isdir(source) and name not in ("mysql", "sys", "performance_schema") and "#rocksdb" not in name:
                target = f"{self.data}/{name}"
                os.mkdir(target)
                for file in os.listdir(source):
                    if file.endswith((".frm", ".opt", ".par")):
                        shutil.copy(os.path.join(source, file), target)
        shutil.rmtree(self.rocksdb, ignore_errors=True)
        own(self.data, self.user)

    def command(self, port, path, binlog, extra):
        options = ["mariadbd", "--no-defaults", f"--user={self.user}", f"--datadir={self.data}", f"--socket={path}",
                   "--bind-address=127.0.0.1", f"--port={port}", f"--pid-file={self.base}/data/mariadbd.pid",
                   "--plugin-load-add=ha_rocksdb", "--default-storage-engine=rocksdb",
                   "--rocksdb-block-cache-size=32M", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M",
                   "--key-buffer-size=1M", "--character-set-server=latin1", "--collation-server=latin1_bin",
                   "--transaction-isolation=READ-COMMITTED", "--performance-schema=OFF"]
        if binlog:
            options += [f"--log-bin={self.data}/binlog", "--binlog-format=ROW", "--server-id=1", "--sync-binlog=1"]
        return options + list(extra)

    def start(self, port=0, binlog=False, extra=(), timeout=120):
        if not os.path.isdir(self.data):
            self.install()
        path = tempfile.mkdtemp(prefix="sb-sql-") + "/s"  # short: a socket's path holds 107 bytes
        os.chmod(os.path.dirname(path), 0o777)
        port = port or free_port()
        try:
            process = ServerProcess("mariadbd", self.command(port, path, binlog, extra), self.base + "/error.log",
                                    ready=lambda: client_works(path), seconds=timeout)
        except ServerError:
            shutil.rmtree(os.path.dirname(path), ignore_errors=True)
            raise
        self.facts = {"pid": process.pid, "socket": path, "port": port, "data": self.data, "rocksdb": self.rocksdb}
        with open(self.base + "/server.json", "w") as f:
            json.dump(self.facts, f)
        return self.facts

    def running(self):
        """The recorded pid is alive and is a server on this data directory."""
        try:
            with open(f"/proc/{self.facts['pid']}/cmdline", "rb") as f:
                return f"--datadir={self.data}".encode() in f.read()
        except (KeyError, FileNotFoundError, ProcessLookupError):
            return False

    def end(self, how, timeout=120):
        if self.running():
            os.kill(self.facts["pid"], how)
        deadline = time.monotonic() + timeout
        while self.running():
            try:
                os.waitpid(self.facts["pid"], os.WNOHANG)  # it may be our own child
            except ChildProcessError:
                pass
            if time.monotonic() > deadline:
                raise ServerError(f"mariadbd {self.facts['pid']} does not end")
            time.sleep(0.05)
        self._forget()

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def _forget(self):
        if "socket" in self.facts:
            shutil.rmtree(os.path.dirname(self.facts["socket"]), ignore_errors=True)
        self.facts = {}
        if os.path.exists(self.base + "/server.json"):
            os.remove(self.base + "/server.json")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("verb", choices=["start", "stop", "kill", "status", "assemble"])
    args.add_argument("base")
    args.add_argument("--port", type=int, default=0)
    args.add_argument("--binlog", action="store_true")
    args.add_argument("--user")
    args.add_argument("--rocksdb")
    args.add_argument("--schemas")
    own_args, extra = sys.argv[1:], []
    if "--" in own_args:
        cut = own_args.index("--")
        own_args, extra = own_args[:cut], own_args[cut + 1:]
    opt = args.parse_args(own_args)
    server = MariaDb(opt.base, opt.user)
    if opt.verb == "start":
        print(json.dumps(server.start(opt.port, opt.binlog, extra)))
    elif opt.verb == "assemble":
        server.assemble(opt.rocksdb, opt.schemas)
    elif opt.verb == "status":
        print(json.dumps({**server.facts, "running": server.running()}))
    else:
        server.stop() if opt.verb == "stop" else server.kill()


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(f"mariadb_server.py: {error}")
