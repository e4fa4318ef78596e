"""The calls and replies of ONC RPC in a TCP stream (RFC 5531: marked fragments, xid, type)."""
import struct

NFS3 = ("NULL", "GETATTR", "SETATTR", "LOOKUP", "ACCESS", "READLINK", "READ", "WRITE", "CREATE", "MKDIR", "SYMLINK", "MKNOD",
        "REMOVE", "RMDIR", "RENAME", "LINK", "READDIR", "READDIRPLUS", "FSSTAT", "FSINFO", "PATHCONF", "COMMIT")
NFS_PROGRAM, HEAD = 100003, 24


class RpcStream:
    """One direction of a connection. feed(bytes) gives (xid, procedure) of each NFS call and (xid, None) of each reply whose
    beginning they hold."""

    def __init__(self):
        self.head, self.left, self.continued = b"", 0, False

    def feed(self, data):
        found = []
        while data:
            if self.left == 0 and len(self.head) < 4:
                take = 4 - len(self.head)
                self.head, data = self.head + data[:take], data[take:]
                if len(self.head) == 4:
                    mark = struct.unpack(">I", self.head)[0]
                    self.left, self.last = mark & 0x7FFFFFFF, mark >> 31
                continue
            take = min(self.left, len(data))
            if not self.continued and len(self.head) < 4 + HEAD:
                before = len(self.head)
                self.head += data[:min(take, 4 + HEAD - len(self.head))]
                if before < 12 <= len(self.head) and self.head[8:12] == b"\0\0\0\1":
                    found.append((self.head[4:8], None))
                if before < 4 + HEAD == len(self.head) and self.head[8:12] == b"\0\0\0\0":
                    _, program, _, procedure = struct.unpack(">IIII", self.head[12:28])
                    if program == NFS_PROGRAM:
                        found.append((self.head[4:8], NFS3[procedure] if procedure < len(NFS3) else str(procedure)))
            self.left, data = self.left - take, data[take:]
            if self.left == 0:
                self.head, self.continued = b"", not self.last
        return found
