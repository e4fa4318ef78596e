"""One Seabed installation in a scratch directory: its configuration, agent, linkers and CLI calls.

Used by tools/quickstart, tools/bench and the integration tests. Only the standard library of Debian's python3.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import media


class CliError(Exception):
    """A verb that failed: exit status and what it said."""

    def __init__(self, args, run):
        super().__init__(f"seabed {' '.join(args)}: exit {run.returncode}: {(run.stderr or run.stdout).strip()}")
        self.status, self.stdout, self.stderr = run.returncode, run.stdout, run.stderr or ""


def wait_until(condition, seconds=60, what="a condition"):
    """Polls until condition() is true; its value. Fails loudly at the deadline."""
    deadline = time.monotonic() + seconds
    pause = 0.02  # longer by and by: a condition that starts a program takes the processor from what it waits for
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {seconds} s")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.1)


def toml_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)  # strings, numbers and lists of strings read the same in TOML


class Tenant:
    """A [[tenant]] with its [[tenant.log_stream]] tables."""

    def __init__(self, name, streams, engine="rocksdb", mode="mysql", zone="UTC", data_directory=None):
        self.name, self.engine, self.mode, self.zone = name, engine, mode, zone
        self.data_directory = data_directory
        self.streams = streams if isinstance(streams, dict) else {1001: streams}
        self.stream_options = {}

    def toml(self):
        lines = ["[[tenant]]", f"name = {toml_text(self.name)}", f"mode = {toml_text(self.mode)}",
                 f"time_zone = {toml_text(self.zone)}"]
        if self.data_directory:
            lines.append(f"data_directory = {toml_text(self.data_directory)}")
        for ls_id, directory in self.streams.items():
            lines += ["[[tenant.log_stream]]", f"id = {ls_id}", f"engine = {toml_text(self.engine)}",
                      f"directory = {toml_text(directory)}"]
            lines += [f"{k} = {toml_text(v)}" for k, v in self.stream_options.items()]
        return "\n".join(lines)


class Installation:
    """build: the build directory (bin/ and drivers/ in it). base: scratch directory, made and owned by the caller. medium:
    a media.Medium; without one, a directory below base."""

    def __init__(self, build, base, tenants, cluster="lab", cluster_id=1, limits=None, env=None, medium=None):
        self.build, self.base, self.tenants = build, base, tenants
        self.cluster, self.cluster_id, self.limits = cluster, cluster_id, limits or {}
        self.medium = medium or media.directory(base)
        self.env = {**os.environ, **self.medium.env, **(env or {})}
        self.agent = None
        self.linkers = []
        self.live = False  # the verbs' own progress goes to this terminal
        os.makedirs(base, exist_ok=True)
        self.config = os.path.join(base, "seabed.toml")
        self.socket = os.path.join(base, "agent.sock")
        self.write_config()

    @property
    def program(self):
        return os.path.join(self.build, "bin", "seabed")

    def write_config(self):
        text = [f'[cluster]\nname = {toml_text(self.cluster)}\nid = {self.cluster_id}',
                f'[agent]\nsocket = {toml_text(self.socket)}\ncatalog = {toml_text(self.base + "/catalog.db")}\n'
                f'state_directory = {toml_text(self.base + "/state")}',
                f'[drivers]\ndirectories = {toml_text([os.path.realpath(os.path.join(self.build, "drivers"))])}']
        if self.limits:
            text.append("[limits]\n" + "\n".join(f"{k} = {toml_text(v)}" for k, v in self.limits.items()))
        if self.medium.defaults:
            text.append(f"[driver.{self.medium.scheme}]\n" +
                        "\n".join(f"{k} = {toml_text(v)}" for k, v in self.medium.defaults.items()))
        text += [tenant.toml() for tenant in self.tenants]
        with open(self.config, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write("\n\n".join(text) + "\n")

    # ---- the program ----
    def run(self, *args, timeout=600, env=None, stdin=None):
        return subprocess.run([self.program, "--config", self.config, *map(str, args)], stdout=subprocess.PIPE,
                              stderr=None if self.live else subprocess.PIPE, text=True, timeout=timeout,
                              env=dict(self.env, **(env or {})), input=stdin)

    def cli(self, *args, **kwargs):
        """Runs a verb with --output json and returns what it printed; CliError when it fails."""
        run = self.run(*args, "--output", "json", **kwargs)
        if run.returncode != 0:
            raise CliError([str(a) for a in args], run)
        return json.loads(run.stdout) if run.stdout.strip() else None

    def refused(self, *args, **kwargs):
        """Runs a verb that must fail; its CliError."""
        try:
            answer = self.cli(*args, **kwargs)
        except CliError as error:
            return error
        raise AssertionError(f"seabed {' '.join(map(str, args))} was not refused: {answer}")

    # ---- the agent ----
    def start_agent(self, env=None, wait=True):
        log = open(os.path.join(self.base, "agent.log"), "ab")
        self.agent = subprocess.Popen([self.program, "--config", self.config, "agent"], stdin=subprocess.DEVNULL,
                                      stdout=log, stderr=log, env=dict(self.env, **(env or {})))
        log.close()
        if wait:
            wait_until(lambda: self.agent.poll() is not None or self.agent_answers(), 60, "the agent's socket")
            if self.agent.poll() is not None:
                raise RuntimeError(f"the agent ended with {self.agent.returncode}:\n{self.agent_log()[-4000:]}")

    def agent_answers(self):
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(self.socket) == 0

    def agent_log(self):
        with open(os.path.join(self.base, "agent.log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop_agent(self, sig=signal.SIGTERM, seconds=60):
        if self.agent and self.agent.poll() is None:
            self.agent.send_signal(sig)
            self.agent.wait(seconds)
        self.agent = None

    def kill_agent(self):
        self.stop_agent(signal.SIGKILL)

    def start_linker(self, tenant):
        log = open(os.path.join(self.base, "linker.log"), "ab")
        process = subprocess.Popen([self.program, "--config", self.config, "linker", "--tenant", tenant],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env)
        log.close()
        self.linkers.append(process)
        return process

    def stop(self):
        self.stop_agent()
        for linker in self.linkers:
            if linker.poll() is None:
                linker.terminate()
                linker.wait(30)
        self.linkers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- the story ----
    def archive_uri(self, tenant):
        return self.medium.uri(tenant, "archive")

    def data_uri(self, tenant):
        return self.medium.uri(tenant, "data")

    def protect(self, tenant, piece_switch=None, lag="0"):
        """Destinations, lag target and ARCHIVELOG for a tenant; returns when the round is DOING."""
        more = ["--piece-switch-interval", piece_switch] if piece_switch else []
        self.cli("archive", "set-dest", "--tenant", tenant, "--location", self.archive_uri(tenant), *more)
        self.cli("parameter", "set", "--tenant", tenant, "archive_lag_target", lag)
        self.cli("backup", "set-dest", "--tenant", tenant, "--location", self.data_uri(tenant))
        self.cli("archive", "start", "--tenant", tenant)
        self.wait_archive(tenant)

    def archive_status(self, tenant):
        answer = self.cli("archive", "status", "--tenant", tenant)
        return answer[0] if isinstance(answer, list) else answer

    def wait_archive(self, tenant, status="DOING", seconds=60):
        try:
            return wait_until(lambda: (s := self.archive_status(tenant)) and s["status"] == status and s, seconds,
                              f"archive status {status} of {tenant}")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it is {self.archive_status(tenant)}") from None

    def wait_checkpoint(self, tenant, scn, seconds=60):
        """Until the tenant's checkpoint is at or behind scn."""
        return wait_until(lambda: self.archive_status(tenant)["checkpoint_scn"] >= scn, seconds,
                          f"checkpoint of {tenant} behind {scn}")

    def backup(self, tenant, incremental=False):
        more = ["--incremental"] if incremental else []
        return self.cli("backup", "start", "--tenant", tenant, "--wait", *more)

    def sources(self, tenant):
        return ["--from", self.data_uri(tenant), "--from", self.archive_uri(tenant)]

    def restore(self, tenant, directory, *until, activate=True):
        """With an empty catalog: a configuration of its own that knows drivers only."""
        elsewhere = Installation(self.build, os.path.join(self.base, "elsewhere"), [], cluster="elsewhere", cluster_id=9,
                                 env=self.env, medium=self.medium)
        elsewhere.live = self.live
        outcome = elsewhere.cli("restore", *self.sources(tenant), "--directory", directory, *until)
        if activate:
            elsewhere.cli("tenant", "activate", "--directory", directory)
        return outcome


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
