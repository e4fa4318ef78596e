#include "tools/sql_input.h"

#include <iostream>
#include <iterator>

#include "core/base/fd.h"
#include "core/engine/statement/secret.h"
#include "tools/cli/invocation.h"

namespace seabed {
namespace {

constexpr size_t kMaxFile = 1 << 20;

}  // namespace

bool has_secret(const std::string& text) { return statement::find_secret(text).has_value(); }

Status check_no_secret(const std::string& words, const std::string& option) {
  const auto secret = statement::find_secret(words);
  if (!secret) return ok();
  return fail(Code::kInvalidArgument, option,
              "the statement has " + secret->word + ", and the words of a process can be read by everyone on this machine",
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
