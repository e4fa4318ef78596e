// Turns, retries, cancels, a full medium, and what is refused before anything begins.

#include <gtest/gtest.h>

#include "backup_faults.h"
#include "backup_rig.h"
#include "core/catalog/destinations.h"
#include "core/catalog/rounds.h"

namespace seabed::testing_backup {
namespace {

class BackupTroubleTest : public ::testing::Test, public BackupRig {
 protected:
  bool exists(const std::string& prefix) const {
    for (const auto& key : tree())
      if (key.starts_with(prefix)) return true;
    return false;
  }
  bool temporary_files() const {
    const fs::path dir = base / "dest/.seabed-tmp";
    return fs::exists(dir) && !fs::is_empty(dir);
  }
};

TEST_F(BackupTroubleTest, AFileThatWentAwayCostsATurnOfItsStreamOnly) {
  Session session(*this);
  auto& stream = *session.archiver.streams[1001];
  stream.unopenable = {"000010.sst"};
  stream.on_open = [&](const std::string& name) {   // compacted meanwhile
    if (name == "000010.sst" && databases[1001].files.contains(name)) {
      remove(1001, "000010.sst");
      write(1001, "000060.sst", 2'900'000, 60, {FileKind::kMajor, 1, 6, "sixty"});
    }
  };
  session.backup();
  EXPECT_EQ(read_set(1), read_databases());
  const auto set = descriptor(1);
  ASSERT_EQ(set.ls_size(), 2);
  EXPECT_EQ(set.ls(0).major_turn(), 1u) << "log stream 1 keeps its turn";
  EXPECT_EQ(set.ls(1).major_turn(), 2u);
  EXPECT_EQ(set.ls(1).minor_turn(), 2u);
  EXPECT_EQ(session.archiver.streams[1]->snapshots, 1);
  const std::string second = "backup_set_1_full/logstream_1001/major_data_turn_2_retry_0/macro_block_data.0.obbak";
  EXPECT_EQ(fs::file_size(base / "dest" / second), 2'900'000u + 4096) << "what the first turn copied is not copied again";
  EXPECT_TRUE(exists("backup_set_1_full/infos/major_data_info_turn_2/"));
}

TEST_F(BackupTroubleTest, AFailedCopierGoesOnInARetryDirectory) {
  Session session(*this);
  int failures = 2;
  FaultyStorage storage(*session.storage, [&](const std::string&, const std::string& key) -> Status {
    if (key.find("/major_data_") == key.npos || key.find("macro_block_data") == key.npos) return ok();
    if (key.find("logstream_1001") == key.npos || failures-- <= 0) return ok();
    return fail(Code::kUnavailable, key, "the server is busy");
  });
  session.context.storage = &storage;
  session.backup();
  EXPECT_EQ(read_set(1), read_databases());
  const auto set = descriptor(1);
  // The pins of what was read are gone, so that the attempt that finds it out ends the turn.
  EXPECT_TRUE(set.ls(1).major_retry() > 0 || set.ls(1).major_turn() > 1);
  EXPECT_FALSE(temporary_files());
}

TEST_F(BackupTroubleTest, AFullMediumFailsTheSetCleanly) {
  Session session(*this);
  session.context.limits.part_bytes = 2 << 20;
  int parts = 0;
  FaultyStorage storage(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
    if (kind == "part" && ++parts == 2) return fail(Code::kNoSpace, key, "cannot be written: No space left on device");
    return ok();
  });
  session.context.storage = &storage;
  auto id = *session.submit();
  auto done = session.run(id);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kNoSpace);
  EXPECT_EQ(session.job(id).status, "FAILED");
  EXPECT_EQ(session.job(id).result, 9082);
  EXPECT_NE(session.job(id).comment.find("no_space"), std::string::npos) << session.job(id).comment;
  EXPECT_EQ(session.set(1).status, "FAILED");
  EXPECT_TRUE(exists("backup_sets/backup_set_1_full_end_failed_"));
  EXPECT_FALSE(exists("backup_sets/backup_set_1_full_end_success_"));
  EXPECT_FALSE(temporary_files());
  session.context.storage = session.storage.get();
  EXPECT_EQ(session.backup(true).backup_type, "D") << "a failed set is no parent";
}

