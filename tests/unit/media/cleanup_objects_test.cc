// Tombstones and reader leases on a medium.

#include <gtest/gtest.h>

#include <mutex>

#include "core/media/reader_lease.h"
#include "core/media/tombstone.h"
#include "tests/unit/format/golden.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {

using namespace std::chrono_literals;
constexpr uint64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond;

struct HandClock : Clock {
  Scn now = 1'795'428'900'000'000'000;
  ClockReading read() override { return {now, 0, 0}; }
};

class CleanupObjects : public ::testing::Test {
 protected:
  CleanupObjects() {
    std::string name = (std::filesystem::temp_directory_path() / "seabed-clean-XXXXXX").string();
    base = mkdtemp(name.data());
    store = std::make_shared<test::DirStore>(base + "/dest");
  }
  ~CleanupObjects() override { std::filesystem::remove_all(base); }

  Tombstone of_set(uint64_t id) const {
    return {.set = paths::SetId{id, true}, .tenant_id = 1002, .dest_id = 1001, .deleted_scn = 5};
  }
  ReaderLeaseFacts facts(std::vector<std::string> directories) const {
    ReaderLeaseFacts f;
    f.owner = "host:1:1", f.purpose = "restore", f.directories = std::move(directories);
    return f;
  }
  std::unique_ptr<ReaderLease> take(ReaderLeaseFacts f, ReaderLeaseTerms terms = {}) {
    auto taken = ReaderLease::take(store, std::move(f), terms, clock, {});
    EXPECT_TRUE(taken) << taken.error().message();
    return taken ? std::move(*taken) : nullptr;
  }
  std::vector<ReaderLeaseFacts> leases() { return *list_reader_leases(*store, {}); }
  size_t objects(const std::string& prefix) { return list_all(*store, prefix, {})->size(); }

  std::string base;
  std::shared_ptr<test::DirStore> store;
  HandClock clock;
};

TEST_F(CleanupObjects, NamesAreReadBack) {
  EXPECT_EQ(paths::tombstone(paths::SetId{3, false}), "tombstones/backup_set_3_inc.obbak");
  EXPECT_EQ(paths::tombstone(paths::PieceKey{1002, 1, 4}), "tombstones/piece_d1002r1p4.obarc");
  for (const char* bad :
       {"tombstones/backup_set_3_inc", "tombstones/backup_set_03_full.obbak", "tombstones/x.obbak",
        "backup_set_3_full.obbak", "tombstones/backup_set_3_full/.obbak", "tombstones/.obbak"})
    EXPECT_FALSE(paths::parse_set_tombstone(bad)) << bad;
  EXPECT_FALSE(paths::parse_piece_tombstone("tombstones/piece_d1r1p1.obbak"));
  EXPECT_EQ(paths::parse_piece_tombstone("tombstones/piece_d1r2p3.obarc"), (paths::PieceKey{1, 2, 3}));
  EXPECT_EQ(paths::parse_set_dir("backup_set_3_full/")->id, 3u);
  EXPECT_FALSE(paths::parse_set_dir("backup_set_3_full//"));
  const std::string key = paths::reader_lease("a-1", 7);
  EXPECT_EQ(key, "readers/a-1.00000000000000000007.obbak");
  EXPECT_EQ(paths::parse_reader_lease(key)->sequence, 7u);
  for (const char* bad : {"readers/a.7.obbak", "readers/.00000000000000000007.obbak",
                          "readers/a/b.00000000000000000007.obbak", "readers/a.99999999999999999999.obbak"})
    EXPECT_FALSE(paths::parse_reader_lease(bad)) << bad;
}

TEST_F(CleanupObjects, ATombstoneIsWrittenOnceAndReadBack) {
  ASSERT_TRUE(write_tombstone(*store, of_set(3), {}));
  auto again = of_set(3);
  again.deleted_scn = 99;
  ASSERT_TRUE(write_tombstone(*store, again, {})) << "after a crash";
  Tombstone piece{.piece = paths::PieceKey{1002, 1, 4}, .deleted_scn = 6};
  ASSERT_TRUE(write_tombstone(*store, piece, {}));
  EXPECT_FALSE(encode_tombstone({})) << "it names nothing";
  const auto all = list_tombstones(*store, {});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].set->id, 3u);
  EXPECT_EQ((*all)[0].deleted_scn, 5u) << "the first one counts";
  EXPECT_EQ((*all)[0].tenant_id, 1002u);
  EXPECT_EQ((*all)[1].piece, (paths::PieceKey{1002, 1, 4}));
  EXPECT_EQ((*all)[1].dest_id, 1002u);
}

