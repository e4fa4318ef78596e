#pragma once
// One event to the outside: a command (arguments as they are, no shell; the event on its standard input) and
// a webhook (plain HTTP, POST of the JSON). Each bounded by [alert] timeout_ms.

#include <string>

#include "core/base/cancel.h"
#include "core/base/status.h"
#include "tools/config/config.h"

namespace seabed {

/// Success: it ended with 0.
Status run_alert_command(const std::vector<std::string>& command, const std::string& input,
                         std::chrono::milliseconds timeout, const CancelToken& cancel);
/// Success: the answer is 2xx. No error shows the URL's path.
Status post_alert(const std::string& url, const std::string& json, std::chrono::milliseconds timeout);

}  // namespace seabed
