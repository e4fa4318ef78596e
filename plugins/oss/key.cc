#include <charconv>

#include "crc64.h"
#include "oss_store.h"

namespace seabed_oss {

namespace {
/// Bytes of the sequence that begins here, 0 when it is no UTF-8 (overlong, surrogate, cut off).
size_t sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xC2 && first < 0xE0   ? 2
                      : (first & 0xF0) == 0xE0        ? 3
                      : first >= 0xF0 && first < 0xF5 ? 4
                                                      : 0;
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) >= 0xA0) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) >= 0x90) return 0;
  return size;
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

int32_t OssStore::full_key(const char* key, std::string* out, Error& error) const {
  *out = prefix() + key;
  if (key[0] == 0) return error.fail(SEABED_INVALID_ARGUMENT, "an object needs a name");
  if (out->size() > kMaxKey)
    return error.fail(SEABED_INVALID_ARGUMENT, "its name with the destination's path is over %u bytes",
                      kMaxKey);
  if ((*out)[0] == '/' || (*out)[0] == '\\')
    return error.fail(SEABED_INVALID_ARGUMENT, "OSS takes no name that begins with '/' or '\\'");
  if (!is_utf8(*out)) return error.fail(SEABED_INVALID_ARGUMENT, "OSS takes names in UTF-8 only");
  return SEABED_OK;
}

bool percent_decode(std::string_view text, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out->push_back(text[i]);
      continue;
    }
    unsigned value = 0;
    if (i + 3 > text.size()) return false;
    const auto [end, ec] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
    if (ec != std::errc() || end != text.data() + i + 3 || value == 0) return false;
    out->push_back(static_cast<char>(value));
    i += 2;
  }
  return true;
}

int32_t check_crc(const Response& response, uint64_t wanted, const char* what, Error& error) {
  const auto told = parse_crc64(response.header("x-oss-hash-crc64ecma"));
  if (!told || *told == wanted) return SEABED_OK;
  error.fail(SEABED_CORRUPTION, "%s: the service has crc64 %llu, the bytes here have %llu", what,
             static_cast<unsigned long long>(*told), static_cast<unsigned long long>(wanted));
  error.request_id(std::string(response.header("x-oss-request-id")).c_str());
  return SEABED_CORRUPTION;
}

}  // namespace seabed_oss
