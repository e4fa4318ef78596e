#pragma once
// A destination as the readers of this folder hold it: the store, and a fresh deadline for every call.

#include <chrono>
#include <memory>
#include <string>

#include "core/format/frame.h"
#include "core/storage/object_store.h"

namespace google::protobuf {
class MessageLite;
}

namespace seabed {

class KeyRing;

inline constexpr uint64_t kMaxMetaObject = 1ull
                                           << 30;  // the largest metadata object that a reader takes whole

/// Cheap to copy. `cancel` may be null and must outlive what is made from it.
struct Medium {
  std::shared_ptr<ObjectStore> store;
  const CancelToken* cancel = nullptr;
  std::chrono::milliseconds call_deadline{60'000};
  std::shared_ptr<const KeyRing> keys{};   // may be null: what is encrypted is then refused (9047)

  IoContext io() const { return {.deadline = after(call_deadline), .cancel = cancel}; }
  std::string name(const std::string& key) const { return store->describe() + "/" + key; }

  /// A framed object of one message: frame, type, checksum and message are checked. kNotFound when it is
  /// missing.
  Status read_message(const std::string& key, FileType type, google::protobuf::MessageLite* message) const;
  /// Frame, type and checksum only.
  Result<std::string> read_framed(const std::string& key, FileType type) const;
  Result<std::vector<ListEntry>> list(const std::string& prefix) const {
    return list_all(*store, prefix, io());
  }
};

}  // namespace seabed
