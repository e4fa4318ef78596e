// The archive of a standby: groups that were stamped elsewhere, through a real round. What is on the medium
// is compared with the groups that the standby holds; killed at every state it goes on, and never archives
// what it cannot read.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "core/base/fd.h"
#include "core/catalog/standbys.h"
#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/restore_job.h"
#include "core/engine/restore/restore_state.h"
#include "core/engine/standby/standby_dictionary.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Installation;
using test::offset_lsn;

constexpr Scn kBase = 1'700'000'000'000'000'000;  // long ago: a clock's stamp would be seen
constexpr Scn kLook = 1'000'000;
constexpr int kDied = 9;

/// Group i of the source: stamps (i, i+1] looks behind the base.
LogGroup group_at(uint64_t i) {
  LogGroup out;
  out.type = i % 7 == 3 ? GroupType::kOptions : GroupType::kLog;
  out.scn_lo = kBase + i * kLook, out.scn_hi = kBase + (i + 1) * kLook;
  out.incarnation = 1;
  out.begin = offset_lsn(i * 100),
  out.end = offset_lsn(out.type == GroupType::kLog ? (i + 1) * 100 : i * 100);
  out.payload = "group " + std::to_string(i) + std::string(i % 5 * 100, '.');
  return out;
}

/// What a standby holds: the first `count` groups, readable up to the last one's stamp.
struct Standby {
  std::atomic<uint64_t> count = 10;
  std::optional<uint64_t> hole;  // this group tells one
  Scn readable() const { return kBase + count * kLook; }
};

class FollowedSource final : public StreamSource {
 public:
  FollowedSource(uint64_t ls, Standby& standby) : ls_(ls), standby_(standby) {}
  uint64_t ls_id() const override { return ls_; }
  std::string describe() const override { return "followed"; }
  Status attach(const std::optional<ArchivedState>& state) override {
    next_ = 0;
    while (state && next_ < standby_.count && group_at(next_).scn_hi <= state->scn_hi) ++next_;
    return ok();
  }
  Result<LogStep> read_step(uint64_t max_bytes) override {
    LogStep step;
    const uint64_t count = standby_.count;
    for (; next_ < count && step.log_bytes < max_bytes; ++next_) {
      LogGroup group = group_at(next_);
      if (standby_.hole == next_) {
        group.type = GroupType::kHole;
        step.holes.push_back({group.scn_lo, group.begin, "a file was ingested", "detail"});
      }
      step.log_bytes += group.payload.size();
      step.groups.push_back(std::move(group));
    }
    step.complete = next_ == count;
    step.clock_before = kBase + count * kLook;
    return step;
  }
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override {
    cancel.wait_for(std::min(timeout, std::chrono::milliseconds(5)));
  }
  void release(const Lsn&) override {}
  std::string resume_state() const override { return {}; }
  Lsn position() const override { return group_at(next_).begin; }
  Result<std::optional<Followed>> followed() override { return Followed{kBase + kLook, standby_.readable()}; }
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken&) override {
    return fail(Code::kUnsupported, "test", "");
  }
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn&) const override { return "there"; }

 private:
  const uint64_t ls_;
  Standby& standby_;
  uint64_t next_ = 0;
};

class FollowedAdapter final : public EngineAdapter {
 public:
  explicit FollowedAdapter(Standby& standby) : standby_(standby) {}
  std::string name() const override { return "file"; }
  Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig&, Clock&) override {
    return fail(Code::kInternal, "test", "a standby has no live database");
  }
  Result<std::unique_ptr<StreamSource>> open_staged(const StreamConfig& config) override {
    return std::make_unique<FollowedSource>(config.ls_id, standby_);
  }
  const LogRules& rules() const override { std::abort(); }
  Result<std::unique_ptr<RestoreTarget>> open_target(const std::string&) override {
    return fail(Code::kUnsupported, "test", "");
  }

 private:
  Standby& standby_;
};

struct StandbyArchive : ::testing::Test {
  test::ScratchDir dir;
  Standby standby;
  std::unique_ptr<FollowedAdapter> adapter;
  std::unique_ptr<Installation> in;

