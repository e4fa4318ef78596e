#include "core/engine/admin/dump.h"

#include <google/protobuf/stubs/logging.h>
#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/admin/dump_messages.h"
#include "core/engine/admin/dump_parts.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

using dump::File;

constexpr uint64_t kReadPiece = 8 << 20;

/// Nothing is allocated by a length that the file only claims.
Result<std::string> read_body(File& file) {
  const uint64_t size = file.object.size() - kFileHeaderSize;
  if (size > kMaxMetaObject)
    return fail(Code::kCorruption, file.name(), fmt::format("{} bytes are too many for metadata", size));
  std::string out;
  while (out.size() < size) {
    SEABED_TRY(std::string piece, dump::read_exactly(file.object, kFileHeaderSize + out.size(),
                                                     std::min(kReadPiece, size - out.size())));
    if (piece.empty()) break;
    out += piece;
  }
  return out;
}

/// A body that fails its checksum is shown where it still reads as its message: it helps to see what was
/// meant.
Json untrusted(const std::string& message, std::string_view body) {
  if (message.empty()) return nullptr;
  auto json = message_json(message, body);
  return json ? std::move(*json) : Json(nullptr);
}

Status dump_message(File& file, DumpSink& sink) {
  const std::string message = message_of(file.header.type).value_or("");
  SEABED_TRY(std::string body, read_body(file));
  const uint64_t wanted = file.header.body_length, end = kFileHeaderSize + wanted;
  file.facts["message_type"] = message.empty() ? Json(nullptr) : Json(message);
  auto broken = [&](const std::string& check, uint64_t at, uint64_t to, const std::string& reason) {
    file.facts["message"] = nullptr;
    sink.head(file.facts, {});
    return dump::damaged(
        file, sink, check, at, to, reason,
        {{"message_as_it_stands", untrusted(message, std::string_view(body).substr(0, wanted))}});
  };
  if (body.size() < wanted)
    return broken("length of the body", kFileHeaderSize + body.size(), end,
                  fmt::format("the file ends here, its body should end at byte {}", end));
  if (body.size() > wanted)
    return broken("length of the body", end, kFileHeaderSize + body.size(),
                  fmt::format("{} bytes lie behind the end of the body", body.size() - wanted));
  const Hash128 hash = body.empty() ? Hash128{} : hash128(body);
  if (hash != file.header.body_hash)
    return broken("checksum of the body", kFileHeaderSize, end,
                  fmt::format("XXH3-128 is 0x{}, 0x{} was written", to_hex(view(hash)),
                              to_hex(view(file.header.body_hash))));
  auto json = message.empty() ? std::optional<Json>("0x" + to_hex(body)) : message_json(message, body);
  if (!json) return broken("message in the body", kFileHeaderSize, end, "the bytes are no " + message);
  file.facts["message"] = std::move(*json);
  sink.head(file.facts, {});
  dump::sound(sink, Json::object());
  return ok();
}

Status dump_body(File& file, const DumpOptions& options, DumpSink& sink) {
  switch (file.header.type) {
    case FileType::kMacroRangeIndex:
    case FileType::kMetaIndex:
    case FileType::kSecMetaIndex: return dump::dump_index(file, options, sink);
    case FileType::kLogFile: return dump::dump_log(file, options, sink);
    case FileType::kMacroBlockData: return dump::dump_blocks(file, options, sink);
    default: break;
  }
  if (message_of(file.header.type)) return dump_message(file, sink);
  sink.head(file.facts, {});
  return dump::refused(sink, "file type",
                       {Code::kUnsupported, file.name(),
                        fmt::format("type {} is not known here", static_cast<int>(file.header.type)),
                        "use a newer version of Seabed", 0, 0},
                       Json::object());
}

}  // namespace

Status dump_object(const Medium& medium, const std::string& key, const DumpOptions& options, DumpSink& sink) {
  const google::protobuf::LogSilencer quiet;  // what does not parse is told by us
  SEABED_TRY(auto object, open_log_object(medium, key));
  std::string log = dump::directory_of(key);
  if (!log.empty()) log.pop_back();
  if (const auto part = paths::parse_log_part(log, key); part && part->first > 0) {
    File file{medium, key, *object, {}, {{"object", medium.name(key)}, {"size", object->size()}}};
    return dump::dump_log_part(file, part->first, part->second, options, sink);
  }
  File file{medium, key, *object, {}, {{"object", medium.name(key)}, {"size", object->size()}}};
  if (const LogParts* parts = object->parts())
    file.facts["parts"] = {{"count", parts->chain.size()},
                           {"repeated", parts->repeated.size()},
                           {"format_meta", parts->format},
                           {"sealed", parts->seal},
                           {"problem", parts->problem ? Json(parts->problem->message()) : Json(nullptr)}};
  SEABED_TRY(std::string head,
             dump::read_exactly(*object, 0, std::min<uint64_t>(kFileHeaderSize, object->size())));
  file.facts["frame"] = dump::frame_json(head);
  auto header = decode_file_header(head, file.name());
  if (header) {
    file.header = *header;
    return dump_body(file, options, sink);
  }
  sink.head(file.facts, {});
  if (head.size() < kFileHeaderSize)
    return dump::damaged(file, sink, "length of the file header", head.size(), kFileHeaderSize,
                         fmt::format("the file ends here, its header alone has {} bytes", kFileHeaderSize),
                         Json::object());
  if (header.error().code == Code::kCorruption)
    return dump::damaged(file, sink, "file header", 0, kFileHeaderSize, header.error().reason,
                         Json::object());
  return dump::refused(sink, "file header", header.error(), Json::object());
}

}  // namespace seabed
