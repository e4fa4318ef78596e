// The archiver of one tenant against a log that is a plain file: what is on the medium is compared with that file.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/catalog/sql.h"
#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::append_file;
using test::eventually;
using test::Installation;
using test::read_whole;
using test::ScratchDir;

/// Everything that a restore could read of a stream, up to the checkpoints on the medium.
std::string archived_log(test::Installation& in, uint64_t ls, Scn* last = nullptr) {
  auto store = std::make_shared<test::DirStore>(in.destination);
  auto reader = ArchiveReader::open(Medium{store});
  if (!reader) return "error: " + reader.error().message();
  auto pieces = reader->pieces();
  if (!pieces) return "error: " + pieces.error().message();
  for (const auto& p : *pieces)
    if (p.problem) return "error: " + p.problem->message();
  StreamLog log(Medium{store}, *pieces, ls, {});
  std::string out;
  for (LogGroup g;;) {
    auto more = log.next(&g);
    if (!more) return "error: " + more.error().message();
    if (!*more) return out;
    if (g.type == GroupType::kLog) out += g.payload;
    if (last) *last = g.scn_hi;
  }
}

struct ExecutorTest : ::testing::Test {
  ScratchDir dir;
  std::unique_ptr<Installation> in;
  void make(int streams = 1, uint64_t interval_ms = 3'600'000) {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest", streams, interval_ms);
    in->set_mode("ARCHIVELOG");
  }
  bool reaches(const std::string& state) {
    return eventually([&] { return in->archiver->status().status == state; });
  }
  IoContext io(std::chrono::milliseconds d = 30s) {
    IoContext ctx;
    ctx.deadline = after(d);
    return ctx;
  }
  LsArchiveStatus stream_status(uint64_t ls) {
    for (const auto& s : in->archiver->status().streams)
      if (s.ls_id == ls) return s;
    return {};
  }
  ~ExecutorTest() override {
    if (in) in->stop();
  }
};

TEST_F(ExecutorTest, ALogIsArchivedAndReadBack) {
  make();
  in->write("before the start;");
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  for (int i = 0; i < 50; ++i) in->write("record " + std::to_string(i) + ";");
  const auto flushed = in->archiver->flush(io());
  ASSERT_TRUE(flushed) << flushed.error().message();
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
  EXPECT_GT(in->archiver->status().checkpoint_scn, in->archiver->status().start_scn);
  EXPECT_TRUE(eventually([&] { return in->adapter.sources[1001]->released == read_whole(in->log_path()).size(); }));
}

TEST_F(ExecutorTest, CoveredStampIsBehindTheSnapshotAndBeforeTheCheckpoint) {
  make(2);
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  in->write("x");
  const Scn taken = system_clock().read().now;
  const auto covered = in->archiver->wait_covered(1001, taken, io());
  ASSERT_TRUE(covered) << covered.error().message();
  EXPECT_GE(*covered, taken);
  EXPECT_LE(*covered, in->archiver->status().checkpoint_scn);
  EXPECT_EQ(archived_log(*in, 1001), "x");
}

uint64_t rows_of(Installation& in, const std::string& table) {
  auto count = in.catalog->get<uint64_t>(
      [&](Transaction& tx) { return catalog::query_number(tx, "SELECT count(*) FROM " + table, {}); });
  return count ? *count : ~0ull;
}

/// First cell, as sys; "" for NULL or no row.
std::string text_of(Installation& in, const std::string& sql) {
  auto table = in.catalog->get<catalog::Table>([&](Transaction& tx) { return catalog::select(tx, sql, {}); });
  return table && !table->rows.empty() ? table->rows[0][0].value_or("") : "";
}

TEST_F(ExecutorTest, TheStreamsViewFollowsTheRound) {
  make();
  const auto shown = [&] { return text_of(*in, "SELECT STATUS FROM CDB_OB_LS_LOG_ARCHIVE_PROGRESS WHERE LS_ID = 1001"); };
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("0123456789");
  ASSERT_TRUE(in->archiver->flush(io()));
  ASSERT_TRUE(eventually([&] { return shown() == "DOING"; })) << shown();
  in->set_mode("NOARCHIVELOG");
  in->archiver->wake();
  ASSERT_TRUE(reaches("STOP"));
  EXPECT_EQ(shown(), "STOP");
}

