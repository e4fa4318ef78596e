#include "connection.h"

#include <algorithm>

#include "call.h"

namespace seabed_nfs {

namespace {
constexpr size_t kMostBytes = 1 << 20;  // of one READ or WRITE
constexpr size_t kLeastBytes = 4096;

struct Mounting {
  bool done = false;
  int status = RPC_STATUS_ERROR;
  mountstat3 answer = MNT3ERR_SERVERFAULT;
  Handle root;
};

void answered(rpc_context*, int status, void* data, void* to) {
  auto& mounting = *static_cast<Mounting*>(to);
  mounting.done = true;
  mounting.status = status;
  if (status != RPC_STATUS_SUCCESS) return;
  const auto& result = *static_cast<const mountres3*>(data);
  mounting.answer = result.fhs_status;
  if (result.fhs_status != MNT3_OK) return;
  const auto& handle = result.mountres3_u.mountinfo.fhandle;
  mounting.root = Handle(handle.fhandle3_val, handle.fhandle3_len);
}

/// May a directory above it be the exported one?
bool not_here(mountstat3 answer) {
  return answer == MNT3ERR_NOENT || answer == MNT3ERR_NOTDIR || answer == MNT3ERR_ACCES ||
         answer == MNT3ERR_PERM;
}
}  // namespace

int32_t Connection::mount(const Options& options, const Context& context, Error& error) {
  std::unique_ptr<Rpc> rpc;
  if (const int32_t code =
          Rpc::connect(options, options.mount_port, MOUNT_PROGRAM, MOUNT_V3, context, &rpc, error))
    return code;
  for (std::string path = options.path;; path.resize(std::max<size_t>(path.rfind('/'), 1))) {
    Mounting mounting;
    if (rpc_mount3_mnt_async(rpc->raw(), answered, path.data(), &mounting) != 0) return rpc->lost(error);
    if (const int32_t code = rpc->wait([&] { return mounting.done; }, context, error)) return code;
    if (mounting.status != RPC_STATUS_SUCCESS) return rpc->lost(error);
    if (mounting.answer == MNT3_OK) {
      root_ = mounting.root;
      mounted_ = path == "/" ? "" : path;
      return SEABED_OK;
    }
    if (!not_here(mounting.answer))
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                        "the NFS server cannot mount it: status %d", static_cast<int>(mounting.answer));
    if (path == "/")
      return error.fail(SEABED_PERMISSION_DENIED,
                        "the NFS server exports no directory on this path to this host");
  }
}

int32_t Connection::ask_sizes(const Context& context, Error& error) {
  Call call{*this, context, error};
  FSINFO3args args{root_.raw()};
  const Status status =
      perform<FSINFO3res>(call, rpc_nfs3_fsinfo_async, args, [this](const FSINFO3res& result) {
        const auto& info = result.FSINFO3res_u.resok;
        read_size_ = std::clamp<size_t>(info.rtmax, kLeastBytes, kMostBytes);
        write_size_ = std::clamp<size_t>(info.wtmax, kLeastBytes, kMostBytes);
      });
  return fail_status(call, status, "the destination cannot be inspected");
}

int32_t Connection::open(const Options& options, const Context& context, std::unique_ptr<Connection>* out,
                         Error& error) {
  auto made = std::make_unique<Connection>();
  if (const int32_t code = made->mount(options, context, error)) return code;
  if (const int32_t code =
          Rpc::connect(options, options.nfs_port, NFS_PROGRAM, NFS_V3, context, &made->rpc_, error))
    return code;
  if (const int32_t code = made->ask_sizes(context, error)) return code;
  *out = std::move(made);
  return SEABED_OK;
}

}  // namespace seabed_nfs
