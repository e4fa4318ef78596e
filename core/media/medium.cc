#include "core/media/medium.h"

#include <google/protobuf/message_lite.h>

namespace seabed {

namespace {
constexpr size_t kFirstRead = 64 << 10;  // most metadata is shorter
}

/// In one request where its frame proves that what came is all of it.
Result<std::string> Medium::read_framed(const std::string& key, FileType type) const {
  std::string first(kFirstRead, '\0');
  SEABED_TRY(const size_t got, store->read_at(key, 0, first, io()));
  if (got < first.size()) {
    first.resize(got);
    if (auto body = decode_file(type, first, name(key))) return body;
  }
  SEABED_TRY(std::string bytes, read_object(*store, key, kMaxMetaObject, io()));
  return decode_file(type, bytes, name(key));
}

Status Medium::read_message(const std::string& key, FileType type,
                            google::protobuf::MessageLite* message) const {
  SEABED_TRY(std::string body, read_framed(key, type));
  if (!message->ParseFromString(body))
    return fail(Code::kCorruption, name(key), "the body is not the message that belongs here",
                "run seabed verify on the destination");
  return ok();
}

}  // namespace seabed
