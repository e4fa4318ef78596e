// The archiver after its catalog was lost or put back from an old copy: the log on the medium stays whole, the old round
// gets its end, no number is given twice.

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "core/catalog/events.h"
#include "core/catalog/holes.h"
#include "core/catalog/operator_facts.h"
#include "core/engine/rebuild/rebuild.h"
#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"
#include "core/media/tombstone.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::eventually;
using test::Installation;
using test::ScratchDir;
namespace fs = std::filesystem;

struct RebuildTest : ::testing::Test {
  ScratchDir dir;
  std::unique_ptr<Installation> in;

  void make(uint64_t interval_ms = 3'600'000) {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest", 2, interval_ms);
    in->set_mode("ARCHIVELOG");
  }
  bool reaches(const std::string& state, uint64_t round) {
    return eventually([&] {
      const auto status = in->archiver->status();
      return status.status == state && status.round_id == round;
    });
  }
  void flush() {
    const auto done = in->archiver->flush({.deadline = after(30s)});
    ASSERT_TRUE(done) << done.error().message();
  }
  std::string catalog_path() const { return in->root + "/catalog.db"; }
  void close_catalog() {
    in->stop();
    in->catalog.reset();
    for (const char* tail : {"-wal", "-shm"}) fs::remove(catalog_path() + tail);
  }
  void open_catalog() {
    auto opened = Catalog::open({catalog_path()});
    ASSERT_TRUE(opened) << opened.error().message();
    in->catalog = std::move(*opened);
    in->context.catalog = in->catalog.get();
    Installation::must(in->catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto row, catalog::ensure_tenant(tx, "t", "mysql", "UTC"));
      in->tenant.tenant_id = row.tenant_id;
      return ok();
    }));
    in->context.tenants = {in->tenant};
  }
  void lose_catalog() {
    close_catalog();
    fs::remove(catalog_path());
    open_catalog();
  }
  void put_back(const std::string& copy) {
    close_catalog();
    fs::copy_file(copy, catalog_path(), fs::copy_options::overwrite_existing);
    open_catalog();
  }
  RebuildReport rebuild(bool dry_run = false) {
    RebuildRequest request{.uris = {"file://" + in->destination}, .dry_run = dry_run};
    auto report = rebuild_catalog(in->context, request, CancelToken());
    EXPECT_TRUE(report) << report.error().message();
    in->tenant = in->context.tenants[0];
    return report ? *report : RebuildReport{};
  }
  bool on_medium(const std::string& key) { return fs::exists(in->destination + "/" + key); }

  /// What a restore could read of a stream in one round.
  std::string archived(uint64_t round, uint64_t ls = 1001) {
    auto reader = ArchiveReader::open(Medium{std::make_shared<test::DirStore>(in->destination)});
    auto pieces = reader->pieces();
    if (!pieces) return "error: " + pieces.error().message();
    std::erase_if(*pieces, [&](const PieceFacts& p) { return p.key.round != round; });
    StreamLog log(Medium{std::make_shared<test::DirStore>(in->destination)}, *pieces, ls, {});
    std::string out;
    for (LogGroup g;;) {
      auto more = log.next(&g);
      if (!more) return "error: " + more.error().message();
      if (!*more) return out;
      if (g.type == GroupType::kLog) out += g.payload;
    }
  }
  ~RebuildTest() override {
    if (in) in->stop();
  }
};

TEST_F(RebuildTest, ALostCatalogIsWrittenAgainAndTheOldRoundGetsItsEnd) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1)) << in->archiver->status().comment;
  in->write("first life;");
  flush();
  const std::string old_log = archived(1);
  ASSERT_EQ(old_log, "first life;");
  lose_catalog();
  EXPECT_FALSE(on_medium(paths::round_end(1001, 1)));
  const auto dry = rebuild(true);
  ASSERT_EQ(dry.tenants.size(), 1u);
  EXPECT_FALSE(dry.tenants[0].changes.empty());
  EXPECT_FALSE(in->round());   // a dry run writes nothing
  rebuild();
  ASSERT_TRUE(in->round());
  EXPECT_EQ(in->round()->status, "STOPPING");
  EXPECT_EQ(in->round()->round_id, 1u);
  in->write("while nobody looked;");
  in->start();
  ASSERT_TRUE(reaches("DOING", 2)) << in->archiver->status().comment;
  EXPECT_TRUE(on_medium(paths::round_end(1001, 1)));
  EXPECT_EQ(archived(1), old_log);
  in->write("second life;");
  flush();
  EXPECT_EQ(archived(2), "first life;while nobody looked;second life;");   // a round begins with all the log there is
  const auto pieces = in->pieces();
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].status, "FROZEN");
  EXPECT_EQ(pieces[1].piece_id, pieces[0].piece_id + 1);
}

/// The next id of a job, as whoever begins one gets it.
uint64_t next_job(Catalog& catalog) {
  const auto id = catalog.get<uint64_t>([](Transaction& tx) { return catalog::next_id(tx, "job", 1); });
  EXPECT_TRUE(id) << id.error().message();
  return id ? *id : 0;
}

