#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>

#include "s3_store.h"

namespace seabed_s3 {

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

/// "bytes 0-9/100"
bool parse_content_range(std::string_view text, Range* out) {
  if (!text.starts_with("bytes ")) return false;
  text.remove_prefix(6);
  return take_number(&text, '-', &out->first) && take_number(&text, '/', &out->last) &&
         take_number(&text, 0, &out->total) && out->first <= out->last && out->last < out->total;
}

/// Is what arrived the range that was asked for, and short only at the object's end?
bool is_whole_answer(const Response& response, uint64_t offset, size_t size) {
  if (response.status == 200) return offset == 0;  // a small object, sent whole: it fitted into the buffer
  Range range;
  if (response.status != 206 || !parse_content_range(response.header("content-range"), &range)) return false;
  const uint64_t wanted = std::min<uint64_t>(size, range.total - offset);
  return range.first == offset && range.last - range.first + 1 == response.into_used &&
         response.into_used == wanted;
}
}  // namespace

int32_t S3Store::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  Call call;
  call.method = "HEAD";
  call.key = wire_key(key);
  call.what = "cannot be inspected";
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status != 200) return service_.refuse_head(call, response, context, error);
  std::string_view length = response.header("content-length");
  if (!take_number(&length, 0, &out->size))
    return error.fail(SEABED_CORRUPTION, "the server tells no length of the object");
  out->modified_ns = seabed_http::parse_http_date(response.header("last-modified"));
  thread_local std::string etag;
  etag = response.header("etag");
  out->etag = etag.c_str();
  return SEABED_OK;
}

int32_t S3Store::read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                         size_t* out_size, Error& error) {
  if (size == 0) {  // HTTP has no empty range
    ObjectStat found;
    return stat(key, context, &found, error);
  }
  char range[64];
  const uint64_t last = size - 1 > UINT64_MAX - offset ? UINT64_MAX : offset + size - 1;
  std::snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, offset, last);
  Call call;
  call.key = wire_key(key);
  call.headers = {{"Range", range}};
  call.into = buffer;
  call.into_size = size;
  call.what = "cannot be read";
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status == 416) return SEABED_OK;  // begins at or behind the end
  if (response.status / 100 != 2) return service_.refuse(call, response, error);
  if (!is_whole_answer(response, offset, size))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the server sent another range than was asked for");
  *out_size = response.into_used;
  return SEABED_OK;
}

}  // namespace seabed_s3
