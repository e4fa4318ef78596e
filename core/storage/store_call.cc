#include "core/storage/store_call.h"

namespace seabed {

std::string_view op_name(StoreOp op) {
  static constexpr std::string_view kNames[kStoreOps] = {
      "stat",         "read",       "put",  "begin_upload", "upload_part", "complete_upload", "abort_upload",
      "list_uploads", "list_parts", "list", "remove",       "append",      "get_tags",        "set_tags"};
  return kNames[static_cast<size_t>(op)];
}

}  // namespace seabed
