#pragma once
// seabed backup start: at the agent, or in this process where there is none; and waiting for its end.

#include "core/base/status.h"

namespace seabed {

class Invocation;

Result<int> start_backup(Invocation& invocation);

}  // namespace seabed
