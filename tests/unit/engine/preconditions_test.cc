// What the verbs of archive and backup refuse, by the reference's numbers (statements, sections 3 to 5 and 11).

#include <gtest/gtest.h>

#include "backup_rig.h"
#include "core/catalog/backup_jobs.h"
#include "core/catalog/destinations.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/engine/engine.h"
#include "core/engine/job/tenant_ready.h"

namespace seabed::testing_backup {
namespace {

class PreconditionsTest : public ::testing::Test, public BackupRig {
 protected:
  PreconditionsTest() : session(*this), engine(*Engine::create(session.context)) {}
  static int number(const auto& answer) { return answer ? 0 : answer.error().ob_error; }
  void change(const std::function<Status(Transaction&)>& body) {
    auto done = session.catalog->transact(body);
    ASSERT_TRUE(done) << done.error().message();
  }
  void round_is(const std::string& status) {
    change([&](Transaction& tx) -> Status {
      SEABED_TRY(auto round, catalog::newest_round(tx, tenant_id));
      const std::string before = round->status;
      round->status = status;
      return catalog::update_round(tx, *round, before);
    });
  }
  /// An archive destination without a medium: the verbs look at the catalog first.
  void archive_dest() {
    change([&](Transaction& tx) {
      return catalog::insert_destination(tx, {.dest_id = 900, .tenant_id = tenant_id,
                                              .kind = catalog::DestinationKind::kArchive, .identity = "file:/nowhere",
                                              .path = "file:///nowhere", .uri = "file:///nowhere"});
    });
  }

  Session session;
  std::unique_ptr<Engine> engine;
};

TEST_F(PreconditionsTest, TheModeThatATenantIsInAlready) {
  EXPECT_EQ(number(engine->set_archivelog("shop", false)), 9092);
  EXPECT_EQ(number(engine->set_archivelog("shop", true)), 0);
  EXPECT_EQ(number(engine->set_archivelog("shop", true)), 9091);
}

TEST_F(PreconditionsTest, OnlyATenantInNormalStateArchivesAndIsBackedUp) {
  catalog::TenantRow tenant{.name = "shop"};
  EXPECT_TRUE(check_tenant_ready(tenant, 9023));
  for (const char* status : {"RESTORE", "DROPPING", "CREATING"}) {
    tenant.status = status;
    auto refused = check_tenant_ready(tenant, 9023);
    EXPECT_EQ(number(refused), 9023) << status;
    EXPECT_EQ(refused.error().code, Code::kConflict);
  }
}

TEST_F(PreconditionsTest, AStandbyIsRefusedByName) {
  change([&](Transaction& tx) { return catalog::set_tenant_role(tx, tenant_id, "PRIMARY", "STANDBY"); });
  auto mode = engine->set_archivelog("shop", true);
  EXPECT_EQ(number(mode), 9023);
  EXPECT_EQ(mode.error().code, Code::kUnsupported);
  EXPECT_NE(mode.error().message().find("standby"), std::string::npos);
  EXPECT_EQ(number(session.submit()), 9040);
}

TEST_F(PreconditionsTest, ARoundInPrepareIsNotStopped) {
  ASSERT_TRUE(engine->set_archivelog("shop", true));
  round_is("PREPARE");
  EXPECT_EQ(number(engine->set_archivelog("shop", false)), 9037);
  round_is("BEGINNING");
  EXPECT_EQ(number(engine->set_archivelog("shop", false)), 0);
}

TEST_F(PreconditionsTest, DeferAndEnableByTheRoundsState) {
  archive_dest();
  const std::map<std::string, std::pair<bool, bool>> allowed = {   // DEFER, ENABLE
      {"PREPARE", {false, false}},   {"BEGINNING", {false, false}}, {"DOING", {true, false}}, {"INTERRUPTED", {true, false}},
      {"SUSPENDING", {false, false}}, {"SUSPEND", {false, true}},   {"STOPPING", {false, false}}, {"STOP", {false, true}}};
  for (const auto& [status, may] : allowed) {
    round_is(status);
    for (const std::string state : {"DEFER", "ENABLE"}) {
      const std::string before = state == "DEFER" ? "ENABLE" : "DEFER";
      change([&](Transaction& tx) -> Status {
        SEABED_TRY(auto dest, catalog::find_destination(tx, 900));
        if (dest->state == before) return ok();
        return catalog::set_destination_state(tx, 900, dest->state, before);
      });
      EXPECT_EQ(number(engine->set_archive_state("shop", state)),
                (state == "DEFER" ? may.first : may.second) ? 0 : 9028)
          << status << " " << state;
    }
  }
}

TEST_F(PreconditionsTest, ADestinationInUseIsNotTakenAway) {
  archive_dest();
  for (const char* status : {"PREPARE", "DOING", "INTERRUPTED", "SUSPEND", "STOPPING"}) {
    round_is(status);
    EXPECT_EQ(number(engine->clear_archive_dest("shop")), 9037) << status;
    EXPECT_EQ(number(engine->set_archive_dest("shop", {.uri = "file:///elsewhere"})), 9037) << status;
  }
}

TEST_F(PreconditionsTest, OneBackupATenantAndOneCancelABackup) {
  EXPECT_EQ(number(engine->cancel_backup("shop")), 9049);
  ASSERT_TRUE(session.submit());
  EXPECT_EQ(number(session.submit()), 9036);
  EXPECT_EQ(number(engine->clear_data_dest("shop")), 9036);
  EXPECT_EQ(number(engine->cancel_backup("shop")), 0);
  EXPECT_EQ(number(engine->cancel_backup("shop")), 9041);
}

TEST_F(PreconditionsTest, ABackupNeedsARoundThatIsDoing) {
  for (const char* status : {"PREPARE", "BEGINNING", "INTERRUPTED", "SUSPENDING", "SUSPEND", "STOPPING", "STOP"}) {
    round_is(status);
    EXPECT_EQ(number(session.submit()), 9040) << status;
  }
}

}  // namespace
}  // namespace seabed::testing_backup
