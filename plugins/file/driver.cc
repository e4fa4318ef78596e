#include "seabed/driver.hpp"

#include "watched_store.h"

namespace {
struct FileDriver {
  static constexpr const char* kName = "file";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* kSchemes[] = {"file", nullptr};
  static constexpr const seabed_key* const kKeys[] = {nullptr};

  static void capabilities(const seabed::sdk::Store*, seabed_capabilities* out) {
    out->flags = SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_UPLOAD |
                 SEABED_CAP_LIST_UPLOADS | SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING |
                 SEABED_CAP_CONDITIONAL_COMPLETE;
    out->max_parts = 10000;
    out->max_delete_batch = 1000;
    out->max_key_length = seabed_file::kMaxKey;
  }

  static int32_t open(const seabed::sdk::OpenArgs& args, const seabed::sdk::Context&,
                      seabed::sdk::Store** out, seabed::sdk::Error& error) {
    const char* path = args.location();
    if (path[0] != '/' || path[1] == 0)
      return error.fail(SEABED_INVALID_ARGUMENT,
                        "is no absolute directory: write file:///absolute/directory");
    *out = new seabed_file::WatchedStore(path);
    return SEABED_OK;
  }
};
}  // namespace

SEABED_DRIVER(FileDriver)
