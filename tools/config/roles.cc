#include "tools/config/roles.h"

#include "tools/agent/peer.h"
#include "tools/config/table_reader.h"

namespace seabed {
namespace {

Status read_role(Reading& reading, const std::string& name, const toml::table& table, Role* out) {
  TableReader reader(reading, "role", table, "roles." + name);  // with a label: not from the environment
  return reader.texts("users", &out->users).texts("groups", &out->groups).done();
}

void check_role(const std::string& name, const Role& role, std::vector<std::string>& problems) {
  for (const std::string& user : role.users)
    if (!user_id(user))
      problems.push_back("[roles." + name + "] users: '" + user + "' is no user of this machine");
  for (const std::string& group : role.groups)
    if (!group_id(group))
      problems.push_back("[roles." + name + "] groups: '" + group + "' is no group of this machine");
}

}  // namespace

Status read_roles(Reading& reading, const toml::table* table, RolesConfig* out) {
  const toml::table none;
  TableReader reader(reading, "roles", table ? *table : none);
  reader.text("socket_group", &out->socket_group);
  for (auto&& [key, node] : table ? *table : none) {
    const std::string name(key.str());
    if (name == "socket_group") continue;
    const toml::table* role = reader.table(name.c_str());
    if (!role) continue;
    SEABED_CHECK(read_role(reading, name, *role, name == "sys" ? &out->sys : &out->tenants[name]));
  }
  return reader.done();
}

std::vector<std::string> check_roles(const RolesConfig& roles) {
  std::vector<std::string> problems;
  check_role("sys", roles.sys, problems);
  for (const auto& [name, role] : roles.tenants) check_role(name, role, problems);
  if (!roles.socket_group.empty() && !group_id(roles.socket_group))
    problems.push_back("[roles] socket_group: '" + roles.socket_group + "' is no group of this machine");
  return problems;
}

}  // namespace seabed
