#pragma once
// What opens encrypted backups, for verbs that read media: the key backup and passwords. Never from the words of the line.

#include "core/base/status.h"
#include "core/engine/keys/key_access.h"
#include "tools/cli/verb.h"

namespace seabed {

class Invocation;

/// --key-from URI|-, --key-from-file FILE, --key-password-file FILE, --password-file FILE.
std::vector<OptionSpec> key_options();
/// Asks on the terminal for the key backup's password when --key-from stands alone.
Result<KeyAccess> read_keys(Invocation& invocation);

}  // namespace seabed
