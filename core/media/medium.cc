#include "core/media/medium.h"

#include <google/protobuf/message_lite.h>

namespace seabed {

Result<std::string> Medium::read_framed(const std::string& key, FileType type) const {
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
