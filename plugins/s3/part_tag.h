#pragma once
// What the host keeps of a part between upload_part and upload_complete: the ETag, and the CRC when one was
// sent.

#include <cstdio>
#include <string>
#include <string_view>

#include "seabed/driver.h"

namespace seabed_s3 {

struct PartTag {
  std::string etag, crc32;
};

/// False when it does not fit.
inline bool join_part_tag(const PartTag& tag, char (&out)[SEABED_PART_TAG_CAPACITY]) {
  const std::string text = tag.crc32.empty() ? tag.etag : tag.etag + " " + tag.crc32;
  return static_cast<size_t>(std::snprintf(out, sizeof out, "%s", text.c_str())) < sizeof out;
}

inline PartTag split_part_tag(std::string_view text) {
  const size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, blank)), std::string(text.substr(blank + 1))};
}

}  // namespace seabed_s3
