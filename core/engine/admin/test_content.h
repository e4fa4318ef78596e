#pragma once
// What the admin tools write to a medium and expect back: the same bytes at the same place of the same
// object, every time and on every machine, without being kept or allocated.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seabed {

/// Thread-safe. The period is a prime, so that whole parts or pages that changed places are seen.
class TestContent {
 public:
  explicit TestContent(uint64_t object);
  /// Bytes [offset, offset + length) as pieces of one write; valid for ever.
  std::vector<std::string_view> pieces(uint64_t offset, uint64_t length) const;
  std::string bytes(uint64_t offset, uint64_t length) const;
  bool holds(uint64_t offset, std::string_view bytes) const;

 private:
  uint64_t shift_;
};

}  // namespace seabed
