#pragma once
// Did a ranged GET bring what was asked for? A connection that ends inside of an answer's header leaves a success
// without lengths: that must not become a short object.

#include <cstdint>
#include <string_view>

#include "http.h"

namespace seabed_http {

/// All of the text is one decimal number.
bool whole_number(std::string_view text, uint64_t* out);
/// A 206 with the range from `offset`, short of `size` only at the object's end, or a 200 with the whole object, whose
/// bytes are all here.
bool is_asked_range(const Response& response, uint64_t offset, size_t size);

}  // namespace seabed_http
