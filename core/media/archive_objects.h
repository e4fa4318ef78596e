#pragma once
// Small objects of the archive tree: written once, accepted again when equal (a retry after a crash finds its own
// files), refused when different. Keys come from paths.h, bodies are messages of core/format/meta.proto.

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/format/frame.h"
#include "core/storage/object_store.h"

namespace google::protobuf {
class MessageLite;
}

namespace seabed {

inline constexpr uint64_t kMaxSmallObject = 256ull << 20;  // a reader takes no more for one metadata object

/// Framed and put with if-absent. An object that is there already is accepted when its bytes are equal, else
/// kConflict. What was put is looked at once more (read_back.h).
struct PutResult {
  uint64_t size = 0;
  Hash128 hash{};
};
Result<PutResult> put_once(ObjectStore& store, const std::string& key, FileType type, std::string_view body,
                           const IoContext& ctx);
Result<PutResult> put_once(ObjectStore& store, const std::string& key, FileType type,
                           const google::protobuf::MessageLite& message, const IoContext& ctx);

/// kCorruption when the frame does not hold or the body is no such message.
Status read_message(ObjectStore& store, const std::string& key, FileType type, google::protobuf::MessageLite* message,
                    const IoContext& ctx);

/// Serialised the same way every time (maps included): what put_once compares.
std::string stable_bytes(const google::protobuf::MessageLite& message);

}  // namespace seabed