  std::string home() const { return dir.path() + "/t2"; }
  /// The restored tenant's directory, and its role and place in the catalog.
  void make(uint64_t interval_ms = 3'600'000) {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest", 1, interval_ms);
    adapter = std::make_unique<FollowedAdapter>(standby);
    in->context.adapters["file"] = adapter.get();
    if (std::filesystem::exists(home())) return;
    std::filesystem::create_directories(home());
    archive::DictionaryState known;
    known.files["shop/t.frm"] = "first";
    Installation::must(restore::begin_dictionary(home(), known, kBase, archive::encode_lsn({5, 1})));
    stand_at(standby.readable());
    Installation::must(in->catalog->transact([&](Transaction& tx) -> Status {
      SEABED_CHECK(catalog::set_tenant_role(tx, in->tenant.tenant_id, "PRIMARY", "STANDBY"));
      return catalog::put_log_source(tx, {.tenant_id = in->tenant.tenant_id, .directory = home()});
    }));
  }
  void stand_at(Scn scn) {
    restore::RestoreState state;
    state.state = restore::State::kSuccess;
    state.tenant = state.backup_tenant = "t", state.mode = "mysql", state.time_zone = "UTC";
    state.target = state.dictionary_scn = scn;
    state.dictionary_incarnation = 5;
    Installation::must(restore::write_state(home(), state));
  }
  void go_on(uint64_t count) {
    standby.count = count;
    stand_at(standby.readable());
  }
  bool reaches(const std::string& state) {
    return eventually([&] { return in->archiver->status().status == state; });
  }
  bool covers(Scn scn) {
    return eventually([&] { return in->archiver->status().checkpoint_scn >= scn; });
  }
  std::vector<LogGroup> archived(uint64_t ls = 1001) {
    std::vector<LogGroup> out;
    auto store = std::make_shared<test::DirStore>(in->destination);
    auto reader = ArchiveReader::open(Medium{store});
    EXPECT_TRUE(reader);
    auto pieces = reader->pieces();
    EXPECT_TRUE(pieces);
    for (const auto& p : *pieces) EXPECT_FALSE(p.problem) << p.problem->message();
    StreamLog log(Medium{store}, *pieces, ls, {});
    for (LogGroup g;;) {
      auto more = log.next(&g);
      EXPECT_TRUE(more) << more.error().message();
      if (!more || !*more) return out;
      out.push_back(g);
    }
  }
  void expect_all(uint64_t count) {
    const auto got = archived();
    ASSERT_EQ(got.size(), count);
    for (uint64_t i = 0; i < count; ++i) {
      EXPECT_EQ(got[i].scn_lo, group_at(i).scn_lo) << i;
      EXPECT_EQ(got[i].scn_hi, group_at(i).scn_hi) << i;
      EXPECT_EQ(got[i].payload, group_at(i).payload) << i;
    }
  }
  /// A record of its dictionary, as the following keeps it.
  void append_file_record(const std::string& path, const std::string& content, Scn scn, uint64_t n) {
    meta::DictionaryRecord record;
    auto* file = record.add_files();
    file->set_path(path), file->set_content(content);
    LogGroup group;
    group.type = GroupType::kDictionary;
    group.scn_lo = scn - 1, group.scn_hi = scn, group.incarnation = 5;
    group.begin = archive::encode_lsn({5, n}), group.end = archive::encode_lsn({5, n + 1});
    group.payload = record.SerializeAsString();
    Installation::must(restore::append_dictionary(home(), {group}));
  }
  ~StandbyArchive() override {
    if (in) in->stop();
  }
};

TEST_F(StandbyArchive, KeepsTheStampsOfItsSourceAndNeverPassesWhatItCanRead) {
  make();
  std::atomic<bool> beyond = false;
  in->context.at_state = [&](const std::string& state) {
    if (state == "archive/CHECKPOINT") beyond = beyond || in->round()->checkpoint_scn > standby.readable();
  };
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  EXPECT_EQ(in->round()->start_scn, kBase + kLook - 1);
  ASSERT_TRUE(covers(standby.readable())) << in->archiver->status().comment;
  expect_all(10);
  go_on(40);
  ASSERT_TRUE(covers(standby.readable()));
  expect_all(40);
  IoContext io;
  io.deadline = after(30s);
  EXPECT_TRUE(in->archiver->flush(io)) << "what the standby can read is all there is to ship";
  EXPECT_FALSE(beyond);
  EXPECT_EQ(in->archiver->status().checkpoint_scn, standby.readable());
}

TEST_F(StandbyArchive, ALogOfManyPiecesIsArchivedInItsOwnTime) {
  standby.count = 35;
  make(10);  // ten looks a piece
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(covers(standby.readable())) << in->archiver->status().comment;
  expect_all(35);
  EXPECT_TRUE(eventually([&] { return in->pieces().size() >= 4; }));
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(reaches("STOP"));
  for (const auto& piece : in->pieces()) EXPECT_EQ(piece.status, "FROZEN");
  in->set_mode("ARCHIVELOG");  // a new round begins at the same place
  ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  EXPECT_EQ(in->round()->start_scn, kBase + kLook - 1);
}

TEST_F(StandbyArchive, KilledAtEveryStateItGoesOn) {
  for (const char* state :
       {"archive/PREPARE", "archive/START_CHOSEN", "archive/BEGINNING", "archive/CHECKPOINT", "archive/DOING",
        "archive/PIECE_ACTIVE", "archive/PIECE_AVAILABLE", "archive/PIECE_FROZEN"}) {
    make(10);
    in->set_mode("ARCHIVELOG");
    in.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      make(10);
      in->context.at_state = [&](const std::string& now) {
        if (now == state) _exit(kDied);
      };
      in->start();
      for (uint64_t n = standby.count; n < 60; n += 5) {
        go_on(n);
        (void)covers(standby.readable());
      }
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), kDied) << state;
    go_on(60);
    make(10);
    in->start();
    ASSERT_TRUE(covers(standby.readable())) << state << ": " << in->archiver->status().comment;
    expect_all(60);
    in->stop();
    in.reset();
    for (const char* name : {"/a", "/dest", "/t2"}) std::filesystem::remove_all(dir.path() + name);
    standby.count = 10;
  }
}

