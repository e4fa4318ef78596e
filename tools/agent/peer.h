#pragma once
// Who is at the other end of the agent's socket, as the kernel says, and what [roles] makes of that.

#include <optional>
#include <string>
#include <vector>

#include "core/base/caller.h"
#include "core/base/status.h"
#include "tools/cli/error_json.h"
#include "tools/config/config.h"

namespace seabed {

struct Peer {
  uint32_t uid = 0;
  std::vector<uint32_t> groups;  // the primary one and the others
  int pid = 0;
};

/// SO_PEERCRED and SO_PEERGROUPS: as they were when it connected.
Result<Peer> peer_of(int socket);
Peer this_process();
/// "dba", or "1000" when the machine has no name for it.
std::string user_name(uint32_t uid);
/// Of a name, or of a number in digits; nullopt: not of this machine.
std::optional<uint32_t> user_id(const std::string& name);
std::optional<uint32_t> group_id(const std::string& name);

struct PeerRoles {
  bool sys = false;                  // root and the agent's own user always are
  std::vector<std::string> tenants;  // whose admin it is
  bool any() const { return sys || !tenants.empty(); }
};
PeerRoles roles_of(const RolesConfig& roles, const Peer& peer);

/// Who calls. The admin of several tenants is the admin of the one that `arguments` name. kPermissionDenied:
/// no role.
Result<Caller> caller_of(const RolesConfig& roles, const Peer& peer, const Json& arguments);
/// In process: whoever can open the catalog.
Caller caller_in_process();

/// Mode and group of the socket: 0600 when no other user has a role; with roles.socket_group 0660 and that
/// group; else 0666, and each connection's credentials decide.
struct SocketAccess {
  uint32_t mode = 0600;
  std::optional<uint32_t> group;
};
Result<SocketAccess> socket_access(const RolesConfig& roles);

}  // namespace seabed
