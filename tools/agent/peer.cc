#include "tools/agent/peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace seabed {
namespace {

std::optional<uint32_t> digits(const std::string& text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

bool has_role(const Role& role, const Peer& peer) {
  const bool user = std::any_of(role.users.begin(), role.users.end(),
                                [&](const std::string& name) { return user_id(name) == peer.uid; });
  return user || std::any_of(role.groups.begin(), role.groups.end(), [&](const std::string& name) {
           const auto id = group_id(name);
           return id && std::find(peer.groups.begin(), peer.groups.end(), *id) != peer.groups.end();
         });
}

std::vector<uint32_t> groups_of(int socket) {
  std::vector<gid_t> groups(64);
  for (;;) {
    socklen_t bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) == 0) {
      groups.resize(bytes / sizeof(gid_t));
      return {groups.begin(), groups.end()};
    }
    if (errno != ERANGE || groups.size() > 1 << 16) return {};
    groups.resize(std::max<size_t>(bytes / sizeof(gid_t), groups.size() * 2));
  }
}

Caller as(const Peer& peer) {
  Caller caller{false, "", user_name(peer.uid)};
  caller.uid = peer.uid, caller.pid = peer.pid;
  return caller;
}

std::string list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return fail_errno("socket", "cannot ask who is there", errno);
  Peer peer{credentials.uid, groups_of(socket), credentials.pid};
  peer.groups.push_back(credentials.gid);
  return peer;
}

Peer this_process() {
  Peer peer{::geteuid(), {::getegid()}, ::getpid()};
  std::vector<gid_t> groups(static_cast<size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int n = ::getgroups(static_cast<int>(groups.size()), groups.data());
  if (n > 0) peer.groups.insert(peer.groups.end(), groups.begin(), groups.begin() + n);
  return peer;
}

std::string user_name(uint32_t uid) {
  passwd entry{}, *found = nullptr;
  std::vector<char> buffer(1 << 14);
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
  return std::to_string(uid);
}

std::optional<uint32_t> user_id(const std::string& name) {
  if (auto number = digits(name)) return number;
  passwd entry{}, *found = nullptr;
  std::vector<char> buffer(1 << 14);
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->pw_uid;
  return std::nullopt;
}

std::optional<uint32_t> group_id(const std::string& name) {
  if (auto number = digits(name)) return number;
  group entry{}, *found = nullptr;
  std::vector<char> buffer(1 << 16);
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->gr_gid;
  return std::nullopt;
}

PeerRoles roles_of(const RolesConfig& roles, const Peer& peer) {
  PeerRoles out;
  out.sys = peer.uid == 0 || peer.uid == ::geteuid() || has_role(roles.sys, peer);
  for (const auto& [tenant, role] : roles.tenants)
    if (has_role(role, peer)) out.tenants.push_back(tenant);
  return out;
}

Result<Caller> caller_of(const RolesConfig& roles, const Peer& peer, const Json& arguments) {
  const PeerRoles have = roles_of(roles, peer);
  Caller caller = as(peer);
  if (have.sys) return caller.sys = true, caller;
  if (have.tenants.empty())
    return fail(Code::kPermissionDenied, "user " + caller.user + " (" + std::to_string(peer.uid) + ")",
                "has no role on this agent",
                "an operator adds it to users or groups of [roles.sys] or [roles.TENANT] and reloads");
  const bool named = arguments.contains("tenant") && arguments["tenant"].is_string();
  const std::string wanted = named ? arguments["tenant"].get<std::string>() : std::string();
  const bool own = std::find(have.tenants.begin(), have.tenants.end(), wanted) != have.tenants.end();
  if (!named && have.tenants.size() > 1)
    return fail(Code::kInvalidArgument, "user " + caller.user,
                "is the admin of " + list(have.tenants) + ": it is not said for which one", "give --tenant");
  caller.tenant = own ? wanted : have.tenants.front();
  return caller;
}

Caller caller_in_process() {
  Caller caller = as(this_process());
  return caller.sys = true, caller;
}

Result<SocketAccess> socket_access(const RolesConfig& roles) {
  SocketAccess access;
  if (!roles.socket_group.empty()) {
    access.group = group_id(roles.socket_group);
    if (!access.group)
      return fail(Code::kInvalidArgument, "[roles] socket_group",
                  "'" + roles.socket_group + "' is no group of this machine");
    access.mode = 0660;
    return access;
  }
  bool others = !roles.sys.users.empty() || !roles.sys.groups.empty();
  for (const auto& [tenant, role] : roles.tenants) others |= !role.users.empty() || !role.groups.empty();
  if (others) access.mode = 0666;
  return access;
}

}  // namespace seabed
