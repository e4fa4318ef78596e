#pragma once
// [roles.sys] and [roles.<tenant>]: which operating-system users and groups act as what on the agent's
// socket. Applied by a reload.

#include <toml++/toml.h>

#include "core/base/status.h"
#include "tools/config/config.h"

namespace seabed {

struct Reading;

/// `table`: [roles], or null.
Status read_roles(Reading& reading, const toml::table* table, RolesConfig* out);
/// Users and groups that this machine does not know. One line each.
std::vector<std::string> check_roles(const RolesConfig& roles);

}  // namespace seabed