TEST_F(ExecutorTest, TheIndexOfPositionsGrowsWithTheFilesNotWithTime) {
  make();
  in->tuning.catalog_period = 0ms;
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  for (int i = 0; i < 5; ++i) {
    in->write("0123456789");
    ASSERT_TRUE(in->archiver->flush(io()));
    const Scn durable = in->archiver->status().checkpoint_scn;
    ASSERT_TRUE(eventually([&] { return in->round()->checkpoint_scn >= durable; }));
  }
  EXPECT_EQ(rows_of(*in, "stamps WHERE ls_id = 1001"), 1u) << "one log file";
  EXPECT_TRUE(in->archiver->stamp_of(1001, test::offset_lsn(33)));
}

TEST_F(ExecutorTest, StampOfAPositionIsThatOfItsGroup) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  std::vector<Scn> before;
  for (int i = 0; i < 3; ++i) {
    before.push_back(system_clock().read().now);
    in->write("0123456789");
    ASSERT_TRUE(in->archiver->flush(io()));
  }
  for (uint64_t i = 0; i < 3; ++i) {
    const auto stamp = in->archiver->stamp_of(1001, test::offset_lsn(i * 10 + 3));
    ASSERT_TRUE(stamp) << stamp.error().message();
    EXPECT_LE(*stamp, before[i] + 30'000'000'000);
    EXPECT_GT(*stamp, i == 0 ? 0 : before[i - 1]);
  }
  EXPECT_TRUE(in->archiver->stamp_of(1001, test::offset_lsn(30)));
}

TEST_F(ExecutorTest, APositionBeforeTheFirstGroupIsInTheRoundAsLongAsTheRoundBeganThere) {
  make();
  append_file(in->root + "/db1001/nothing", "12345");
  in->write("12345and what follows");
  for (int run = 0; run < 2; ++run) {  // by the archiver that began the round, and by one that found it
    in->start();
    ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
    ASSERT_TRUE(in->archiver->flush(io()));
    const auto stamp = in->archiver->stamp_of(1001, test::offset_lsn(2));
    ASSERT_TRUE(stamp) << stamp.error().message();
    const auto group = in->archiver->stamp_of(1001, test::offset_lsn(5));
    ASSERT_TRUE(group) << group.error().message();
    EXPECT_EQ(*stamp, *group);
    in->stop();
  }
}

TEST_F(ExecutorTest, APositionBeforeTheRoundIsRefused) {
  make();
  in->write("before the round;");
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  ASSERT_TRUE(in->archiver->flush(io()));
  Lsn before = test::offset_lsn(0);
  before.bytes.pop_back();  // shorter: ordered before what the round began with
  const auto stamp = in->archiver->stamp_of(1001, before);
  ASSERT_FALSE(stamp);
  EXPECT_EQ(stamp.error().code, Code::kNotFound);
}

TEST_F(ExecutorTest, RestartGoesOnWithoutRepeatingOrLosing) {
  make();
  for (int run = 0; run < 3; ++run) {
    in->start();
    ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
    in->write("run " + std::to_string(run) + ";");
    ASSERT_TRUE(in->archiver->flush(io()));
    in->stop();
    in->write("down " + std::to_string(run) + ";");
  }
  in->start();
  ASSERT_TRUE(in->archiver->flush(io()) || reaches("DOING"));
  ASSERT_TRUE(reaches("DOING"));
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
  EXPECT_EQ(in->round()->round_id, 1u);
  EXPECT_NE(in->adapter.sources[1001]->attached_resume, "");
}

TEST_F(ExecutorTest, PiecesSwitchFreezeAndKeepTheLogWhole) {
  make(2, 300);
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  ASSERT_TRUE(eventually([&] {
    in->write("tick;");
    CancelToken().wait_for(7ms);
    size_t frozen = 0;
    for (const auto& p : in->pieces()) frozen += p.status == "FROZEN";
    return frozen >= 4;
  }));
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
  const auto pieces = in->pieces();
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].end_scn, pieces[i + 1].start_scn);
    EXPECT_EQ(pieces[i].checkpoint_scn, pieces[i].status == "FROZEN" ? pieces[i].end_scn : pieces[i].checkpoint_scn);
  }
}

