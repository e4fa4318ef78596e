#pragma once
// `seabed sql` on a terminal.

#include <functional>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

/// Reads statements until exit, quit or Ctrl-D and hands each text (it ends with a semicolon) to `run`, whose
/// answer or error is printed. `names`: tenants, for completion.
Result<int> sql_prompt(const std::vector<std::string>& names,
                       const std::function<Result<std::string>(const std::string& text)>& run);

}  // namespace seabed
