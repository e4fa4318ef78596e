#pragma once
// A log group in two parts (log_group_codec.h has the whole): megabytes of log go to the medium without a copy.

#include <string>

#include "core/format/log_types.h"

namespace seabed {

/// What stands before the payload, which follows as it is. Empty where encode_group is.
std::string encode_group_head(const LogGroup& group);

}  // namespace seabed