TEST_F(StandbyArchive, AHoleOfTheSourceIsCarried) {
  standby.hole = 4;
  make();
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(covers(standby.readable()));
  const auto holes = *in->catalog->get<std::vector<catalog::HoleRow>>(
      [&](Transaction& tx) { return catalog::list_holes(tx, in->tenant.tenant_id); });
  ASSERT_EQ(holes.size(), 1u);
  EXPECT_EQ(holes[0].scn_lo, group_at(4).scn_lo);
  EXPECT_EQ(archived()[4].type, GroupType::kHole);
}

TEST_F(StandbyArchive, TheDictionaryIsTheSourcesAtItsStamps) {
  make();
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(covers(standby.readable()));
  append_file_record("shop/t.frm", "second", kBase + 12 * kLook, 1);
  append_file_record("shop/u.frm", "new", kBase + 30 * kLook, 2);     // behind what is settled: not yet
  append_file_record("shop/t.frm", "second", kBase + 12 * kLook, 1);  // a step that is done again
  go_on(20);
  ASSERT_TRUE(covers(standby.readable())) << in->archiver->status().comment;
  ASSERT_EQ(archived(1).size(), 1u);
  EXPECT_EQ(archived(1)[0].scn_hi, kBase + 12 * kLook);
  standby::StandbyDictionary dictionary(home());
  const auto snapshot = dictionary.snapshot(CancelToken());
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ((*snapshot)->taken_scn, standby.readable());
  EXPECT_EQ((*snapshot)->start_replay, archive::encode_lsn({5, 2}));
  go_on(40);
  ASSERT_TRUE(covers(standby.readable()));
  ASSERT_EQ(archived(1).size(), 2u);
  const auto kept = restore::read_dictionary_journal(home(), standby.readable());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->state.files.at("shop/t.frm"), "second");
  EXPECT_EQ(kept->state.files.at("shop/u.frm"), "new");
}

/// A server's files, as the MyRocks adapter puts them.
struct PlainFiles final : TenantSource {
  Result<TenantFacts> look() override { return TenantFacts{}; }
  Status restore_files(const std::map<std::string, std::string>& files,
                       const std::string& directory) override {
    for (const auto& [path, content] : files) {
      std::filesystem::create_directories(std::filesystem::path(directory + "/" + path).parent_path());
      SEABED_CHECK(write_file_atomic(directory + "/" + path, content));
    }
    return ok();
  }
};

TEST_F(StandbyArchive, FilesThatLagBehindTheCutAreFinishedWithoutTheSource) {
  make();
  in->context.open_tenant_source = [](const TenantConfig&) { return std::make_unique<PlainFiles>(); };
  append_file_record("shop/t.frm", "second", kBase + 2 * kLook, 1);
  append_file_record("shop/u.frm", "new", kBase + 3 * kLook, 2);
  append_file_record("shop/v.frm", "behind the cut", kBase + 30 * kLook, 3);
  auto state = **restore::read_state(home());
  state.auxiliary = {"shop/gone.frm"};
  std::filesystem::create_directories(home() + "/shop");
  test::append_file(home() + "/shop/gone.frm", "x");
  state.dictionary_scn = kBase, state.auxiliary_behind = true;
  Installation::must(restore::write_state(home(), state));
  const Status done =
      activate_tenant(in->context, home());  // it has no stream: its files are all there is to do
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(*read_file(home() + "/shop/t.frm"), "second");
  EXPECT_EQ(*read_file(home() + "/shop/u.frm"), "new");
  EXPECT_FALSE(std::filesystem::exists(home() + "/shop/v.frm"));
  EXPECT_FALSE(std::filesystem::exists(home() + "/shop/gone.frm"));
  EXPECT_TRUE((*restore::read_state(home()))->activated);
  EXPECT_FALSE(std::filesystem::exists(home() + "/" + restore::kDictionaryFold));
}

TEST_F(StandbyArchive, ATornRecordOfTheDictionaryIsWrittenAgain) {
  make();
  append_file_record("shop/t.frm", "second", kBase + 2 * kLook, 1);
  test::append_file(home() + "/" + restore::kDictionaryLog, "half of a gro");
  append_file_record("shop/u.frm", "new", kBase + 3 * kLook, 2);
  const auto kept = restore::read_dictionary_journal(home(), kBase + 9 * kLook);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->groups.size(), 2u);
  EXPECT_EQ(kept->state.files.at("shop/u.frm"), "new");
}

}  // namespace
}  // namespace seabed
