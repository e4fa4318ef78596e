#include "tools/cli/key_input.h"

#include "tools/cli/invocation.h"
#include "tools/cli/secret_input.h"
#include "tools/cli/uri_input.h"

namespace seabed {

std::vector<OptionSpec> key_options() {
  std::vector<OptionSpec> out = uri_options("key-from", OptionSpec::kText, "the key backup (seabed key backup)");
  for (auto& option : secret_options("key-password", "password of the key backup")) out.push_back(option);
  out.push_back({OptionSpec::kText, "password-file", "FILE",
                 "passwords of backup sets, one a line, the full set's first, from a file of mode 0600 (-: standard input)"});
  return out;
}

Result<KeyAccess> read_keys(const Invocation& invocation) {
  KeyAccess out;
  if (invocation.has("key-from") || invocation.has("key-from-file")) {
    SEABED_TRY(out.key_uri, read_uri(invocation, "key-from"));
    SEABED_TRY(out.key_password, read_secret(invocation, "key-password", "password of the key backup"));
  } else if (has_secret_option(invocation, "key-password")) {
    return fail(Code::kInvalidArgument, "--key-password-file", "wants --key-from beside it");
  }
  if (invocation.has("password-file")) {
    SEABED_TRY(out.passwords, read_secret_lines(invocation.text("password-file"), "--password-file"));
  }
  return out;
}

}  // namespace seabed
