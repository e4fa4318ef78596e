// The frame (docs/format/frame.md) as it stands, and how a problem is told.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/admin/dump_parts.h"

namespace seabed::dump {

Json frame_json(std::string_view bytes) {
  std::string head(bytes.substr(0, std::min(bytes.size(), kFileHeaderSize)));
  if (head.size() < kFileHeaderSize) return {{"bytes", "0x" + to_hex(head)}};
  const auto type = load_u16(&head[8]);
  return {{"magic", "0x" + to_hex(head.substr(0, 8))},
          {"type", type},
          {"type_name", file_type_name(static_cast<FileType>(type))},
          {"version", load_u16(&head[10])},
          {"flags", load_u32(&head[12])},
          {"header_length", kFileHeaderSize},
          {"body_length", load_u64(&head[16])},
          {"body_xxh3_128", "0x" + to_hex(head.substr(24, 16))},
          {"header_checksum", "0x" + to_hex(head.substr(56, 8))}};
}

tl::unexpected<Error> damaged(const File& file, DumpSink& sink, const std::string& check, uint64_t at,
                              uint64_t end, const std::string& reason, Json tail) {
  tail["verdict"] = "damaged";
  tail["problem"] = {{"check", check}, {"at_byte", at}, {"end_byte", end}, {"reason", reason}};
  sink.tail(tail);
  return fail(Code::kCorruption, file.name(),
              fmt::format("{} failed at byte {}{}: {}", check, at,
                          end > at + 1 ? fmt::format(" to {}", end) : "", reason),
              "run seabed verify on the destination");
}

tl::unexpected<Error> refused(DumpSink& sink, const std::string& check, Error error, Json tail) {
  tail["verdict"] = error.code == Code::kCorruption ? "damaged" : std::string(code_name(error.code));
  tail["problem"] = {{"check", check}, {"at_byte", nullptr}, {"end_byte", nullptr}, {"reason", error.reason}};
  sink.tail(tail);
  error.reason = check + " failed: " + error.reason;
  return fail(std::move(error));
}

void sound(DumpSink& sink, Json tail) {
  if (!tail.contains("verdict")) tail["verdict"] = "sound";
  tail["problem"] = nullptr;
  sink.tail(tail);
}

std::string directory_of(const std::string& key) {
  const size_t slash = key.rfind('/');
  return slash == std::string::npos ? "" : key.substr(0, slash + 1);
}

Result<std::string> read_exactly(LogObject& object, uint64_t offset, uint64_t size) {
  std::string out(size, '\0');
  size_t have = 0;
  while (have < size) {
    SEABED_TRY(size_t got, object.read_at(offset + have, std::span<char>(&out[have], size - have)));
    if (got == 0) break;
    have += got;
  }
  out.resize(have);
  return out;
}

}  // namespace seabed::dump
