#pragma once
// What stands in seabed_part::tag: "<etag without quotes>:<crc64 in decimal>", or the ETag alone.

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "crc64.h"
#include "seabed/driver.h"

namespace seabed_oss {

struct PartTag {
  std::string etag;
  std::optional<uint64_t> crc;
};

inline PartTag read_tag(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, colon)), parse_crc64(text.substr(colon + 1))};
}

/// False without an ETag, or for one that does not fit.
inline bool write_tag(std::string_view etag, std::optional<uint64_t> crc, seabed_part* out) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  const std::string text = std::string(etag) + (crc ? ":" + std::to_string(*crc) : "");
  const int size = std::snprintf(out->tag, sizeof out->tag, "%s", text.c_str());
  return !etag.empty() && size > 0 && static_cast<size_t>(size) < sizeof out->tag;
}

}  // namespace seabed_oss
