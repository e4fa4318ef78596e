// Who may make which call: every registered call has a rule; what an admin may not see or do is refused; roles of peers.
#include "tools/agent/call_rights.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tools/agent/calls.h"
#include "tools/agent/peer.h"

namespace seabed {
namespace {

using Who = CallRule::Who;

TEST(CallRights, EveryCallHasARule) {
  ASSERT_GT(call_names().size(), 20u);
  for (const std::string& name : call_names())
    EXPECT_TRUE(rule_of(name)) << name << " needs its line in tools/agent/call_rights.cc";
}

TEST(CallRights, WithoutARuleNobodyMay) {
  EXPECT_EQ(check_rights(Caller::system(), "nix/nix", Json::object()).error().code, Code::kPermissionDenied);
}

/// Walks over all of them: another tenant's name is refused for an admin, sys's calls are sys's.
TEST(CallRights, AnAdminActsForItsOwnTenantOnly) {
  const Caller admin = Caller::admin("shop");
  for (const std::string& name : call_names()) {
    auto other = check_rights(admin, name, {{"tenant", "cache"}});
    ASSERT_FALSE(other) << name;
    EXPECT_EQ(other.error().code, Code::kPermissionDenied) << name;
    EXPECT_FALSE(check_rights(admin, name, {{"tenants", {"shop", "cache"}}})) << name;
    auto none = check_rights(admin, name, Json::object());
    if (rule_of(name)->who == Who::kSys) {
      EXPECT_FALSE(none) << name;
    } else if (rule_of(name)->who != Who::kEach) {
      ASSERT_TRUE(none) << name;
      EXPECT_EQ((*none)["tenant"], "shop") << name << ": its own where none is named";
      auto list = check_rights(admin, name, {{"tenants", {"shop"}}});
      EXPECT_EQ((*list)["tenant"], "shop") << name << ": a list that the call does not know is no way round";
    }
  }
}

TEST(CallRights, SysAndMetaTenantsAreNoSources) {
  for (const std::string& call : call_names())
    for (const char* name : {"sys", "SYS", "META$1002", "meta$shop"}) {
      if (rule_of(call)->who == Who::kAdmin) continue;
      auto result = check_rights(Caller::system(), call, {{"tenant", name}});
      ASSERT_FALSE(result) << call << " " << name;
      EXPECT_EQ(result.error().code, Code::kConflict) << call;
    }
}

TEST(CallRights, AnAdminsCallIsNotForSys) {
  EXPECT_EQ(check_rights(Caller::system(), "storage/change", {{"tenant", "shop"}}).error().code,
            Code::kPermissionDenied);
  EXPECT_TRUE(check_rights(Caller::admin("shop"), "storage/change", Json::object()));
}

/// Every call that an admin may make, and every argument that can be a URI in one: to a host of its own it never gets.
TEST(CallRights, AnAdminNamesOnlyDestinationsOfTheOperator) {
  TenantDestinations rules;
  rules.driver_defaults = {{"azblob", {{"host", "https://ops.blob.core.windows.net"}, {"sas_token", "sv=1"}}}};
  const std::string evil = "azblob://container/path?host=https://evil.example", good = "azblob://container/path";
  const Caller admin = Caller::admin("shop");
  Caller session = admin;
  session.by_sys = true;
  const auto with = [](const std::string& name, const std::string& uri) -> Json {
    if (name == "uris") return {{name, {uri}}};
    return {{name, name == "value" ? "LOCATION=" + uri : uri}};
  };
  size_t refused = 0;
  for (const std::string& call : call_names())
    for (const char* name : {"uri", "uris", "key_uri", "value"}) {
      if (std::string(name) == "value" && call != "standby/set-log-source") continue;
      const Status asked = check_named_destinations(rules, admin, call, with(name, evil));
      ASSERT_FALSE(asked) << call << " " << name;
      EXPECT_EQ(asked.error().code, Code::kPermissionDenied) << call;
      EXPECT_NE(asked.error().reason.find("evil.example"), std::string::npos);
      EXPECT_NE(asked.error().next_step.find("allowed_destinations"), std::string::npos);
      EXPECT_TRUE(check_named_destinations(rules, admin, call, with(name, good))) << call;
      EXPECT_TRUE(check_named_destinations(rules, Caller::system(), call, with(name, evil))) << call;
      EXPECT_TRUE(check_named_destinations(rules, session, call, with(name, evil))) << call;
      ++refused;
    }
  EXPECT_GT(refused, 100u);
}

class Roles : public ::testing::Test {
 protected:
  Roles() {
    roles_.sys.users = {"70001"}, roles_.sys.groups = {"80001"};
    roles_.tenants["shop"].users = {"70002", "70003"};
    roles_.tenants["cache"] = {{"70003"}, {"80002", "no such group"}};
  }
  Result<Caller> who(uint32_t uid, std::vector<uint32_t> groups, Json arguments = Json::object()) {
    return caller_of(roles_, Peer{uid, std::move(groups), 1}, arguments);
  }
  RolesConfig roles_;
};

TEST_F(Roles, ByUserAndByGroup) {
  EXPECT_TRUE(who(70001, {1})->sys);
  EXPECT_TRUE(who(70009, {1, 80001})->sys);
  EXPECT_TRUE(who(0, {})->sys) << "root";
  EXPECT_TRUE(who(::geteuid(), {})->sys) << "the agent's own user";
  EXPECT_EQ(who(70002, {1})->tenant, "shop");
  EXPECT_FALSE(who(70002, {1})->sys);
  EXPECT_EQ(who(70009, {80002})->tenant, "cache");
  auto nobody = who(70009, {1});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::kPermissionDenied);
  EXPECT_NE(nobody.error().next_step.find("[roles.sys]"), std::string::npos);
}

TEST_F(Roles, TheAdminOfTwoSaysWhich) {
  EXPECT_EQ(who(70003, {1}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(who(70003, {1}, {{"tenant", "cache"}})->tenant, "cache");
  EXPECT_EQ(who(70003, {1}, {{"tenant", "shop"}})->tenant, "shop");
  EXPECT_NE(who(70003, {1}, {{"tenant", "other"}})->tenant, "other");
}

TEST_F(Roles, TheSocketIsAsOpenAsItMust) {
  EXPECT_EQ(socket_access({})->mode, 0600u);
  EXPECT_EQ(socket_access(roles_)->mode, 0666u);
  roles_.socket_group = "80001";
  EXPECT_EQ(socket_access(roles_)->mode, 0660u);
  EXPECT_EQ(*socket_access(roles_)->group, 80001u);
  roles_.socket_group = "no such group";
  EXPECT_FALSE(socket_access(roles_));
}

}  // namespace
}  // namespace seabed