TEST_F(CleanupObjects, ADamagedTombstoneStillCounts) {
  ASSERT_TRUE(write_tombstone(*store, of_set(3), {}));
  const std::string key = paths::tombstone(paths::SetId{3, true});
  ASSERT_TRUE(put_object(*store, key, "rubbish", PutMode::kReplace, {}));
  // The bytes of another one: its name says what is gone.
  ASSERT_TRUE(put_object(*store, paths::tombstone(paths::SetId{4, false}), *encode_tombstone(of_set(9)),
                         PutMode::kReplace, {}));
  const auto names = deleted_names(*store, {});
  ASSERT_TRUE(names);
  EXPECT_EQ(names->sets, (std::set<uint64_t>{3, 4}));
  const auto all = list_tombstones(*store, {});
  ASSERT_TRUE(all) << all.error().message();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].set->id, 3u);
  EXPECT_EQ((*all)[0].deleted_scn, 0u);
  EXPECT_EQ((*all)[1].set->id, 4u);
}

TEST_F(CleanupObjects, ALeaseIsTakenRenewedAndGivenBack) {
  auto lease = take(facts({"backup_set_3_full/", "backup_set_4_inc"}));
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->facts().id.size(), 32u);
  ASSERT_EQ(leases().size(), 1u);
  EXPECT_EQ(leases()[0].directories.size(), 2u);
  EXPECT_EQ(leases()[0].purpose, "restore");
  clock.now += 20 * kMinute;
  ASSERT_TRUE(lease->renew({}));
  EXPECT_EQ(objects(paths::readers()), 1u) << "the one before went";
  EXPECT_EQ(leases()[0].sequence, 2u);
  EXPECT_TRUE(in_force(leases()[0], clock.now + 34 * kMinute)) << "half an hour, and the clocks may differ";
  EXPECT_FALSE(in_force(leases()[0], clock.now + 36 * kMinute));
  lease->release({});
  EXPECT_TRUE(leases().empty());
  EXPECT_FALSE(lease->renew({}));
}

TEST_F(CleanupObjects, TheSameReaderGoesOnAfterARestart) {
  auto f = facts({"backup_set_3_full"});
  f.id = "quick-shop2";
  (void)take(f)->facts();
  auto second = take(f);
  EXPECT_EQ(second->facts().sequence, 2u);
  EXPECT_EQ(leases().size(), 1u);
  f.id = "Not/An/Id";
  EXPECT_FALSE(ReaderLease::take(store, f, {}, clock, {}));
}

TEST_F(CleanupObjects, AReaderSeesTheTombstoneAndGivesUp) {
  ASSERT_TRUE(write_tombstone(*store, of_set(3), {}));
  const auto refused = ReaderLease::take(store, facts({"backup_set_3_full"}), {}, clock, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
  EXPECT_NE(refused.error().message().find("backup_set_3_full"), std::string::npos);
  EXPECT_TRUE(leases().empty()) << "nothing is held";
  auto other = take(facts({"backup_set_4_full"}));
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->need({"backup_set_4_full", "backup_set_5_inc"}, {}));
  EXPECT_EQ(other->need({"backup_set_3_full"}, {}).error().code, Code::kConflict);
}

TEST_F(CleanupObjects, ALeaseThatRanOutSeesWhatWasDeletedMeanwhile) {
  auto lease = take(facts({"backup_set_3_full"}), {.lease = 1ms});
  std::this_thread::sleep_for(5ms);
  ASSERT_TRUE(lease->renew({})) << "nobody deleted anything";
  ASSERT_TRUE(write_tombstone(*store, of_set(3), {}));
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(lease->renew({}).error().code, Code::kConflict);
}

TEST_F(CleanupObjects, TheMediumsClockHelpsAReaderWhoseClockIsSlow) {
  ReaderLeaseFacts f;
  f.granted = clock.now - 3600 * kSecond, f.expires = f.granted + 30 * kMinute;
  EXPECT_FALSE(in_force(f, clock.now));
  f.modified_ns = clock.now - kMinute;
  EXPECT_TRUE(in_force(f, clock.now));
  f.expires = 0;
  EXPECT_FALSE(in_force(f, clock.now)) << "given back";
}

TEST_F(CleanupObjects, WhatIsNoLeaseProtectsEverything) {
  ASSERT_TRUE(put_object(*store, paths::reader_lease("x", 1), "rubbish", PutMode::kReplace, {}));
  ASSERT_EQ(leases().size(), 1u);
  EXPECT_TRUE(leases()[0].directories.empty());
  EXPECT_TRUE(in_force(leases()[0], clock.now));
}

