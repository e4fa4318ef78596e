#pragma once
// What the operations of Store have in common: room for texts, and the answer of an operation that a table
// lacks.

#include <algorithm>
#include <cstring>

#include "store.h"

namespace seabed::check {

inline constexpr unsigned char kCanary = 0xA5;

struct TextRoom {
  std::vector<char> room;
  seabed_text text;
  explicit TextRoom(size_t capacity) : room(capacity, 0), text{room.data(), capacity, 0} {}
  std::string value() const { return std::string(room.data(), std::min(text.size, text.capacity)); }
};

inline seabed_put_options put_options(uint32_t flags) {
  seabed_put_options options{};
  options.struct_size = sizeof options;
  options.flags = flags;
  return options;
}

/// What a host makes of an operation that is not there.
inline int32_t absent(seabed_error* error) {
  error->code = SEABED_UNSUPPORTED;
  std::strcpy(error->message, "is not in the table");
  return SEABED_UNSUPPORTED;
}

}  // namespace seabed::check

/// Store's optional operation, or null; inside its methods.
#define CHECK_OPTIONAL(operation)                                                                      \
  (SEABED_HAS(table_, seabed_driver_v1, operation) && table_->operation != nullptr ? table_->operation \
                                                                                   : nullptr)