TEST_F(ExecutorTest, NoarchivelogEndsTheRoundAndTheNextOneBegins) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("one;");
  ASSERT_TRUE(in->archiver->flush(io()));
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP")) << in->archiver->status().comment;
  EXPECT_EQ(in->pieces().back().status, "FROZEN");
  in->set_mode("ARCHIVELOG");
  ASSERT_TRUE(eventually([&] { return in->archiver->status().round_id == 2 && in->archiver->status().status == "DOING"; }));
  EXPECT_EQ(in->round()->base_piece_id, 2u);
}

TEST_F(ExecutorTest, AWaiterIsToldOfTheRoundThatItNamesAndOfNoOther) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("one;");
  ASSERT_TRUE(in->archiver->flush(io()));
  const auto first = in->archiver->status();
  const RoundRef round{first.dest_id, first.round_id};
  EXPECT_TRUE(in->archiver->wait_stamp(round, 1001, first.checkpoint_scn, io()));
  in->set_state("ENABLE", "DEFER");
  ASSERT_TRUE(reaches("SUSPEND"));
  EXPECT_TRUE(in->archiver->wait_checkpoint(round, first.checkpoint_scn, io())) << "what it reached it has";
  EXPECT_EQ(in->archiver->wait_checkpoint(round, kScnMax, io()).error().code, Code::kConflict);
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP"));
  in->set_state("DEFER", "ENABLE");
  in->set_mode("ARCHIVELOG");
  ASSERT_TRUE(eventually([&] { return in->archiver->status().round_id == 2 && in->archiver->status().status == "DOING"; }));
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(in->archiver->wait_checkpoint(round, 1, io()).error().code, Code::kConflict) << "the next one holds other log";
  EXPECT_EQ(in->archiver->wait_stamp(round, 1001, 1, io()).error().code, Code::kConflict);
  EXPECT_TRUE(in->archiver->wait_checkpoint({round.dest_id, 2}, 1, io()));
}

/// A round that ended while its medium was away.
struct ForcedTest : ExecutorTest {
  void stop_by_force() {
    make();
    in->tuning.stop_patience = 20ms;
    in->start();
    ASSERT_TRUE(reaches("DOING"));
    in->write("what is there;");
    ASSERT_TRUE(in->archiver->flush(io()));
    in->store().set_hook([](const std::string&, const std::string& key) -> Status {
      return fail(Code::kUnavailable, key, "is away");
    });
    in->set_mode("NOARCHIVELOG");
    ASSERT_TRUE(reaches("STOP")) << in->archiver->status().comment;
    ASSERT_EQ(in->pieces().back().status, "ACTIVE");
    EXPECT_NE(in->round()->comment.find("by force"), std::string::npos);
  }
  void expect_frozen() {
    const auto piece = in->pieces().front();
    EXPECT_EQ(piece.status, "FROZEN");
    EXPECT_EQ(piece.file_status, "AVAILABLE");
    EXPECT_GT(piece.output_bytes, 0u);
    EXPECT_EQ(archived_log(*in, 1001).substr(0, 14), "what is there;");   // the fake's next round reads its log anew
  }
};

TEST_F(ForcedTest, ItsLastPieceIsFrozenWhenTheMediumIsBack) {
  stop_by_force();
  EXPECT_FALSE(freeze_forced_rounds(in->context, in->tenant.tenant_id)) << "still away";
  EXPECT_EQ(in->pieces().back().status, "ACTIVE");
  in->store().set_hook({});
  ASSERT_TRUE(eventually([&] {   // its lease, which nobody could release, runs out
    return freeze_forced_rounds(in->context, in->tenant.tenant_id).has_value();
  }));
  expect_frozen();
  EXPECT_EQ(in->round()->status, "STOP");
  EXPECT_EQ(in->round()->comment, "");
  EXPECT_TRUE(freeze_forced_rounds(in->context, in->tenant.tenant_id)) << "nothing is left";
}

TEST_F(ForcedTest, ItsLastPieceIsFrozenBeforeTheNextRoundBeginsThere) {
  stop_by_force();
  in->store().set_hook({});
  in->set_mode("ARCHIVELOG");
  ASSERT_TRUE(eventually([&] { return in->archiver->status().round_id == 2 && in->archiver->status().status == "DOING"; }))
      << in->archiver->status().comment;
  ASSERT_EQ(in->pieces().size(), 2u);
  expect_frozen();
  EXPECT_TRUE(freeze_forced_rounds(in->context, in->tenant.tenant_id)) << "and the running one is left alone";
  EXPECT_EQ(in->archiver->status().status, "DOING");
}

