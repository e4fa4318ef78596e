#include <cinttypes>
#include <cstdio>
#include <limits>

#include "crc64.h"
#include "oss_store.h"

namespace seabed_oss {

namespace {

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

struct ContentRange {
  uint64_t first = 0, last = 0, total = 0;
};

bool parse_content_range(const std::string& text, ContentRange* out) {
  return std::sscanf(text.c_str(), "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, &out->first, &out->last,
                     &out->total) == 3 &&
         out->first <= out->last && out->last < out->total;
}
}  // namespace

int32_t OssStore::head(const std::string& full, const char* what, const Context& context, Response* out,
                       Error& error) {
  Call call;
  call.method = "HEAD";
  call.key = full;
  call.what = what;
  if (const int32_t code = service_.send(call, context, out, error)) return code;
  if (out->status / 100 == 2) return SEABED_OK;
  // Without words a missing bucket looks like a missing object: ask once more with a method that has a body.
  if (out->status / 100 != 4 || !out->header("x-oss-err").empty()) return service_.refuse(call, *out, error);
  call.method = "GET";
  call.headers = {{"range", "bytes=0-0"}, {"x-oss-range-behavior", "standard"}};
  Response words;
  if (const int32_t code = service_.send(call, context, &words, error)) return code;
  return service_.refuse(call, words.status / 100 == 4 && words.status != 416 ? words : *out, error);
}

int32_t OssStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  std::string full;
  if (const int32_t code = full_key(key, &full, error)) return code;
  Response response;
  if (const int32_t code = head(full, "the object cannot be looked at", context, &response, error))
    return code;
  const auto size = parse_crc64(response.header("content-length"));
  if (!size) return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the answer tells no length");
  out->size = *size;
  out->modified_ns = seabed_http::parse_http_date(response.header("last-modified"));
  thread_local std::string etag;  // lives until the glue has copied it
  etag = unquoted(response.header("etag"));
  out->etag = etag.c_str();
  return SEABED_OK;
}

int32_t OssStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                          size_t* out_size, Error& error) {
  *out_size = 0;
  ObjectStat ignored;
  constexpr uint64_t kEnd = std::numeric_limits<int64_t>::max();
  if (size == 0 || offset >= kEnd) return stat(key, context, &ignored, error);
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  const uint64_t last = offset + std::min<uint64_t>(size, kEnd - offset) - 1;
  call.method = "GET";
  call.headers = {{"range", "bytes=" + std::to_string(offset) + "-" + std::to_string(last)},
                  {"x-oss-range-behavior", "standard"}};
  call.into = buffer;
  call.into_size = size;
  call.what = "the object cannot be read";
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status == 416) return SEABED_OK;  // at or behind the end
  if (response.status / 100 != 2) return service_.refuse(call, response, error);
  ContentRange range;
  const bool told = parse_content_range(std::string(response.header("content-range")), &range);
  const bool asked = response.status == 206 && told && range.first == offset && range.last <= last &&
                     (range.last == last || range.last + 1 == range.total);
  if (!asked || response.into_used != range.last - range.first + 1)
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the answer holds another range than was asked for");
  *out_size = response.into_used;
  if (range.first != 0 || range.last + 1 != range.total) return SEABED_OK;
  const seabed_buffer whole{buffer, *out_size};
  const int32_t code =
      check_crc(response, crc64(Buffers(&whole, 1)), "the object was not read as it is kept", error);
  if (code != SEABED_OK) *out_size = 0;
  return code;
}

}  // namespace seabed_oss
