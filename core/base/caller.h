#pragma once
// Who asks for something (reference: statements, section 2): `sys` acts for every tenant, a tenant's admin for its own
// tenant only. On the agent's socket it comes from the peer's credentials and [roles]; in process it is who runs.

#include <cstdint>
#include <string>

namespace seabed {

struct Caller {
  bool sys = true;
  std::string tenant;  // of a tenant's admin; empty for sys
  std::string user;    // of the operating system, for the audit file: "dba"
  uint32_t uid = 0;
  int pid = 0;
  std::string statement{};  // "BACKUP": the statement whose call this is; empty: a call of a verb
  bool by_sys = false;      // sys in a session for one tenant: may name destinations that an admin may not

  static Caller system() { return {true, "", "this process"}; }
  /// Sys in a session for one tenant is that tenant's admin.
  static Caller admin(std::string tenant, std::string user = {}) {
    return {false, std::move(tenant), std::move(user)};
  }
};

}  // namespace seabed