TEST_F(ExecutorTest, DeferSuspendsAndEnableGoesOnInTheSameRound) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("one;");
  ASSERT_TRUE(in->archiver->flush(io()));
  in->set_state("ENABLE", "DEFER");
  ASSERT_TRUE(reaches("SUSPEND")) << in->archiver->status().comment;
  in->write("while suspended;");
  EXPECT_EQ(in->archiver->wait_covered(1001, 1, io()).error().code, Code::kConflict);
  in->set_state("DEFER", "ENABLE");
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(in->round()->round_id, 1u);
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
}

TEST_F(ExecutorTest, MandatoryKeepsTheLogAsLongAsTheRoundGoesOn) {
  make();
  const auto bind = [&](const std::string& binding) {
    in->must(in->catalog->transact([&](Transaction& tx) {
      auto row = in->dest();
      row.binding = binding;
      return catalog::update_destination(tx, row);
    }));
    in->archiver->wake();
  };
  const auto kept = [&](int wanted) { return eventually([&] { return in->adapter.sources[1001]->kept == wanted; }); };
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  EXPECT_TRUE(kept(0)) << "Optional";
  bind("Mandatory");
  EXPECT_TRUE(kept(1));
  in->set_state("ENABLE", "DEFER");
  ASSERT_TRUE(reaches("SUSPEND"));
  EXPECT_EQ(in->adapter.sources[1001]->kept, 1) << "a pause gives nothing up";
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP"));
  EXPECT_TRUE(kept(0)) << "nobody would ever release it";
}

TEST_F(ExecutorTest, AGapInterruptsAndKeepsWhatWasBefore) {
  make(2);
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("good;", 1002);
  ASSERT_TRUE(in->archiver->flush(io()));
  append_file(in->root + "/db1002/gap", "x");
  ASSERT_TRUE(reaches("INTERRUPTED"));
  const auto row = in->round();
  EXPECT_NE(row->comment.find("1002"), std::string::npos) << row->comment;
  EXPECT_NE(row->comment.find("000042.log"), std::string::npos) << row->comment;
  EXPECT_EQ(in->archiver->wait_covered(1001, 1, io()).error().code, Code::kGap);
  EXPECT_EQ(archived_log(*in, 1002), "good;");
  const auto told = ArchiveReader::open(Medium{std::make_shared<test::DirStore>(in->destination)})->pieces();
  ASSERT_EQ(told->back().gaps.size(), 1u) << "on the medium, too";
  EXPECT_EQ(told->back().gaps[0].ls_id(), 1002u);
  EXPECT_EQ(told->back().gaps[0].scn_lo(), told->back().descriptor.checkpoint_scn());
  EXPECT_EQ(told->back().gaps[0].reason(), row->comment);
  EXPECT_TRUE(told->back().holes.empty());
  std::filesystem::remove(in->root + "/db1002/gap");
  CancelToken().wait_for(200ms);
  EXPECT_EQ(in->archiver->status().status, "INTERRUPTED") << "it never ends by itself";
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP")) << in->archiver->status().comment;
  EXPECT_EQ(archived_log(*in, 1002), "good;");
}

/// Of the newest log file of the stream: the file, or its first part where there is no append.
std::string newest_header(const std::string& root) {
  std::string newest;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string();
    const bool part = path.find("@APD_PART@") != path.npos, first = path.find("@APD_PART@0-") != path.npos;
    if (entry.is_regular_file() && path.find("logstream_1001/log/") != path.npos && part == first)
      newest = std::max(newest, path);
  }
  return newest;
}

TEST_F(ExecutorTest, ADamagedHeaderOfTheNewestFileInterruptsAndNamesTheFile) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  in->write("0123456789");
  ASSERT_TRUE(in->archiver->flush(io()));
  in->stop();
  const std::string header = newest_header(in->destination);
  ASSERT_FALSE(header.empty());
  std::string bytes = read_whole(header);
  bytes.at(bytes.size() > 60 ? 60 : bytes.size() / 2) ^= 0x10;
  std::ofstream(header, std::ios::binary | std::ios::trunc) << bytes;
  in->start();
  ASSERT_TRUE(reaches("INTERRUPTED")) << in->archiver->status().status << ": " << in->archiver->status().comment;
  const size_t name = header.find("logstream_1001/log/");
  const std::string file = header.substr(name, header.find(".obarc") + 6 - name);
  EXPECT_NE(in->archiver->status().comment.find(file), std::string::npos) << in->archiver->status().comment;
}

