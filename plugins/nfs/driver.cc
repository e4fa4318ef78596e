#include "seabed/driver.hpp"

#include "nfs_store.h"
#include "version4.h"

namespace {
constexpr seabed_key integer(const char* name, const char* value, const char* help) {
  return {sizeof(seabed_key), SEABED_KEY_INTEGER, 0, name, value, help, nullptr};
}

struct NfsDriver {
  static constexpr const char* kName = "nfs";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* kSchemes[] = {"nfs", nullptr};
  static constexpr seabed_key kVersionKey =
      integer("version", "3", "NFS version; 4 is tried and refused with what was seen, see docs/media/nfs.md");
  static constexpr seabed_key kConnections =
      integer("connections", "4", "TCP connections to the server, at most 32");
  static constexpr seabed_key kUid =
      integer("uid", nullptr, "user id told to the server; default: the process's own");
  static constexpr seabed_key kGid =
      integer("gid", nullptr, "group id told to the server; default: the process's own");
  static constexpr seabed_key kNfsPort =
      integer("nfsport", nullptr, "port of the NFS program; default: by the port mapper");
  static constexpr seabed_key kMountPort =
      integer("mountport", nullptr, "port of the mount program; default: by the port mapper");
  static constexpr const seabed_key* const kKeys[] = {&kVersionKey, &kConnections, &kUid,  &kGid,
                                                      &kNfsPort,    &kMountPort,   nullptr};

  static void capabilities(const seabed::sdk::Store*, seabed_capabilities* out) {
    out->flags = SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_UPLOAD |
                 SEABED_CAP_LIST_UPLOADS | SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING |
                 SEABED_CAP_CONDITIONAL_COMPLETE;
    out->max_parts = seabed_nfs::kMaxParts;
    out->max_delete_batch = 1000;
    out->max_key_length = seabed_nfs::kMaxKey;
  }

  static int32_t open(const seabed::sdk::OpenArgs& args, const seabed::sdk::Context& context,
                      seabed::sdk::Store** out, seabed::sdk::Error& error) {
    seabed_nfs::Options options;
    if (const int32_t code = seabed_nfs::read_options(args, &options, error)) return code;
    if (options.version == 4) return seabed_nfs::refuse_version4(options, context, error);
    *out = new seabed_nfs::NfsStore(std::move(options));
    return SEABED_OK;
  }
};
}  // namespace

SEABED_DRIVER(NfsDriver)
