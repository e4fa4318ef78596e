"""A bank in SQL whose n-th transaction follows from (seed, worker, n) alone, and the log of when each was committed.

Every worker owns its accounts and its heartbeat row, so each worker's commits are a line of their own and the state of
all tables follows from one number per worker. Tables: account (primary key; secondary index on branch and balance),
transfer (one row per commit; secondary indexes on src and dst), heartbeat (worker, n).

Log lines, appended with one write each, times in nanoseconds of the day:
  H {json}         the configuration
  R worker n ns    a worker began after its commit n
  B worker n ns    just before COMMIT is sent
  A worker n ns    just after it was acknowledged
"""
import json, os, time, zlib

ACCOUNTS_PER_WORKER = 200
OPENING = 1000
SCHEMA = "bank"

TABLES = f"""
CREATE DATABASE IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.account (id INT PRIMARY KEY, branch INT NOT NULL, balance BIGINT NOT NULL,
  note VARCHAR(200) NOT NULL, KEY by_branch (branch, balance)) ENGINE=ROCKSDB;
CREATE TABLE IF NOT EXISTS {SCHEMA}.transfer (worker INT, n BIGINT, src INT NOT NULL, dst INT NOT NULL,
  amount BIGINT NOT NULL, note VARCHAR(600) NOT NULL, PRIMARY KEY (worker, n), KEY by_src (src, n), KEY by_dst (dst))
  ENGINE=ROCKSDB;
CREATE TABLE IF NOT EXISTS {SCHEMA}.heartbeat (worker INT PRIMARY KEY, n BIGINT NOT NULL) ENGINE=ROCKSDB;
"""


def choice(config, worker, n, question):
    return zlib.crc32(f"{config['seed']}/{worker}/{n}/{question}".encode())


def note(config, worker, n):
    return ("%08x" % choice(config, worker, n, "note")) * (1 + choice(config, worker, n, "length") % 70)


def transfer(config, worker, n):
    """(src, dst, amount, note) of the worker's n-th commit."""
    src = choice(config, worker, n, "src") % ACCOUNTS_PER_WORKER
    dst = (src + 1 + choice(config, worker, n, "dst") % (ACCOUNTS_PER_WORKER - 1)) % ACCOUNTS_PER_WORKER
    first = worker * ACCOUNTS_PER_WORKER
    return first + src, first + dst, choice(config, worker, n, "amount") % 100, note(config, worker, n)


def expected(config, commits):
    """The rows of the three tables after commits[worker] of each worker, as lists of strings in key order."""
    accounts, transfers = {}, []
    for worker, last in sorted(commits.items()):
        first = worker * ACCOUNTS_PER_WORKER
        for i in range(first, first + ACCOUNTS_PER_WORKER):
            accounts[i] = [OPENING, "opened"]
        for n in range(1, last + 1):
            src, dst, amount, text = transfer(config, worker, n)
            accounts[src] = [accounts[src][0] - amount, f"n={n}"]
            accounts[dst] = [accounts[dst][0] + amount, f"n={n}"]
            transfers.append([str(x) for x in (worker, n, src, dst, amount, text)])
    return {"account": [[str(i), str(i % 10), str(b), t] for i, (b, t) in sorted(accounts.items())],
            "transfer": transfers, "heartbeat": [[str(w), str(n)] for w, n in sorted(commits.items())]}


class BankLog:
    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def header(self, config):
        os.write(self.fd, f"H {json.dumps(config)}\n".encode())

    def event(self, kind, worker, n):
        os.write(self.fd, f"{kind} {worker} {n} {time.time_ns()}\n".encode())


class BankHistory:
    """A log read back. Commits that a crash took are those beyond a later start."""

    def __init__(self, path):
        self.config, self.before, self.after = None, {}, {}
        with open(path) as log:
            for line in log:
                if not line.endswith("\n"):
                    break
                if line.startswith("H "):
                    self.config = json.loads(line[2:])
                    continue
                kind, worker, n, ns = line[0], *map(int, line[2:].split())
                if kind == "R":
                    self.after = {k: v for k, v in self.after.items() if k[0] != worker or k[1] <= n}
                elif kind == "B":
                    self.before[worker, n] = ns
                elif kind == "A":
                    self.after[worker, n] = ns

    def last_acked_by(self, worker, ns):
        return max((n for (w, n), at in self.after.items() if w == worker and at <= ns), default=0)