TEST_F(CleanupObjects, OldLeasesAreRemoved) {
  auto lease = take(facts({"backup_set_3_full"}));
  remove_old_leases(*store, clock.now + 3600 * kSecond, {});
  EXPECT_EQ(objects(paths::readers()), 1u);
  remove_old_leases(*store, clock.now + 48 * 3600 * kSecond, {});
  EXPECT_EQ(objects(paths::readers()), 0u);
}

TEST_F(CleanupObjects, TheKeeperRenewsAndGivesBack) {
  auto kept =
      ReaderLeaseKeeper::hold({{store, facts({"backup_set_3_full"})}}, clock, nullptr, {.lease = 30ms});
  ASSERT_TRUE(kept);
  EXPECT_EQ((*kept)->held(), 1u);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  const auto renewed = [&] { return !leases().empty() && leases()[0].sequence >= 3; };
  while (!renewed() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(renewed());
  kept->reset();
  EXPECT_TRUE(leases().empty());
}

TEST_F(CleanupObjects, ALeaseCostsFewRequests) {
  std::vector<std::string> asked;
  std::mutex mutex;
  store->set_hook([&](const std::string& operation, const std::string&) -> Status {
    std::lock_guard lock(mutex);
    asked.push_back(operation);
    return ok();
  });
  auto f = facts({"backup_set_3_full"});
  f.id = "restore-1";
  auto lease = take(f);
  EXPECT_EQ(asked, (std::vector<std::string>{"list", "put", "list"})) << "tombstones are looked for behind the lease";
  asked.clear();
  lease->release({});
  EXPECT_EQ(asked, (std::vector<std::string>{"put", "remove", "remove"})) << "one call removes both";
  store->set_hook({});
  EXPECT_EQ(objects(paths::readers()), 0u);
}

TEST_F(CleanupObjects, WhatAnEarlierProcessLeftGoes) {
  for (uint64_t sequence : {2, 3, 7})
    ASSERT_TRUE(put_object(*store, paths::reader_lease("quick-1", sequence), "x", PutMode::kReplace, {}));
  auto f = facts({"backup_set_3_full"});
  f.id = "quick-1";
  auto lease = take(f);
  EXPECT_EQ(objects(paths::readers()), 1u);
  EXPECT_EQ(leases().at(0).sequence, 8u);
  ASSERT_TRUE(lease->renew({}));
  EXPECT_EQ(objects(paths::readers()), 1u);
  lease->release({});
  EXPECT_EQ(objects(paths::readers()), 0u);
}

TEST_F(CleanupObjects, ALeaseMayOutliveTheWork) {
  auto stays = facts({"backup_set_3_full"}), goes = facts({"piece_d1r1p1"});
  stays.id = "quick-1", goes.id = "restore-1";
  const auto wishes = [&]() -> std::vector<ReaderWish> {
    return {{store, stays, ReaderLeaseTerms{24h, 5min}, true}, {store, goes}};
  };
  auto kept = ReaderLeaseKeeper::hold(wishes(), clock);
  ASSERT_TRUE(kept);
  EXPECT_EQ(leases().size(), 2u);
  kept->reset();
  EXPECT_TRUE(leases().empty()) << "the work failed";
  kept = ReaderLeaseKeeper::hold(wishes(), clock);
  (*kept)->finished();
  kept->reset();
  ASSERT_EQ(leases().size(), 1u);
  EXPECT_EQ(leases()[0].id, "quick-1");
  EXPECT_EQ(leases()[0].expires - leases()[0].granted, 24 * 3600 * kSecond);
}

TEST_F(CleanupObjects, ASourceThatCannotBeWrittenIsAWarning) {
  store->set_hook([](const std::string& operation, const std::string& key) -> Status {
    if (operation == "put") return fail(Code::kPermissionDenied, key, "read only");
    return ok();
  });
  auto kept = ReaderLeaseKeeper::hold({{store, facts({"backup_set_3_full"})}}, clock);
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ((*kept)->held(), 0u);
  ASSERT_EQ((*kept)->warnings().size(), 1u);
  EXPECT_NE((*kept)->warnings()[0].find("no reader lease"), std::string::npos);
  store->set_hook({});
  ASSERT_TRUE(write_tombstone(*store, of_set(3), {}));
  auto refused = ReaderLeaseKeeper::hold({{store, facts({"backup_set_3_full"})}}, clock);
  ASSERT_FALSE(refused) << "what is being deleted must not be read";
  EXPECT_EQ(refused.error().code, Code::kConflict);
}

TEST_F(CleanupObjects, AProcessThatOnlyRestartsLeavesItsLease) {
  auto kept = ReaderLeaseKeeper::hold({{store, facts({"backup_set_3_full"})}}, clock);
  (*kept)->leave();
  kept->reset();
  EXPECT_EQ(leases().size(), 1u);
}

}  // namespace
}  // namespace seabed