TEST_F(ExecutorTest, AHoleIsOnTheMediumBeforeTheCheckpointPassesItAndIsBridged) {
  make();
  std::atomic<int> bridges = 0;
  in->tuning.bridge_pause = 50ms;
  in->tuning.bridge_factor = 1;
  in->bridge = [&](uint64_t tenant, const CancelToken&) -> Status {
    ++bridges;
    return in->catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto holes, catalog::list_holes(tx, tenant, "OPEN"));
      for (auto& h : holes) {
        h.status = "CLOSED";
        SEABED_CHECK(catalog::update_hole(tx, h, "OPEN"));
      }
      return ok();
    });
  };
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  append_file(in->root + "/db1001/hole", "x");
  ASSERT_TRUE(eventually([&] { return bridges == 1; }));
  EXPECT_EQ(in->archiver->status().status, "DOING");
  size_t objects = 0;
  for (const auto& [key, size] : in->store().all()) objects += key.find("/holes/hole_ls1001_") != std::string::npos;
  EXPECT_EQ(objects, 1u);
  CancelToken().wait_for(300ms);
  EXPECT_EQ(bridges, 1) << "a closed hole asks for nothing more";
}

TEST_F(ExecutorTest, ALogThatNeverSettlesIsSnapshotOnlyAcrossRestarts) {
  make();
  in->tuning.bridge_pause = 20ms;
  in->tuning.bridge_factor = 0;
  in->tuning.catalog_period = 0ms;
  in->tuning.bridges_until_snapshot_only = 2;
  std::atomic<bool> meets = true;
  std::atomic<int> bridges = 0;
  in->bridge = [&](uint64_t tenant, const CancelToken& cancel) -> Status {
    ++bridges;
    while (meets && in->archiver->status().snapshot_only() && !cancel.wait_for(5ms)) continue;   // as long as it is looked at
    const uint64_t known = rows_of(*in, "holes");
    if (meets) append_file(in->root + "/db1001/hole", "x");
    while (meets && rows_of(*in, "holes") == known && !cancel.wait_for(5ms)) continue;
    IoContext until = io();
    until.cancel = &cancel;
    for (int looks = 0; meets && looks < 2; ++looks) {   // the second began when the hole was published
      in->write("x");
      (void)in->archiver->wait_covered(1001, system_clock().read().now, until);
    }
    return in->catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto holes, catalog::list_holes(tx, tenant, "OPEN"));
      for (size_t i = 0; i + (meets ? 1 : 0) < holes.size(); ++i) {
        holes[i].status = "CLOSED";
        SEABED_CHECK(catalog::update_hole(tx, holes[i], "OPEN"));
      }
      return ok();
    });
  };
  const auto shown = [&] { return text_of(*in, "SELECT COMMENT FROM CDB_OB_ARCHIVELOG"); };
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  append_file(in->root + "/db1001/hole", "x");
  ASSERT_TRUE(eventually([&] { return in->archiver->status().snapshot_only(); })) << bridges;
  EXPECT_EQ(in->archiver->status().status, "DOING");
  EXPECT_TRUE(shown().starts_with("SNAPSHOT_ONLY")) << shown();
  in->stop();
  const int before = bridges;
  in->start();
  ASSERT_TRUE(eventually([&] { return bridges > before; }));   // the archiver has looked at its holes
  ASSERT_TRUE(reaches("DOING"));
  EXPECT_TRUE(in->archiver->status().snapshot_only()) << "as the last process left it: " << shown();
  meets = false;
  ASSERT_TRUE(eventually([&] { return shown().empty(); })) << "a bridge settled it: " << shown();
}

