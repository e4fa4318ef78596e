// The server's words in the ABI's.

#include "call.h"

namespace seabed_nfs {

namespace {
int32_t fail_known(Error& error, Status status, const char* what) {
  switch (status) {
    case NFS3ERR_NOENT: return error.fail(SEABED_NOT_FOUND, "%s: there is no such object", what);
    case NFS3ERR_EXIST: return error.fail(SEABED_ALREADY_EXISTS, "%s: the object is there already", what);
    case NFS3ERR_PERM:
    case NFS3ERR_ACCES:
      return error.fail(SEABED_PERMISSION_DENIED,
                        "%s: the NFS server permits it not to this user (uid, gid, squash)", what);
    case NFS3ERR_ROFS: return error.fail(SEABED_PERMISSION_DENIED, "%s: the export is read-only", what);
    case NFS3ERR_NOSPC: return error.fail(SEABED_NO_SPACE, "%s: the NFS server is full", what);
    case NFS3ERR_DQUOT:
      return error.fail(SEABED_NO_SPACE, "%s: the quota on the NFS server is used up", what);
    case NFS3ERR_FBIG: return error.fail(SEABED_NO_SPACE, "%s: too large for a file of the NFS server", what);
    case NFS3ERR_NAMETOOLONG:
      return error.fail(SEABED_INVALID_ARGUMENT, "%s: a part of the key is too long for the NFS server",
                        what);
    case NFS3ERR_INVAL:
      return error.fail(SEABED_INVALID_ARGUMENT, "%s: the NFS server takes no such name", what);
    case NFS3ERR_NOTDIR:
    case NFS3ERR_ISDIR:
      return error.fail(SEABED_CONFLICT, "%s: a file cannot be a directory of other keys at the same time",
                        what);
    case NFS3ERR_STALE:
    case NFS3ERR_BADHANDLE:
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                        "%s: the handle is stale: the server restarted or the directory was replaced", what);
    case NFS3ERR_JUKEBOX:
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_THROTTLED, "%s: the NFS server asks to try later",
                        what);
    case NFS3ERR_NOTSUPP:
      return error.fail(SEABED_UNSUPPORTED, "%s: the NFS server does not support it", what);
    case NFS3ERR_SERVERFAULT:
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s: the NFS server failed", what);
    default: return error.fail(SEABED_IO, "%s: NFS status %d", what, status);
  }
}
}  // namespace

int32_t fail_status(Call& call, Status status, const char* what) {
  if (status == NFS3_OK) return SEABED_OK;
  if (status == kLost) return call.code;
  const int32_t code = fail_known(call.error, status, what);
  call.error.vendor_code(("NFS3 status " + std::to_string(status)).c_str());
  return code;
}

int32_t fail_write(Call& call, Status status, const char* what, const Handle& handle, uint64_t bytes) {
  const bool may_be_full = status == NFS3ERR_NOSPC || status == NFS3ERR_DQUOT || status == NFS3ERR_IO ||
                           status == NFS3ERR_SERVERFAULT;
  Space left;
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call question{call.connection, call.context, quiet};
  if (!may_be_full || space(question, handle, &left) != NFS3_OK) return fail_status(call, status, what);
  const bool told = status == NFS3ERR_NOSPC || status == NFS3ERR_DQUOT;
  if (!told && left.available >= bytes && left.files > 0) return fail_status(call, status, what);
  constexpr unsigned long long kMiB = 1 << 20;
  call.error.fail(SEABED_NO_SPACE, "%s: the NFS server has %llu MiB free of %llu MiB, %llu inodes free", what,
                  left.available / kMiB, left.total / kMiB, static_cast<unsigned long long>(left.files));
  call.error.vendor_code(("NFS3 status " + std::to_string(status)).c_str());
  return SEABED_NO_SPACE;
}

}  // namespace seabed_nfs
