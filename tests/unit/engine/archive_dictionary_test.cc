// Log stream 1: differences, local log, archive and folds, against a model of what each look saw.

#include <gtest/gtest.h>

#include "core/engine/archive/dictionary_source.h"
#include "core/format/frame.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using archive::apply;
using archive::difference;
using archive::DictionarySource;
using archive::DictionaryState;
using test::eventually;
using test::Installation;
using test::ScratchDir;

DictionaryState some(int n) {
  DictionaryState s;
  for (int i = 0; i < n; ++i) {
    s.files["db/t" + std::to_string(i * n % 7) + ".frm"] = std::string(i, 'x') + std::to_string(n);
    s.facts["parameter/" + std::to_string(i)] = std::to_string(n / 2);
    s.tables[{1001, "db", "t" + std::to_string(i * n % 5)}] = "a" + std::to_string(n);
  }
  return s;
}

TEST(DictionaryState, DifferencesLeadFromAnyStateToAnyOther) {
  for (int a = 0; a < 9; ++a)
    for (int b = 0; b < 9; ++b)
      for (const size_t limit : {size_t(1), size_t(60), SIZE_MAX}) {
        DictionaryState state = some(a);
        for (const auto& record : difference(some(a), some(b), limit)) apply(record, &state);
        EXPECT_EQ(state, some(b)) << a << " to " << b << ", limit " << limit;
      }
  EXPECT_TRUE(difference(some(5), some(5), 1).empty());
}

class ModelTenant final : public TenantSource {
 public:
  Result<TenantFacts> look() override {
    std::lock_guard lock(mutex);
    ++looks;
    if (fail_next) return fail(Code::kIo, "data directory", "cannot be read");
    return facts;
  }
  Status restore_files(const std::map<std::string, std::string>&, const std::string&) override { return ok(); }
  void set(const std::string& path, const std::string& content) {
    std::lock_guard lock(mutex);
    facts.files[path] = content;
  }
  std::mutex mutex;
  TenantFacts facts;
  std::atomic<int> looks = 0;
  std::atomic<bool> fail_next = false;
};

struct DictionaryTest : ::testing::Test {
  ScratchDir dir;
  ModelTenant tenant;
  std::unique_ptr<DictionarySource> source;
  void open() {
    source.reset();
    auto opened = DictionarySource::open(dir.path() + "/ls1", &tenant, system_clock(), 0ms);
    ASSERT_TRUE(opened) << opened.error().message();
    source = std::move(*opened);
  }
  std::vector<LogGroup> step() {
    auto step = source->read_step(1 << 20);
    EXPECT_TRUE(step) << (step ? "" : step.error().message());
    EXPECT_TRUE(step->complete);
    return step ? step->groups : std::vector<LogGroup>();
  }
  /// What comes now lies behind `last`, in another incarnation that tells the whole tenant, also to the next process.
  void expect_new_life(const LogGroup& last) {
    const auto groups = step();
    ASSERT_FALSE(groups.empty());
    DictionaryState told;
    for (const auto& g : groups) {
      EXPECT_NE(g.incarnation, last.incarnation);
      EXPECT_GT(g.begin, last.end);
      EXPECT_GT(g.scn_hi, last.scn_hi);
      meta::DictionaryRecord record;
      ASSERT_TRUE(record.ParseFromString(g.payload));
      apply(record, &told);
    }
    EXPECT_EQ(told.files, tenant.facts.files);
    open();
    ASSERT_TRUE(source->attach(ArchivedState{groups.back().incarnation, groups.back().end, groups.back().scn_hi, {}}));
    EXPECT_TRUE(step().empty()) << "it goes on";
  }
};

TEST_F(DictionaryTest, RecordsFollowEachOtherAndEqualTheModel) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  DictionaryState replayed;
  Lsn end = source->position();
  Scn last = 0;
  for (int i = 0; i < 20; ++i) {
    tenant.set("db/t" + std::to_string(i % 6) + ".frm", "version " + std::to_string(i));
    if (i % 5 == 4) tenant.facts.files.erase("db/t0.frm");
    for (const auto& g : step()) {
      EXPECT_EQ(g.begin, end);
      EXPECT_GT(g.end, g.begin);
      EXPECT_GT(g.scn_hi, last);
      EXPECT_LE(g.scn_lo, g.scn_hi);
      end = g.end;
      last = g.scn_hi;
      meta::DictionaryRecord record;
      ASSERT_TRUE(record.ParseFromString(g.payload));
      apply(record, &replayed);
    }
    EXPECT_EQ(replayed.files, tenant.facts.files);
  }
  EXPECT_TRUE(step().empty()) << "nothing changed";
}

