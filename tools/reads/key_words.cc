#include "tools/reads/key_words.h"

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

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\\')
      out += "\\\\";
    else if (u >= 0x20 && u < 0x7f)
      out += c;
    else
      (out += "\\x") += {kDigits[u >> 4], kDigits[u & 15]};
  }
  return out;
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

void add_bytes(Json* json, const std::string& name, std::string_view bytes) {
  Json text = std::string(bytes);
  try {
    (void)text.dump();  // strict: throws where it is no UTF-8
    (*json)[name] = std::move(text);
  } catch (const Json::exception&) {
  }
  (*json)[name + "_hex"] = to_hex(bytes);
}

}  // namespace seabed
