#pragma once
// libnfs' raw NFSv3 calls, and the server's file handles as values.

#include <sys/time.h>  // libnfs' headers need timeval
// clang-format off
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-mount.h>
#include <nfsc/libnfs-raw-nfs.h>
// clang-format on

#include <cstdint>
#include <string>

namespace seabed_nfs {

/// Opaque, given by the server; valid on every connection to it.
class Handle {
 public:
  Handle() = default;
  explicit Handle(const nfs_fh3& from) : bytes_(from.data.data_val, from.data.data_len) {}
  Handle(const char* data, size_t size) : bytes_(data, size) {}
  /// Points into this object.
  nfs_fh3 raw() const { return {{static_cast<u_int>(bytes_.size()), const_cast<char*>(bytes_.data())}}; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

struct Attributes {
  bool known = false;
  ftype3 type = NF3REG;
  uint64_t size = 0, file_id = 0, modified_ns = 0;
  uint32_t links = 0;
};

inline Attributes attributes(const fattr3& from) {
  return {true,
          from.type,
          from.size,
          from.fileid,
          from.mtime.seconds * 1'000'000'000ull + from.mtime.nseconds,
          from.nlink};
}
inline Attributes attributes(const post_op_attr& from) {
  return from.attributes_follow != 0 ? attributes(from.post_op_attr_u.attributes) : Attributes{};
}

struct Found {
  Handle handle;
  Attributes attributes;
};

}  // namespace seabed_nfs