/// Of the newest task, live or ended.
std::map<std::string, std::string> task_row(Catalog& catalog, const std::string& view) {
  auto table = catalog.get<catalog::Table>([&](Transaction& tx) {
    return catalog::select(tx, "SELECT * FROM " + view + " ORDER BY 2 DESC LIMIT 1", {});
  });
  std::map<std::string, std::string> out;
  if (table && !table->rows.empty())
    for (size_t i = 0; i < table->columns.size(); ++i) out[table->columns[i]] = table->rows[0][i].value_or("");
  return out;
}

TEST_F(BackupTroubleTest, ALiveTaskTellsHowFarItIsAndAFailedOneHowFarItCame) {
  Session session(*this);
  std::map<std::string, std::string> live;
  std::mutex mutex;   // several objects are written at a time
  FaultyStorage storage(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
    if (key.find("table_list") == key.npos || kind == "stat") return ok();   // the data is there
    std::lock_guard lock(mutex);
    if (live.empty()) live = task_row(*session.catalog, "CDB_OB_BACKUP_TASKS");
    return fail(Code::kNoSpace, key, "cannot be written: No space left on device");
  });
  session.context.storage = &storage;
  const auto id = *session.submit();
  ASSERT_FALSE(session.run(id));
  ASSERT_FALSE(live.empty());
  auto failed = task_row(*session.catalog, "CDB_OB_BACKUP_TASK_HISTORY");
  EXPECT_EQ(failed["STATUS"], "FAILED");
  for (auto* row : {&live, &failed}) {
    EXPECT_GT(std::stoull((*row)["OUTPUT_BYTES"]), 1'000'000u);
    EXPECT_GT(std::stod((*row)["OUTPUT_RATE_BYTES"]), 0.0);
    EXPECT_EQ((*row)["TABLET_COUNT"], "3");
    EXPECT_GT(std::stoull((*row)["FILE_COUNT"]), 10u);
    EXPECT_EQ((*row)["START_SCN"], "1000000001");
    EXPECT_GT(std::stoull((*row)["USER_LS_START_SCN"]), 1'000'000'001u);
  }
  auto set = task_row(*session.catalog, "CDB_OB_BACKUP_SET_FILES");
  EXPECT_EQ(set["STATUS"], "FAILED");
  EXPECT_EQ(set["OUTPUT_BYTES"], failed["OUTPUT_BYTES"]);
}

TEST_F(BackupTroubleTest, CancelIsObeyedInEveryState) {
  for (const std::string state : {"INIT", "DOING", "BACKUP_SYS_META", "BACKUP_USER_META", "BACKUP_META_FINISH",
                                  "BACKUP_DATA_MINOR", "BACKUP_DATA_MAJOR"}) {
    Session session(*this);
    uint64_t id = 0;
    session.context.at_state = [&](const std::string& now) {
      if (now != "backup/" + state || id == 0) return;
      ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) { return catalog::request_backup_cancel(tx, id); }));
      session.cancel.cancel();
    };
    id = *session.submit();
    if (state == "INIT") session.context.at_state("backup/INIT");
    auto done = session.run(id);
    ASSERT_FALSE(done) << state;
    EXPECT_EQ(done.error().code, Code::kCancelled) << state;
    EXPECT_EQ(session.job(id).status, "CANCELED") << state;
    const auto set = session.set(session.job(id).backup_set_id);
    if (state != "INIT") {
      EXPECT_EQ(set.status, "FAILED") << state;
    }
    EXPECT_FALSE(exists("backup_sets/backup_set_" + std::to_string(session.job(id).backup_set_id) + "_full_end_success"));
    EXPECT_FALSE(temporary_files()) << state;
  }
  EXPECT_EQ(Session(*this).backup().backup_set_id, 8u) << "and the next one runs";
}

