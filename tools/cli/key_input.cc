#include "tools/cli/key_input.h"

#include <filesystem>

#include "core/catalog/keys.h"
#include "tools/cli/invocation.h"
#include "tools/cli/secret_input.h"
#include "tools/cli/uri_input.h"
#include "tools/config/config.h"

namespace seabed {

std::vector<OptionSpec> key_options() {
  std::vector<OptionSpec> out = uri_options("key-from", OptionSpec::kText, "the key backup (seabed key backup)");
  for (auto& option : secret_options("key-password", "password of the key backup")) out.push_back(option);
  out.push_back({OptionSpec::kText, "password-file", "FILE",
                 "passwords of backup sets, one a line, the full set's first, from a file of mode 0600 (-: standard input)"});
  return out;
}

namespace {

/// Verbs that read media run beside the agent, which has the catalog's lock: its keys are looked at, read only. Null when
/// there is no catalog here, or when it and its host key are not this user's to read.
std::shared_ptr<const KeyRing> keys_of_catalog(Invocation& invocation) {
  const auto config = invocation.config();
  std::error_code ec;
  if (!config || !std::filesystem::exists((*config)->catalog, ec)) return nullptr;
  auto catalog = Catalog::open({.path = (*config)->catalog, .key_path = (*config)->catalog_key, .read_only = true});
  if (!catalog) return nullptr;
  using Rows = std::vector<catalog::MasterKeyRow>;
  auto rows = (*catalog)->get<Rows>([](Transaction& tx) { return catalog::list_master_keys(tx); });
  if (!rows) return nullptr;
  auto ring = std::make_shared<KeyRing>();
  for (auto& row : *rows) ring->add(std::move(row.key));
  return ring;
}

}  // namespace

Result<KeyAccess> read_keys(Invocation& invocation) {
  KeyAccess out;
  out.known = keys_of_catalog(invocation);
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