TEST_F(DictionaryTest, TabletsOfOtherStreamsAreIndexedAndOutliveAProcess) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  const auto tables = [this](DictionaryState state = {}) {
    for (const auto& g : step()) {
      meta::DictionaryRecord record;
      EXPECT_TRUE(record.ParseFromString(g.payload));
      apply(record, &state);
    }
    return state;
  };
  source->set_tablets(1001, {{0, "", "default", "{}"}, {4, "", "orders", "{}"}});
  source->set_tablets(1002, {{0, "", "default", "{}"}});
  auto state = tables();
  EXPECT_EQ(state.tables.size(), 3u);
  EXPECT_TRUE(state.tables.contains({1001, "", "orders"}));
  open();   // another process: no stream has told anything yet
  ASSERT_TRUE(source->attach(std::nullopt));
  state = tables(std::move(state));
  EXPECT_EQ(state.tables.size(), 3u) << "what is not told is not forgotten";
  source->set_tablets(1001, {{0, "", "default", "{}"}});
  state = tables(state);
  EXPECT_EQ(state.tables.size(), 2u);
  EXPECT_FALSE(state.tables.contains({1001, "", "orders"}));
}

TEST_F(DictionaryTest, ARestartGivesTheSameRecordsWithTheSameStamps) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  const auto first = step();
  ASSERT_EQ(first.size(), 1u);
  tenant.set("b", "2");
  const auto second = step();
  ASSERT_EQ(second.size(), 1u);
  open();  // the agent died before the second was archived
  ASSERT_TRUE(source->attach(ArchivedState{first[0].incarnation, first[0].end, first[0].scn_hi, {}}));
  tenant.set("c", "3");
  const auto again = step();
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(encode_group(again[0]), encode_group(second[0]));
  EXPECT_EQ(again[1].begin, again[0].end);
}

TEST_F(DictionaryTest, ATornLocalLogIsCutAndGoesOn) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  const auto first = step();
  source.reset();
  test::append_file(dir.path() + "/ls1/log", "SRG1 torn");
  open();
  ASSERT_TRUE(source->attach(ArchivedState{first[0].incarnation, first[0].end, first[0].scn_hi, {}}));
  tenant.set("b", "2");
  ASSERT_EQ(step().size(), 1u);
  open();
  EXPECT_EQ(source->position(), archive::encode_lsn({first[0].incarnation, 2}));
}

TEST_F(DictionaryTest, ALostLocalLogBeginsAnIncarnationWithEverything) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  const auto first = step();
  source.reset();
  std::filesystem::remove_all(dir.path() + "/ls1");
  open();
  ASSERT_TRUE(source->attach(ArchivedState{first[0].incarnation, first[0].end, first[0].scn_hi, {}}));
  const auto again = step();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_GT(again[0].begin, first[0].end);
  EXPECT_GT(again[0].scn_hi, first[0].scn_hi);
}

// A restored machine image: positions that are on the medium must not be given to other records.
TEST_F(DictionaryTest, AnOlderCopyOfTheLocalLogBeginsAnIncarnationWithEverything) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  (void)step();
  source.reset();
  std::filesystem::copy(dir.path() + "/ls1", dir.path() + "/copy");
  open();
  tenant.set("b", "2");
  const auto newer = step();
  ASSERT_EQ(newer.size(), 1u);
  source.reset();
  std::filesystem::remove_all(dir.path() + "/ls1");
  std::filesystem::rename(dir.path() + "/copy", dir.path() + "/ls1");
  open();
  ASSERT_TRUE(source->attach(ArchivedState{newer[0].incarnation, newer[0].end, newer[0].scn_hi, {}}));
  tenant.set("c", "3");
  expect_new_life(newer[0]);
}

// Another machine archived meanwhile, and this one's log was folded into its base long ago.
TEST_F(DictionaryTest, AnotherMachinesEndBeginsAnIncarnationWithWhatTheBaseHolds) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("large", std::string(5 << 20, 'x'));
  const auto mine = step();
  ASSERT_EQ(mine.size(), 1u);
  source->release(mine[0].end);
  ASSERT_LT(std::filesystem::file_size(dir.path() + "/ls1/log"), 100u) << "folded";
  LogGroup theirs = mine[0];
  theirs.scn_hi = system_clock().read().now;
  theirs.end = archive::encode_lsn({theirs.scn_hi, 7});
  open();
  ASSERT_TRUE(source->attach(ArchivedState{theirs.scn_hi, theirs.end, theirs.scn_hi, {}}));
  expect_new_life(theirs);
}

