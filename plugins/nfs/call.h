#pragma once
// NFSv3's procedures, one function each: called, waited for, copied out.

#include "connection.h"

namespace seabed_nfs {

/// What every procedure needs. `code` tells why after kLost; `stale` that a handle was no longer known to the
/// server.
struct Call {
  Connection& connection;
  const Context& context;
  Error& error;
  int32_t code = SEABED_OK;
  bool stale = false;
};

/// NFS3_OK, another nfsstat3 (the server's word), or kLost: no answer, `error` is filled and the connection
/// gone.
using Status = int;
constexpr Status kLost = -1;

/// Fills the error with what `status` says about the step `what` ("cannot be read"); SEABED_OK for NFS3_OK.
int32_t fail_status(Call& call, Status status, const char* what);
/// The same for a step that writes: a full server is told with its free space. `handle` is any of that file
/// system.
int32_t fail_write(Call& call, Status status, const char* what, const Handle& handle, uint64_t bytes);

Status get_attributes(Call& call, const Handle& handle, Attributes* out);
Status lookup(Call& call, const Handle& dir, const std::string& name, Found* out);
Status create(Call& call, const Handle& dir, const std::string& name,
              Found* out);  // NFS3ERR_EXIST when it is there
Status make_dir(Call& call, const Handle& dir, const std::string& name);
Status set_size(Call& call, const Handle& file, uint64_t size);
Status remove_file(Call& call, const Handle& dir, const std::string& name);
Status remove_dir(Call& call, const Handle& dir, const std::string& name);
Status rename(Call& call, const Handle& from_dir, const std::string& from, const Handle& to_dir,
              const std::string& to);
Status link(Call& call, const Handle& file, const Handle& to_dir, const std::string& to);
Status commit(Call& call, const Handle& file, std::string* verifier);

struct Space {
  uint64_t total = 0, available = 0, files = 0;
};
Status space(Call& call, const Handle& handle, Space* out);

template <class Result, class Copy>
struct Outstanding {
  Copy& copy;
  bool done = false;
  Status status = kLost;
  static void answered(rpc_context*, int rpc_status, void* data, void* to) {
    auto& self = *static_cast<Outstanding*>(to);
    self.done = true;
    if (rpc_status != RPC_STATUS_SUCCESS) return;
    const auto& result = *static_cast<const Result*>(data);
    self.status = result.status;
    if (result.status == NFS3_OK) self.copy(result);
  }
};

/// `copy` gets the answer, while it is valid, when its status is NFS3_OK.
template <class Result, class Function, class Args, class Copy>
Status perform(Call& call, Function function, Args& args, Copy&& copy) {
  Rpc& rpc = call.connection.rpc();
  if (!rpc.alive()) return kLost;
  Outstanding<Result, Copy> outstanding{copy};
  if (function(rpc.raw(), Outstanding<Result, Copy>::answered, &args, &outstanding) != 0) {
    call.code = rpc.lost(call.error);
    return kLost;
  }
  call.code = rpc.wait([&] { return outstanding.done; }, call.context, call.error);
  if (call.code == SEABED_OK && outstanding.status == kLost) call.code = rpc.lost(call.error);
  if (call.code != SEABED_OK) return kLost;
  if (outstanding.status == NFS3ERR_STALE || outstanding.status == NFS3ERR_BADHANDLE) call.stale = true;
  return outstanding.status;
}

}  // namespace seabed_nfs
