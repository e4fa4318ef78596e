#include "range.h"

#include <algorithm>
#include <charconv>

namespace seabed_http {

namespace {
struct Range {
  uint64_t first = 0, last = 0, total = 0;
};

bool take_number(std::string_view* text, char behind, uint64_t* out) {
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), *out);
  if (ec != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  if (behind == 0) return text->empty();
  if (!text->starts_with(behind)) return false;
  text->remove_prefix(1);
  return true;
}

/// "bytes 0-9/100"; an empty one at the end, "bytes 100-99/100", is what Azurite answers there.
bool parse_content_range(std::string_view text, Range* out) {
  if (!text.starts_with("bytes ")) return false;
  text.remove_prefix(6);
  return take_number(&text, '-', &out->first) && take_number(&text, '/', &out->last) &&
         take_number(&text, 0, &out->total) && out->last < out->total && out->first <= out->last + 1;
}
}  // namespace

bool whole_number(std::string_view text, uint64_t* out) { return take_number(&text, 0, out); }

bool is_asked_range(const Response& response, uint64_t offset, size_t size) {
  if (response.status == 200) {  // a small object, sent whole: it fitted into the buffer
    uint64_t length = 0;
    const bool all = response.header("transfer-encoding") == "chunked" ||
                     (whole_number(response.header("content-length"), &length) && length == response.into_used);
    return offset == 0 && all;
  }
  Range range;
  if (response.status != 206 || !parse_content_range(response.header("content-range"), &range)) return false;
  const uint64_t wanted = std::min<uint64_t>(size, range.total - std::min(range.total, offset));
  return range.first == offset && range.last + 1 - range.first == response.into_used && response.into_used == wanted;
}

}  // namespace seabed_http
