#pragma once
// Which names are those of tenants that Seabed protects.

#include <string>

#include "core/base/status.h"

namespace seabed {

/// kConflict for `sys` and META$… in any case: they are never archived, backed up or restored.
Status check_user_tenant(const std::string& name);

}  // namespace seabed
