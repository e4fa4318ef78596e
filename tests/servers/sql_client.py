"""SQL through one persistent `mariadb` client process: nothing but the standard library and Debian's mariadb-client."""
import os, subprocess, threading


class SqlError(RuntimeError):
    pass


class SqlClient:
    """One connection. Not for several threads at a time."""

    def __init__(self, socket, user="root", database=""):
        command = ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={user}", "--batch", "--force",
                   "--skip-column-names", "--unbuffered", "--quick", "--skip-reconnect", "--disable-pager"]
        self._process = subprocess.Popen(command + ([database] if database else []), stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        self._marker = 0
        self.run("SELECT 1")

    def run(self, sql, timeout=600):
        """Rows as lists of strings (NULL: 'NULL', tabs and newlines escaped by the client). Raises SqlError."""
        self._marker += 1
        mark = f"--seabed-mark-{self._marker}--"
        timer = threading.Timer(timeout, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(f"{sql.rstrip().rstrip(';')};\nSELECT '{mark}';\n")
            self._process.stdin.flush()
            return self._read_until(mark, sql)
        except BrokenPipeError:
            raise SqlError(f"connection lost at: {sql[:200]}") from None
        finally:
            timer.cancel()

    def value(self, sql):
        rows = self.run(sql)
        return rows[0][0] if rows else None

    def _read_until(self, mark, sql):
        rows, errors = [], []
        for line in self._process.stdout:
            line = line.rstrip("\n")
            if line == mark:
                if errors:
                    raise SqlError(f"{errors[0]} at: {sql[:200]}")
                return rows
            if line.startswith("ERROR "):
                errors.append(line)
                if line.split()[1] in ("2002", "2006", "2013"):  # the mark will never come
                    break
            else:
                rows.append(line.split("\t"))
        raise SqlError(f"connection lost at: {sql[:200]} {errors[:1]}")

    def close(self):
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def client_works(socket):
    run = subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "-e", "SELECT 1"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30, env={**os.environ})
    return run.returncode == 0
