#pragma once
// Bytes to and from files. One WRITE at a time on a connection: whoever reads meanwhile sees a prefix, and on
// NFS-Ganesha several are slower (0.5 of the speed); parallel parts use several connections. READs overlap.

#include "call.h"

namespace seabed_nfs {

uint64_t total_size(Buffers buffers);

struct Written {
  bool durable = true;   // the server has it on disk: no commit is needed
  std::string verifier;  // of the server's instance that took the bytes
};

/// All of `bytes` at `offset`. `durably`: asks for stable writes; else commit() must follow and tell the same
/// verifier.
int32_t write_at(Call& call, const Handle& file, uint64_t offset, Buffers bytes, bool durably, Written* out);
/// Makes durable what was written; SEABED_UNAVAILABLE, transient, when the server restarted and may have lost
/// it.
int32_t settle(Call& call, const Handle& file, const Written& written);
/// Fewer bytes than `size` only at the end of the file.
int32_t read_at(Call& call, const Handle& file, uint64_t offset, void* buffer, size_t size, size_t* out);

}  // namespace seabed_nfs