catalog::OperatorFacts decided(Installation& in) {
  const auto facts = in.catalog->get<catalog::OperatorFacts>(
      [&](Transaction& tx) { return catalog::operator_facts(tx, in.tenant.tenant_id); });
  EXPECT_TRUE(facts) << facts.error().message();
  return facts ? *facts : catalog::OperatorFacts{};
}

TEST_F(RebuildTest, DecisionsAndIdsOfJobsComeBackFromTheLastCheckpoint) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  uint64_t last = 0;
  for (int i = 0; i < 17; ++i) last = next_job(*in->catalog);
  Installation::must(in->catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::add_delete_policy(tx, {in->tenant.tenant_id, "default", "9d"}));
    SEABED_TRY(auto dest, catalog::current_destination(tx, in->tenant.tenant_id, catalog::DestinationKind::kArchive));
    dest->binding = "MANDATORY", dest->piece_switch_interval_us = 172'800'000'000;
    SEABED_CHECK(catalog::operator_decided(tx, in->tenant.tenant_id));
    return catalog::update_destination(tx, *dest);
  }));
  const auto before = decided(*in);
  EXPECT_GE(before.version, 2u);
  in->write("a;");
  flush();
  close_catalog();
  const std::string older = dir.path() + "/older.db";
  fs::copy_file(catalog_path(), older);
  fs::remove(catalog_path());
  open_catalog();
  const auto report = rebuild();
  ASSERT_EQ(report.tenants.size(), 1u);
  for (const std::string& problem : report.tenants[0].problems) EXPECT_EQ(problem.find("policy"), problem.npos) << problem;
  const auto back = decided(*in);
  EXPECT_EQ(back.policies, before.policies);
  EXPECT_EQ(back.binding, "MANDATORY");
  EXPECT_EQ(back.piece_switch_interval_us, 172'800'000'000u);
  EXPECT_EQ(back.version, before.version);
  EXPECT_GT(next_job(*in->catalog), last) << "an id that was given is never given again";
  EXPECT_TRUE(rebuild().tenants[0].changes.empty()) << "a second time nothing is left out again";
  // A later decision; then a catalog of before it is put back: the medium's word is the newer one.
  in->start();
  ASSERT_TRUE(reaches("DOING", 2)) << in->archiver->status().comment;
  Installation::must(in->catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::drop_delete_policy(tx, in->tenant.tenant_id, "default"));
    return catalog::add_delete_policy(tx, {in->tenant.tenant_id, "default", "30d"});
  }));
  last = next_job(*in->catalog);
  in->write("b;");
  flush();
  put_back(older);
  EXPECT_EQ(decided(*in).policies.at(0).recovery_window, "9d");
  const auto changes = bring_forward(in->context, in->tenant.tenant_id, MediaKind::kArchive, CancelToken());
  ASSERT_TRUE(changes) << changes.error().message();
  EXPECT_EQ(decided(*in).policies.at(0).recovery_window, "30d");
  EXPECT_GT(next_job(*in->catalog), last);
  // And one that the medium does not know yet stays.
  Installation::must(in->catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::drop_delete_policy(tx, in->tenant.tenant_id, "default"));
    return catalog::add_delete_policy(tx, {in->tenant.tenant_id, "default", "60d"});
  }));
  ASSERT_TRUE(bring_forward(in->context, in->tenant.tenant_id, MediaKind::kArchive, CancelToken()));
  EXPECT_EQ(decided(*in).policies.at(0).recovery_window, "60d");
}

TEST_F(RebuildTest, ASecondRebuildChangesNothingAlsoBesideTheArchiver) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  lose_catalog();
  rebuild();
  EXPECT_TRUE(rebuild().tenants[0].changes.empty());
  in->start();
  ASSERT_TRUE(reaches("DOING", 2)) << in->archiver->status().comment;
  RebuildRequest request{.tenant = "t", .archiving_here = true};
  auto report = rebuild_catalog(in->context, request, CancelToken());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->tenants[0].changes.empty()) << report->tenants[0].changes[0];
  in->write("goes on;");
  flush();
}

TEST_F(RebuildTest, ATenantTakesTheIdOfItsMedia) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  const uint64_t id = in->tenant.tenant_id;
  close_catalog();
  fs::remove(catalog_path());
  auto opened = Catalog::open({catalog_path()});
  ASSERT_TRUE(opened);
  Installation::must((*opened)->transact([](Transaction& tx) -> Status {   // configured first this time
    SEABED_CHECK(catalog::ensure_tenant(tx, "another", "mysql", "UTC"));
    return ok();
  }));
  opened->reset();
  open_catalog();
  EXPECT_NE(in->tenant.tenant_id, id);
  RebuildRequest live{.uris = {"file://" + in->destination}, .archiving_here = true};
  auto refused = rebuild_catalog(in->context, live, CancelToken());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("stop the agent"), std::string::npos);
  rebuild();
  EXPECT_EQ(in->tenant.tenant_id, id);
  in->start();
  EXPECT_TRUE(reaches("DOING", 2)) << in->archiver->status().comment;
}

