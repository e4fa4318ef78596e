#pragma once
// The audit file: a line of JSON for every call that changes something, for every statement (one that acts on several
// tenants has a line for each) and for every call that is refused, with who, what, tenant, when, result and duration (docs/operator-guide.md). No secret is in it: of the
// arguments only those that are known to hold none, URIs as Uri::redacted() shows them.

#include <chrono>
#include <functional>
#include <string>

#include "core/base/caller.h"
#include "core/base/status.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// From now on lines go there: opened (mode 0600, appended to) when the first is written. Empty: no audit. Of the whole process, like the log.
void set_up_audit(const std::string& file);
/// Opens `file` now, anew after a rotation; the call takes it over. Until then, and when it cannot be opened, the old
/// one stays in use.
Result<std::function<void()>> prepare_audit(const std::string& file);
/// The file can take a line. Asked before a call that changes something: what nobody could account for is not
/// done.
Status audit_ready();

/// Writes the line of a call that ended, before it is answered. Thread-safe.
void audit_call(const Caller& caller, const std::string& call, const Json& arguments,
                const Result<Json>& result, std::chrono::steady_clock::duration took);

}  // namespace seabed
