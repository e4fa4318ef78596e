#pragma once
// A target on the command line: --until-time or --until-scn, or neither for the latest.

#include "core/engine/restore/restore_job.h"

namespace seabed {

class Invocation;

/// `verb` names the command in errors. kInvalidArgument when both are given.
Result<RestoreTargetPoint> read_until(const Invocation& invocation, const std::string& verb);

}  // namespace seabed