TEST_F(DictionaryTest, AFailedLookIsAnErrorAndNotAnEmptyTenant) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  ASSERT_EQ(step().size(), 1u);
  tenant.fail_next = true;
  EXPECT_FALSE(source->read_step(1 << 20));
  tenant.fail_next = false;
  EXPECT_TRUE(step().empty());
}

TEST_F(DictionaryTest, TheSnapshotIsAFoldOfTheLook) {
  open();
  ASSERT_TRUE(source->attach(std::nullopt));
  tenant.set("a", "1");
  (void)step();
  tenant.set("b", "2");  // not archived yet: the snapshot sees it all the same
  CancelToken cancel;
  auto snapshot = source->snapshot(cancel);
  ASSERT_TRUE(snapshot);
  ASSERT_EQ((*snapshot)->files.size(), 1u);
  auto fd = (*snapshot)->files[0].open();
  ASSERT_TRUE(fd);
  std::string bytes((*snapshot)->files[0].size, '\0');
  ASSERT_EQ(*pread_full(fd->get(), bytes, 0, "fold"), bytes.size());
  const auto body = decode_file(FileType::kSchemaMeta, bytes, "fold");
  ASSERT_TRUE(body);
  meta::DictionaryFold fold;
  ASSERT_TRUE(fold.ParseFromString(*body));
  DictionaryState state;
  apply(fold.state(), &state);
  EXPECT_EQ(state.files, tenant.facts.files);
  EXPECT_EQ(fold.lsn(), (*snapshot)->start_replay.bytes);
  EXPECT_LE(fold.scn(), (*snapshot)->taken_scn);
  for (const auto& g : step()) EXPECT_LE(g.end.bytes, fold.lsn()) << "records behind the fold only";
}

// The file of a table is there before the log that needs it, and so is its stamp, however old the last look is.
TEST_F(DictionaryTest, ArchivedBesideAStreamItsFilesComeFirst) {
  Installation in(dir.path() + "/a", dir.path() + "/dest");
  auto* model = new ModelTenant;
  in.context.open_tenant_source = [&](const TenantConfig&) { return std::unique_ptr<TenantSource>(model); };
  in.tuning.side_file_look = 50ms;
  in.set_mode("ARCHIVELOG");
  in.start();
  ASSERT_TRUE(eventually([&] { return in.archiver->status().status == "DOING"; })) << in.archiver->status().comment;
  for (int i = 0; i < 5; ++i) {
    model->set("db/t" + std::to_string(i) + ".frm", "frm");
    in.write("create table t" + std::to_string(i) + ";");
    CancelToken().wait_for(20ms);
  }
  IoContext ctx;
  ASSERT_TRUE(in.archiver->flush(ctx));
  EXPECT_NE(in.archiver->source(1), nullptr);
  const uint64_t dest = in.dest().dest_id;
  std::map<std::string, Scn> file_stamp, log_stamp;
  const auto scan = [&](uint64_t ls, const std::function<void(LogGroup&)>& visit) {
    ASSERT_TRUE(scan_log_file(in.store(), {in.tenant.tenant_id, dest, 1, ls}, 1, 1, UINT64_MAX, visit, {}));
  };
  scan(1, [&](LogGroup& g) {
    meta::DictionaryRecord record;
    ASSERT_TRUE(record.ParseFromString(g.payload));
    for (const auto& f : record.files()) file_stamp.try_emplace(f.path().substr(3, 2), g.scn_hi);
  });
  std::string text;
  scan(1001, [&](LogGroup& g) {
    text += g.payload;
    for (int i = 0; i < 5; ++i)
      if (text.find("create table t" + std::to_string(i)) != text.npos) log_stamp.try_emplace("t" + std::to_string(i), g.scn_hi);
  });
  ASSERT_EQ(log_stamp.size(), 5u);
  for (const auto& [table, scn] : log_stamp) {
    ASSERT_TRUE(file_stamp.contains(table)) << table;
    EXPECT_LE(file_stamp[table], scn) << table;
  }
  in.stop();
}

}  // namespace
}  // namespace seabed
