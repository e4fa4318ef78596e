#include "core/media/archive_objects.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>

#include "core/media/read_back.h"

namespace seabed {

namespace {
constexpr size_t kFirstRead = 64 << 10;  // most metadata is shorter
}


std::string stable_bytes(const google::protobuf::MessageLite& message) {
  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return out;
}

Result<PutResult> put_once(ObjectStore& store, const std::string& key, FileType type, std::string_view body,
                           const IoContext& ctx) {
  const std::string bytes = encode_file(type, body);
  const PutResult done{bytes.size(), hash128(bytes)};
  const auto put = put_object(store, key, bytes, PutMode::kIfAbsent, ctx);
  if (put) SEABED_CHECK(read_back(store, key, bytes.size(), ctx));
  if (put) return done;
  if (put.error().code != Code::kAlreadyExists && put.error().code != Code::kOutcomeUnknown) return fail(put.error());
  const auto there = read_object(store, key, kMaxSmallObject, ctx);
  if (!there) return there.error().code == Code::kNotFound ? fail(put.error()) : fail(there.error());
  if (*there == bytes) return done;
  return fail(Code::kConflict, key, "is on the medium already, with other content",
              "another writer used this destination: check that no second installation archives to it");
}

Result<PutResult> put_once(ObjectStore& store, const std::string& key, FileType type,
                           const google::protobuf::MessageLite& message, const IoContext& ctx) {
  return put_once(store, key, type, stable_bytes(message), ctx);
}

namespace {

/// In one request where its frame proves that what came is all of it.
Result<std::string> read_body(ObjectStore& store, const std::string& key, FileType type, const IoContext& ctx) {
  std::string first(kFirstRead, '\0');
  SEABED_TRY(const size_t got, store.read_at(key, 0, first, ctx));
  if (got < first.size()) {
    first.resize(got);
    if (auto body = decode_file(type, first, key)) return body;
  }
  SEABED_TRY(const std::string bytes, read_object(store, key, kMaxSmallObject, ctx));
  return decode_file(type, bytes, key);
}

}  // namespace

Status read_message(ObjectStore& store, const std::string& key, FileType type, google::protobuf::MessageLite* message,
                    const IoContext& ctx) {
  SEABED_TRY(const std::string body, read_body(store, key, type, ctx));
  if (!message->ParseFromString(body))
    return fail(Code::kCorruption, key, "the body is not the message it should be", "run seabed verify");
  return ok();
}

}  // namespace seabed
