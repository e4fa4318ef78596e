"""A TCP and HTTP proxy that makes trouble, between a driver and a real server, all on 127.0.0.1.

Rules are taken in order, each for `times` connections or requests (-1: always):
  latency(ms, requests: once a request only)  rate(kbps)  reset(after, up)  truncate(after)  stall(after)  refuse          of a connection
  http(status, code, retry_after, match)   an answer of the proxy's own instead of the server's
  commit_drop(match)                       the request reaches the server, its answer is lost
  drop_reply(match)                        the same of an NFS procedure: "WRITE", "RENAME"
`match` is a regular expression on "METHOD path". TLS passes untouched (rules on requests need plain http).
"""
import asyncio
import re
import socket
import threading

from rpc_stream import RpcStream

REQUEST = re.compile(rb"^(GET|PUT|POST|HEAD|DELETE) (\S+) HTTP/1")
CONNECTION_KINDS = ("latency", "rate", "reset", "truncate", "stall", "refuse")


class FaultProxy:
    """Runs in a thread of its own; rules may be changed at any time."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.rules, self.requests, self.hits, self.bytes_down = [], [], {}, 0
        self._open = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        self._ready.wait(10)
        return self.port

    def stop(self):
        def end():
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.call_later(0.05, self._loop.stop)   # they end first
        self._loop.call_soon_threadsafe(end)
        self._thread.join(10)

    def add(self, kind, times=-1, **facts):
        self.rules.append({"kind": kind, "times": times, **facts})

    def clear(self):
        self.rules.clear()

    def cut(self):
        """Breaks the connections that are open: rules are for new ones."""
        for writer in list(self._open):
            self._loop.call_soon_threadsafe(writer.transport.abort)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    def _take(self, kinds, line=""):
        for rule in list(self.rules):
            if rule["kind"] in kinds and rule["times"] != 0 and re.search(rule.get("match", ""), line):
                if rule["times"] > 0:
                    rule["times"] -= 1
                self.hits[rule["kind"]] = self.hits.get(rule["kind"], 0) + 1
                return rule
        return None

    async def _serve(self, reader, writer):
        rule = self._take(CONNECTION_KINDS) or {"kind": ""}
        if rule["kind"] == "refuse":
            return writer.transport.abort()
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            return writer.transport.abort()
        session = Session(self, rule, writer, up_writer)
        self._open.add(writer)
        tasks = [asyncio.ensure_future(session.upward(reader)), asyncio.ensure_future(session.downward(up_reader))]
        try:
            await asyncio.gather(*tasks)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            for stream in (writer, up_writer):
                stream.close()


class Session:
    def __init__(self, proxy, rule, client, server):
        self.proxy, self.rule, self.client, self.server = proxy, rule, client, server
        self.drop_answer = False
        self.calls, self.replies, self.unanswered = RpcStream(), RpcStream(), set()
        self.moved = {"up": 0, "down": 0}

    def abort(self):
        self.client.transport.abort()
        self.server.transport.abort()
        raise OSError("aborted")

    async def slow(self, size, up=False):
        if self.rule["kind"] == "latency" and (up or not self.rule.get("requests")):
            await asyncio.sleep(self.rule["ms"] / 1000)
        if self.rule["kind"] == "rate":
            await asyncio.sleep(size * 8 / 1000 / self.rule["kbps"])

    async def upward(self, reader):
        while data := await reader.read(1 << 16):
            await self.slow(len(data), up=True)
            match = REQUEST.match(data)
            if match and await self.intercept(f"{match[1].decode()} {match[2].decode()}"):
                return
            self.see_calls(data)
            self.moved["up"] += len(data)
            if self.rule["kind"] == "reset" and self.rule.get("up") and self.moved["up"] > self.rule["after"]:
                self.abort()
            self.server.write(data)
            await self.server.drain()
        if self.server.can_write_eof():
            self.server.write_eof()

    def see_calls(self, data):
        """NFS calls whose reply a rule wants lost. Only where there is such a rule: other streams are not RPC."""
        if not any(rule["kind"] == "drop_reply" for rule in self.proxy.rules):
            return
        for xid, procedure in self.calls.feed(data):
            if self.proxy._take(("drop_reply",), procedure):
                self.unanswered.add(xid)

    async def intercept(self, line):
        self.proxy.requests.append(line)
        rule = self.proxy._take(("http", "commit_drop"), line)
        if rule and rule["kind"] == "commit_drop":
            self.drop_answer = True
        if not rule or rule["kind"] != "http":
            return False
        body = "" if line.startswith("HEAD") else (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{rule.get("code", "SlowDown")}</Code>'
            "<Message>injected</Message><RequestId>0</RequestId></Error>")
        retry = f"Retry-After: {rule['retry_after']}\r\n" if "retry_after" in rule else ""
        self.client.write(f"HTTP/1.1 {rule.get('status', 503)} X\r\nContent-Type: application/xml\r\nContent-Length: "
                          f"{len(body)}\r\n{retry}Connection: close\r\n\r\n{body}".encode())
        await self.client.drain()
        self.client.close()
        self.server.close()
        return True

    async def downward(self, reader):
        upstream = self.server.get_extra_info("socket")
        while data := await reader.read(1 << 16):
            # A server without TCP_NODELAY (Ceph's) waits for this before it sends an answer's body: 40 ms each otherwise.
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            await self.slow(len(data))
            if self.drop_answer:
                if data.startswith(b"HTTP/1.1 100"):
                    continue
                self.abort()
            if self.unanswered and any(xid in self.unanswered for xid, _ in self.replies.feed(data)):
                self.abort()
            left = self.rule.get("after", 0) - self.moved["down"]
            if self.rule["kind"] == "stall" and len(data) > left:
                await asyncio.sleep(3600)
            if self.rule["kind"] in ("reset", "truncate") and not self.rule.get("up") and len(data) > left:
                self.client.write(data[:max(0, left)])
                await self.client.drain()
                if self.rule["kind"] == "reset":
                    self.abort()
                self.client.close()
                self.server.close()
                return
            self.moved["down"] += len(data)
            self.proxy.bytes_down += len(data)
            self.client.write(data)
            await self.client.drain()
        if self.client.can_write_eof():
            self.client.write_eof()
