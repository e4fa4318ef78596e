#include "tools/sql_input.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "core/base/fd.h"
#include "core/base/uri.h"
#include "tools/cli/invocation.h"

namespace seabed {
namespace {

constexpr size_t kMaxFile = 1 << 20;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_key_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/// The word before the `=` at a place, blanks between them left out.
std::string key_before(const std::string& text, size_t equal) {
  size_t end = equal;
  while (end && (text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
  size_t begin = end;
  while (begin && is_key_char(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

std::string secret_in(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), small);
  if (text.find("identified") != std::string::npos) return "IDENTIFIED BY";
  if (text.find("encrypted") != std::string::npos) return "ENCRYPTED BY";
  for (size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    const std::string key = key_before(text, at);
    if (is_secret_key(key) || key == "external_kms_info") return key + "=";
  }
  return {};
}

}  // namespace

bool has_secret(const std::string& text) { return !secret_in(text).empty(); }

Status check_no_secret(const std::string& words, const std::string& option) {
  const std::string secret = secret_in(words);
  if (secret.empty()) return ok();
  return fail(Code::kInvalidArgument, option,
              "the statement has " + secret + ", and the words of a process can be read by everyone on this machine",
              "give it by --file FILE or standard input");
}

Result<std::string> statement_text(const Invocation& invocation) {
  if (invocation.has("execute")) {
    SEABED_CHECK(check_no_secret(invocation.text("execute"), "--execute"));
    return invocation.text("execute");
  }
  if (invocation.has("file") && invocation.text("file") != "-") return read_file(invocation.text("file"), kMaxFile);
  std::string text(kMaxFile + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::cin.gcount()));
  if (text.size() <= kMaxFile) return text;
  return fail(Code::kInvalidArgument, "standard input", "is longer than 1 MiB");
}

}  // namespace seabed
