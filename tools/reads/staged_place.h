#pragma once
// Which staged tenant a verb works on: --directory as given to the restore, or --tenant, looked up where
// restores are recorded; and which of its log streams.

#include "core/engine/quick/quick_tenant.h"
#include "tools/cli/verb.h"

namespace seabed {

class Invocation;

/// --directory, --tenant, --ls-id, and --data (with --data-file) for a quick tenant's destination.
std::vector<OptionSpec> staged_place_options();
/// Absolute, without trailing slashes. kNotFound when no restore of that tenant is recorded.
Result<std::string> staged_directory(Invocation& invocation);
/// The standby of this installation that lies in the directory; empty: none, or there is no catalog. One that cannot be
/// asked is told on stderr: the directory alone is enough for what follows.
std::string standby_in_directory(Invocation& invocation, const std::string& directory, bool hydrated = false);
/// Opened with the configuration's drivers; the disk cache as `options` say.
Result<quick::QuickTenant> open_staged(Invocation& invocation, const std::string& directory,
                                       quick::PageReaderOptions options);
/// The stream of --ls-id, or the only one; kInvalidArgument names them.
Result<const quick::QuickStream*> chosen_stream(const Invocation& invocation,
                                                const quick::QuickTenant& tenant);

}  // namespace seabed