TEST_F(BackupTroubleTest, ACancelInTheMiddleOfACopyLeavesNothingOpen) {
  write(1001, "000070.sst", 60'000'000, 70, {FileKind::kMajor, 1, 6, "seventy"});
  Session session(*this);
  session.context.limits.part_bytes = 2 << 20;
  const uint64_t id = *session.submit();
  bool asked = false;
  FaultyStorage storage(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
    if (kind == "part" && key.find("major") != key.npos && !asked) {
      asked = true;
      SEABED_CHECK(session.catalog->transact([&](Transaction& tx) { return catalog::request_backup_cancel(tx, id); }));
    }
    if (asked) std::this_thread::sleep_for(std::chrono::milliseconds(100));   // a slow medium: the cancel is in time
    return ok();
  });
  session.context.storage = &storage;
  ASSERT_FALSE(session.run(id));
  EXPECT_TRUE(asked);
  EXPECT_EQ(session.job(id).status, "CANCELED");
  EXPECT_FALSE(temporary_files());
}

TEST_F(BackupTroubleTest, AProcessThatIsToldToStopLeavesTheJobToTheNext) {
  uint64_t id = 0;
  {
    Session session(*this);
    session.context.at_state = [&](const std::string& now) {
      if (now == "backup/BACKUP_DATA_MINOR") session.cancel.cancel();
    };
    id = *session.submit();
    ASSERT_FALSE(session.run(id));
    EXPECT_EQ(session.job(id).status, "DOING");
  }
  Session session(*this);
  ASSERT_TRUE(session.run(id));
  EXPECT_EQ(read_set(1), read_databases());
}

TEST_F(BackupTroubleTest, RefusedWithTheReferencesNumbers) {
  Session session(*this);
  auto refused = [&](int number) {
    auto id = session.submit();
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().ob_error, number) << id.error().message();
  };
  auto id = *session.submit();
  refused(9036);
  ASSERT_TRUE(session.run(id));

  auto round = **session.catalog->get<std::optional<catalog::RoundRow>>(
      [&](Transaction& tx) { return catalog::newest_round(tx, tenant_id); });
  round.status = "INTERRUPTED";
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) { return catalog::update_round(tx, round, "DOING"); }));
  refused(9040);
  round.status = "DOING";
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) { return catalog::update_round(tx, round, "INTERRUPTED"); }));

  fs::rename(base / "dest/format.obbak", base / "format.aside");
  refused(9080);
  fs::rename(base / "format.aside", base / "dest/format.obbak");
  session.context.cluster_id = 7;
  refused(9081);
  session.context.cluster_id = 1;
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) {
    return catalog::clear_destination(tx, tenant_id, catalog::DestinationKind::kData);
  }));
  refused(9040);
  EXPECT_FALSE(exists("backup_set_2")) << "nothing was written";
}

TEST_F(BackupTroubleTest, AStreamThatIsNotAttachedFailsTheSetByName) {
  Session session(*this);
  session.archiver.streams.erase(1001);
  auto id = *session.submit();
  auto done = session.run(id);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("shop log stream 1001: is not attached"), std::string::npos);
  EXPECT_EQ(session.job(id).status, "FAILED");
}

TEST_F(BackupTroubleTest, AStreamThatIsAttachedALittleLaterIsWaitedFor) {
  Session session(*this);
  int looks = 0;
  session.archiver.on_source = [&](uint64_t ls_id) { return ls_id == 1 || ++looks > 2; };
  session.backup();
  EXPECT_GT(looks, 2);
  EXPECT_EQ(read_set(1), read_databases());
}

}  // namespace
}  // namespace seabed::testing_backup
