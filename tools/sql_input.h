#pragma once
// Where the statements of `seabed sql` come from.

#include <string>

#include "core/base/status.h"

namespace seabed {

class Invocation;

/// Of --execute, --file or standard input. kInvalidArgument for a secret in --execute: words of a process are public.
Result<std::string> statement_text(const Invocation& invocation);
/// access_key=, PASSWORD=, IDENTIFIED BY, ENCRYPTED BY. An error does not show the text.
bool has_secret(const std::string& text);
Status check_no_secret(const std::string& words, const std::string& option);

}  // namespace seabed