TEST_F(RebuildTest, AnOldCopyIsBroughtForwardAndTheRoundGoesOn) {
  make(400);   // a piece each 0.4 s
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  in->write("one;");
  flush();
  in->stop();
  in->catalog.reset();
  fs::copy_file(catalog_path(), dir.path() + "/copy.db");
  open_catalog();
  in->start();
  const uint64_t then = in->round()->used_piece_id;
  ASSERT_TRUE(eventually([&] { return in->round()->used_piece_id > then + 2; }));
  in->write("two;");
  flush();
  const uint64_t used = in->round()->used_piece_id;
  put_back(dir.path() + "/copy.db");
  EXPECT_LT(in->round()->used_piece_id, used);
  in->start();
  ASSERT_TRUE(eventually([&] { return in->round()->used_piece_id > used; })) << in->archiver->status().comment;
  in->write("three;");
  flush();
  EXPECT_EQ(in->round()->round_id, 1u);
  EXPECT_EQ(archived(1), "one;two;three;");
  auto told = in->catalog->get<std::vector<catalog::EventRow>>(
      [](Transaction& tx) { return catalog::list_events(tx, "catalog", "catalog_brought_forward"); });
  ASSERT_TRUE(told && told->size() == 1u);
}

TEST_F(RebuildTest, AnOldCopyThatMissesARoundGivesNoNumberTwice) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  in->stop();
  in->catalog.reset();
  fs::copy_file(catalog_path(), dir.path() + "/copy.db");
  open_catalog();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP", 1));
  in->set_mode("ARCHIVELOG");
  ASSERT_TRUE(reaches("DOING", 2));
  in->write("of round two;");
  flush();
  put_back(dir.path() + "/copy.db");
  EXPECT_EQ(in->round()->round_id, 1u);
  in->start();
  ASSERT_TRUE(reaches("DOING", 3)) << in->archiver->status().comment;
  EXPECT_TRUE(on_medium(paths::round_end(1001, 2)));
  EXPECT_EQ(archived(2), "of round two;");
  const auto pieces = in->pieces();
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[2].piece_id, 3u);
}

TEST_F(RebuildTest, HolesComeBackAndDeletedPiecesDoNot) {
  make(400);
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  test::append_file(in->tenant.streams[0].stream.directory + "/hole", "");
  in->write("x");
  ASSERT_TRUE(eventually([&] { return in->round()->used_piece_id > 3; }));
  in->stop();
  Tombstone gone;
  gone.piece = paths::PieceKey{1001, 1, 2};
  gone.dest_id = 1001, gone.tenant_id = in->tenant.tenant_id;
  ASSERT_TRUE(write_tombstone(in->store(), gone, {}));
  lose_catalog();
  rebuild();
  auto holes = in->catalog->get<std::vector<catalog::HoleRow>>(
      [&](Transaction& tx) { return catalog::list_holes(tx, in->tenant.tenant_id); });
  ASSERT_TRUE(holes && holes->size() == 1u);
  EXPECT_EQ((*holes)[0].reason, "a file was ingested");
  for (const auto& piece : in->pieces())
    EXPECT_EQ(piece.file_status == "DELETING" || piece.file_status == "DELETED", piece.piece_id == 2) << piece.piece_id;
}

TEST_F(RebuildTest, AKillBetweenReadingAndWritingLeavesNothing) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING", 1));
  lose_catalog();
  struct Killed {};
  in->context.at_state = [](const std::string& state) {
    if (state == "rebuild/READ") throw Killed();
  };
  EXPECT_THROW((void)rebuild_catalog(in->context, {.uris = {"file://" + in->destination}}, CancelToken()), Killed);
  EXPECT_FALSE(in->round());
  in->context.at_state = [](const std::string&) {};
  rebuild();
  EXPECT_TRUE(in->round());
}

TEST_F(RebuildTest, DestinationsOfAnotherClusterAndTenantAreRefused) {
  make();
  in->context.cluster_name = "other";
  auto other = rebuild_catalog(in->context, {.uris = {"file://" + in->destination}}, CancelToken());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().ob_error, 9081);
  in->context.cluster_name = "c";
  auto tenant = rebuild_catalog(in->context, {.tenant = "u", .uris = {"file://" + in->destination}}, CancelToken());
  ASSERT_FALSE(tenant);
  EXPECT_EQ(tenant.error().code, Code::kConflict);
  fs::create_directories(dir.path() + "/nothing");
  EXPECT_FALSE(rebuild_catalog(in->context, {.uris = {"file://" + dir.path() + "/nothing"}}, CancelToken()));
  EXPECT_FALSE(rebuild_catalog(in->context, {}, CancelToken()));
}

}  // namespace
}  // namespace seabed