TEST_F(ExecutorTest, AHoleIsDurableBeforeAnyCheckpointBehindIt) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  std::atomic<bool> broken = true;
  in->store().set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (broken && op == "put" && key.find("/holes/") != std::string::npos) return fail(Code::kUnavailable, key, "down");
    return ok();
  });
  append_file(in->root + "/db1001/hole", "x");
  ASSERT_TRUE(eventually([&] { return !stream_status(1001).error.empty(); }));
  const Scn stands = in->archiver->status().checkpoint_scn;
  CancelToken().wait_for(700ms);
  EXPECT_EQ(in->archiver->status().checkpoint_scn, stands);
  broken = false;
  EXPECT_TRUE(in->archiver->flush(io()));
}

TEST_F(ExecutorTest, AMediumThatFailsForAWhileLosesNothing) {
  make();
  in->tuning.buffer_bytes = 64 << 10;
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  in->write("before;");
  ASSERT_TRUE(in->archiver->flush(io()));
  const Scn before = in->archiver->status().checkpoint_scn;
  std::atomic<bool> down = true;
  in->store().set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (down && op != "list" && op != "read") return fail(Code::kNoSpace, key, "disk full");
    return ok();
  });
  for (int i = 0; i < 100; ++i) in->write(std::string(3000, static_cast<char>('a' + i % 26)));
  ASSERT_TRUE(eventually([&] { return in->archiver->status().comment.find("disk full") != std::string::npos; }));
  CancelToken().wait_for(3s);  // longer than the lease: a new epoch must go on with what is in the buffer
  EXPECT_LT(in->archiver->status().checkpoint_scn - before, 2'000'000'000u);
  EXPECT_EQ(in->archiver->status().status, "DOING");
  EXPECT_LE(stream_status(1001).pending_bytes, (64u << 10) + (300u << 10));
  down = false;
  const auto flushed = in->archiver->flush(io());
  ASSERT_TRUE(flushed) << flushed.error().message() << " " << in->archiver->status().comment;
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
  EXPECT_TRUE(eventually([&] { return in->archiver->status().comment.empty(); })) << in->archiver->status().comment;
}

// The append arrives, its answer is lost, and the medium stays away for longer than the lease: the new epoch must find
// what arrived and not write it, or stamp it, again.
TEST_F(ExecutorTest, WhatArrivedBeforeAnOutageKeepsItsStamp) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  ASSERT_TRUE(in->archiver->flush(io()));
  std::atomic<bool> down = false;
  in->store().set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (down && op != "list" && op != "read") return fail(Code::kUnavailable, key, "no route");
    const bool part = op == "put" && key.find("@APD_PART@") != std::string::npos;
    if ((op == "append" || part) && key.find("logstream_1001") != std::string::npos) {
      in->store().tear_next_append = 1 << 20;
      in->store().lose_next_part = part;
      down = true;
    }
    return ok();
  });
  in->write("arrived;");
  ASSERT_TRUE(eventually([&] { return down.load(); }));
  in->write("in the buffer;");
  CancelToken().wait_for(2500ms);
  in->store().set_hook(nullptr);
  const auto flushed = in->archiver->flush(io());
  ASSERT_TRUE(flushed) << flushed.error().message() << " " << in->archiver->status().comment;
  EXPECT_EQ(archived_log(*in, 1001), "arrived;in the buffer;");
  EXPECT_GE(stream_status(1001).epoch, 2u);
}

TEST_F(ExecutorTest, TornAppendsInTheMiddleKeepOneStampPerPosition) {
  make();
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  for (int i = 0; i < 20; ++i) {
    in->store().tear_next_append = i * 7;
    in->write("record " + std::to_string(i) + ";");
    CancelToken().wait_for(20ms);
  }
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(archived_log(*in, 1001), read_whole(in->log_path()));
}

TEST_F(ExecutorTest, LagTargetHoldsShippingBackUntilSomeoneWaits) {
  make();
  in->must(in->catalog->transact(
      [&](Transaction& tx) { return catalog::set_parameter(tx, in->tenant.tenant_id, "archive_lag_target", "1h"); }));
  in->start();
  ASSERT_TRUE(reaches("DOING"));
  const uint64_t appends = in->store().appends;
  in->write("x");
  CancelToken().wait_for(500ms);
  EXPECT_EQ(in->store().appends, appends);
  ASSERT_TRUE(in->archiver->flush(io()));
  EXPECT_EQ(archived_log(*in, 1001), "x");
}

}  // namespace
}  // namespace seabed
