#include "tools/reads/key_words.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "tools/cli/invocation.h"

namespace seabed {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

namespace {

struct Escape {
  char text[4];
  uint8_t length;
};

/// By byte.
constexpr std::array<Escape, 256> kEscapes = [] {
  std::array<Escape, 256> all{};
  for (int u = 0; u < 256; ++u) {
    if (u == '\\')
      all[u] = {{'\\', '\\', 0, 0}, 2};
    else if (u >= 0x20 && u < 0x7f)
      all[u] = {{static_cast<char>(u), 0, 0, 0}, 1};
    else
      all[u] = {{'\\', 'x', kDigits[u >> 4], kDigits[u & 15]}, 4};
  }
  return all;
}();

}  // namespace

void append_escaped(std::string* out, std::string_view bytes) {
  const size_t before = out->size();
  out->resize(before + sizeof(Escape::text) * bytes.size());
  char* to = out->data() + before;
  for (const char c : bytes) {
    const Escape& e = kEscapes[static_cast<unsigned char>(c)];
    std::memcpy(to, e.text, sizeof e.text);
    to += e.length;
  }
  out->resize(to - out->data());
}

std::string escaped(std::string_view bytes) {
  std::string out;
  append_escaped(&out, bytes);
  return out;
}

void append_hex(std::string* out, std::string_view bytes) {
  const size_t before = out->size();
  out->resize(before + 2 * bytes.size());
  char* to = out->data() + before;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    *to++ = kDigits[u >> 4];
    *to++ = kDigits[u & 15];
  }
}

Result<std::string> from_hex(const std::string& text, const std::string& object) {
  std::string out;
  for (size_t at = 0; at < text.size(); at += 2) {
    const int high = digit(text[at]), low = at + 1 < text.size() ? digit(text[at + 1]) : -1;
    if (high < 0 || low < 0)
      return fail(Code::kInvalidArgument, object, "'" + text + "' is not pairs of hex digits");
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

Result<std::optional<std::string>> read_bytes(const Invocation& invocation, const std::string& name) {
  const bool text = invocation.has(name), hex = invocation.has(name + "-hex");
  if (text && hex)
    return fail(Code::kInvalidArgument, "--" + name, "and --" + name + "-hex exclude each other");
  if (text) return invocation.text(name);
  if (!hex) return std::nullopt;
  SEABED_TRY(std::string bytes, from_hex(invocation.text(name + "-hex"), "--" + name + "-hex"));
  return bytes;
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
    const unsigned first = byte(0);
    const size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0) return false;
    for (size_t i = 1; i < length; ++i)
      if ((byte(i) & 0xc0) != 0x80) return false;
    // Too long a form, a surrogate, or beyond U+10FFFF.
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) || (first == 0xf0 && byte(1) < 0x90) ||
        (first == 0xf4 && byte(1) > 0x8f))
      return false;
    at += length;
  }
  return true;
}

void append_json(std::string* out, std::string_view name, std::string_view bytes) {
  if (is_utf8(bytes)) ((*out += '"') += name) += "\":" + Json(bytes).dump() + ",";
  ((*out += '"') += name) += "_hex\":\"";
  append_hex(out, bytes);
  *out += '"';
}

void add_bytes(Json* json, const std::string& name, std::string_view bytes) {
  if (is_utf8(bytes)) (*json)[name] = std::string(bytes);
  (*json)[name + "_hex"] = to_hex(bytes);
}

}  // namespace seabed
