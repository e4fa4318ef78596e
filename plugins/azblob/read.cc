#include <cstdio>
#include <cstring>

#include "azblob_store.h"
#include "range.h"
#include "xml.h"

namespace seabed_azblob {

namespace {
/// Bytes of the UTF-8 sequence at the beginning, 0 when it is none (overlong, a surrogate, beyond U+10FFFF).
size_t sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char lead = byte(0);
  const size_t size = lead < 0x80                   ? 1
                      : lead >= 0xc2 && lead < 0xe0 ? 2
                      : lead >= 0xe0 && lead < 0xf0 ? 3
                      : lead >= 0xf0 && lead < 0xf5 ? 4
                                                    : 0;
  for (size_t i = 1; i < size; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  const unsigned char next = byte(1);
  const bool wrong = (lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f) ||
                     (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f);
  return wrong ? 0 : size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = sequence(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}
}  // namespace

/// '.' and '..' as components would be resolved by clients and proxies on the way; the listing cannot carry
/// control characters; the service trims names that end with '.' or '/'.
int32_t AzblobStore::check_key(const char* key, Error& error) const {
  const std::string_view text(key);
  if (text.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "the key is empty");
  if (text.size() + settings().place.prefix.size() > kMaxKey)
    return error.fail(SEABED_INVALID_ARGUMENT, "the key and the destination's path are over %u bytes",
                      kMaxKey);
  if (!seabed_http::xml_can_carry(text) || !is_utf8(text))
    return error.fail(SEABED_INVALID_ARGUMENT, "the key has characters that an Azure name cannot have");
  if (text.find('\\') != std::string_view::npos)
    return error.fail(SEABED_INVALID_ARGUMENT, "the key has a backslash, which Azure turns into a slash");
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('/', begin), text.size());
    const auto part = text.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      return error.fail(SEABED_INVALID_ARGUMENT, "the key has an empty, '.' or '..' component");
    begin = end + 1;
  }
  return SEABED_OK;
}

int32_t AzblobStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  seabed_http::Response response;
  const Call call{.method = "HEAD", .key = key};
  if (const int32_t code =
          service_.perform(call, "the object cannot be inspected", context, &response, error))
    return code;
  if (!seabed_http::whole_number(response.header("content-length"), &out->size))   // an answer that was cut in its header
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the server tells no length of the object");
  out->modified_ns = seabed_http::parse_http_date(response.header("last-modified"));
  thread_local char etag[256];
  std::snprintf(etag, sizeof etag, "%s", std::string(response.header("etag")).c_str());
  out->etag = etag;
  return SEABED_OK;
}

int32_t AzblobStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size,
                             const Context& context, size_t* out, Error& error) {
  *out = 0;
  if (size == 0 || offset > static_cast<uint64_t>(INT64_MAX) - size) {
    ObjectStat there;
    return stat(key, context, &there, error);
  }
  if (const int32_t code = check_key(key, error)) return code;
  const std::string range = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + size - 1);
  Call call{.key = key, .headers = {{"x-ms-range", range}}};
  call.into = buffer;
  call.into_size = size;
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status == 416) return SEABED_OK;  // at or behind the end, also of an empty object
  if (response.status / 100 != 2) return service_.fail(call, response, "the object cannot be read", error);
  if (!seabed_http::is_asked_range(response, offset, size))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the server answered another range than was asked for");
  *out = response.into_used;
  return SEABED_OK;
}

}  // namespace seabed_azblob
