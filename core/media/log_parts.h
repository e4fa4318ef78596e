#pragma once
// The objects of a log file in parts (docs/format/log-parts.md), put in order from a listing. Pure.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/storage/object_store.h"

namespace seabed {

struct LogPart {
  uint64_t start = 0, end = 0;  // end exclusive
  std::string key;
};

/// What a listing shows of one file. Parts may repeat or overlap (a retry whose first try arrived late); the same bytes
/// are the same wherever they lie, and the file's accepted hash proves them.
struct LogParts {
  std::vector<LogPart> chain;       // rising, covers [0, size) without a gap
  std::vector<LogPart> repeated;    // of whole length, lie inside what others cover or begin there
  uint64_t size = 0;                // first byte that no usable part holds
  bool format = false, seal = false;
  /// Why the chain ends at `size` although the listing has more: the missing or cut object, by its key.
  std::optional<Error> problem;

  bool any() const { return format || seal || !chain.empty() || problem; }
};

/// `entries` may hold other keys too; only those of `file` (the name without a slash behind) are looked at.
LogParts gather_log_parts(const std::string& file, std::span<const ListEntry> entries);

}  // namespace seabed
