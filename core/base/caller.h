#pragma once
// Who asks for something (reference: statements, section 2): `sys` acts for every tenant, a tenant's admin for its own
// tenant only. On the agent's socket it comes from the peer's credentials and [roles]; in process it is who runs.

#include <string>

namespace seabed {

struct Caller {
  bool sys = true;
  std::string tenant;  // of a tenant's admin; empty for sys
  std::string user;    // of the operating system, for the audit file: "dba (1000)"

  static Caller system() { return {true, "", "this process"}; }
  /// Sys in a session for one tenant is that tenant's admin.
  static Caller admin(std::string tenant, std::string user = {}) {
    return {false, std::move(tenant), std::move(user)};
  }
};

}  // namespace seabed
