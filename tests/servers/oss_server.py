#!/usr/bin/python3
"""A small Alibaba OSS for the tests, on 127.0.0.1, everything in memory; ali-oss works against it in V1 and V4 mode
(tests/drivers/oss_server_test.py) before any driver of ours does.

  oss_server.py serve [--bucket NAME]... [--port N]     (in the foreground until SIGTERM; prints a line of JSON)

Both http://<bucket>.oss.localhost:<port>/<key> and path style answer. It lies where it is told to: POST /-/control with
JSON, for one {"spoil": {"put": 1}, "deny": ["PutObjectTagging"]}; GET /-/control tells {"operations": {name: count}}.
"""
import argparse
import base64
import http.client
import json
import os
import signal
import sys
import threading
import time
import uuid
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

import oss_server_xml as oss_xml
from oss_server_operations import Answer, route, run
from oss_server_signature import Account, Refused, check
from oss_server_store import Bucket
from server_process import ServerProcess, free_port

HOST, REGION = "oss.localhost", "cn-hangzhou"
ACCESS_ID, ACCESS_KEY = "LTAI4testkey00000001", "osstestsecret00000000000000001"
SESSION = {"id": "STS.session1", "key": "stssecret00000000000000000001", "token": "session-token-1"}
EXPIRED = {"id": "STS.expired1", "key": "stssecret00000000000000000002", "token": "session-token-2"}
MAX_BODY = 1 << 30


class Request:
    def __init__(self, method, target, headers):
        self.method, self.signature = method, None
        self.headers = {k.lower(): v for k, v in headers.items()}
        parts = urlsplit("//x" + target)
        path = unquote(parts.path, errors="surrogateescape")[1:]
        self.query = parse_qsl(parts.query, keep_blank_values=True)
        self.args = dict(self.query)
        host = self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")
        if host.endswith("." + HOST):
            self.bucket, self.key = host[:-len(HOST) - 1], path
        else:
            self.bucket, _, self.key = path.partition("/")
        self.body = b""


class Service:
    """State and the switches that make it lie."""

    host, region = HOST, REGION

    def __init__(self, buckets):
        self.buckets = {name: Bucket(name) for name in buckets}
        self.accounts = {ACCESS_ID: Account(ACCESS_KEY), SESSION["id"]: Account(SESSION["key"], SESSION["token"]),
                         EXPIRED["id"]: Account(EXPIRED["key"], EXPIRED["token"], True)}
        self.spoil, self.deny, self.operations, self.lock = {}, [], {}, threading.Lock()
        self.versioned = False  # of all buckets, as far as conditions and answers go

    def spoiled(self, kind, body):
        """The body, with a bit turned while the switch for its kind says so."""
        with self.lock:
            left = self.spoil.get(kind, 0)
            if not left or not body:
                return body
            self.spoil[kind] = left - 1
        return bytes([body[0] ^ 1]) + bytes(body[1:])

    def control(self, wanted):
        with self.lock:
            self.spoil.update(wanted.get("spoil", {}))
            self.deny = wanted.get("deny", self.deny)
            self.versioned = wanted.get("versioned", self.versioned)
            answer = {"operations": dict(self.operations)}
            if wanted.get("forget"):
                self.operations.clear()
        return answer

    def answer(self, request):
        check(request, self.accounts, self.region)
        if not request.bucket and request.method == "GET":
            return Answer(200, oss_xml.document("ListAllMyBucketsResult", {"Buckets": {"Bucket": [
                {"Name": name, "Location": REGION} for name in self.buckets]}}), {"Content-Type": "application/xml"})
        if request.method == "PUT" and not request.key and not request.args:
            self.buckets.setdefault(request.bucket, Bucket(request.bucket))
            return Answer()
        if request.bucket not in self.buckets:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist.")
        name, call = route(request)
        with self.lock:
            self.operations[name] = self.operations.get(name, 0) + 1
            if name in self.deny:
                raise Refused(403, "AccessDenied", f"You have no right to perform {name}.")
        return run(self, self.buckets[request.bucket], request, call)


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, 1 << 16
    server_version, sys_version = "AliyunOSS", ""
    service = None

    def log_message(self, *_):
        pass

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            pieces = []
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline(4)
            while self.rfile.readline(1024).strip():
                pass
            return b"".join(pieces)
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise Refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
        body = self.rfile.read(length)
        if len(body) != length:
            raise ConnectionError("the client went away")
        return body

    def serve(self):
        request_id = uuid.uuid4().hex[:24].upper()
        try:
            request = Request(self.command, self.path, self.headers)
            request.body = self.read_body()
            if self.path == "/-/control":
                answer = Answer(200, json.dumps(self.service.control(json.loads(request.body or b"{}"))).encode())
            else:
                answer = self.service.answer(request)
        except Refused as refused:
            body = oss_xml.error(refused.code, refused.message, request_id, self.headers.get("Host", ""))
            answer = Answer(refused.status, body, {"Content-Type": "application/xml", "x-oss-ec": "0000-00000000",
                                                   **refused.headers})
        except (ConnectionError, ValueError):
            self.close_connection = True
            return
        self.send(answer, request_id)

    def send(self, answer, request_id):
        self.send_response_only(answer.status)
        headers = {"Server": "AliyunOSS", "Date": formatdate(time.time(), usegmt=True), "x-oss-request-id": request_id,
                   "x-oss-server-time": "1", **answer.headers}
        if self.command == "HEAD" and answer.body:
            headers["x-oss-err"] = base64.b64encode(answer.body).decode()
        if answer.status != 204:
            headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve


class Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class OssServer:
    """The server in a process of its own, child of the test."""

    def __init__(self, base, buckets=("seabed",)):
        self.base, self.buckets, self.process = os.path.abspath(base), buckets, None

    def start(self):
        os.makedirs(self.base, exist_ok=True)
        self.port = free_port()
        command = [sys.executable, os.path.abspath(__file__), "serve", "--port", self.port]
        for bucket in self.buckets:
            command += ["--bucket", bucket]
        self.process = ServerProcess("oss_server", command, f"{self.base}/oss_server.log", port=self.port)
        return {"endpoint": f"http://{HOST}:{self.port}", "host": f"{HOST}:{self.port}", "port": self.port,
                "access_id": ACCESS_ID, "access_key": ACCESS_KEY, "region": REGION, "session": SESSION, "expired": EXPIRED}

    def control(self, **wanted):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("POST", "/-/control", json.dumps(wanted))
            return json.loads(link.getresponse().read())
        finally:
            link.close()

    def stop(self):
        if self.process:
            self.process.stop()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("verb", choices=["serve"])
    args.add_argument("--bucket", action="append")
    args.add_argument("--port", type=int, default=0)
    opt = args.parse_args()
    Handler.service = Service(opt.bucket or ["seabed"])
    server = Server(("127.0.0.1", opt.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(json.dumps({"endpoint": f"http://{HOST}:{server.server_address[1]}", "access_id": ACCESS_ID}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
