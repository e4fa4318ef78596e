#include <gtest/gtest.h>

#include "core/catalog/restore_jobs.h"
#include "core/engine/restore/restore_dictionary.h"
#include "core/engine/restore/restore_log.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::restore {
namespace {

StreamResult stream(Scn lo, Scn hi, Scn next_lo, bool exact = false, uint64_t error = 0) {
  StreamResult s;
  s.outcome.scn_lo = lo;
  s.outcome.scn_hi = hi;
  s.outcome.next_scn_lo = next_lo;
  s.exact = exact;
  s.clock_error_ns = error;
  return s;
}

TEST(CutBound, IsTheWidestLookAroundTheCut) {
  EXPECT_EQ(cut_bound({stream(90, 100, 0)}, 100), 10u);
  EXPECT_EQ(cut_bound({stream(90, 100, 0, false, 3), stream(50, 99, 0)}, 100), 49u);
  // What was left out may have happened long before the cut.
  EXPECT_EQ(cut_bound({stream(90, 91, 60)}, 100), 40u);
  EXPECT_EQ(cut_bound({stream(90, 91, 200)}, 100), 1u);
}

TEST(CutBound, StampsOfTheApplicationMakeItExact) {
  EXPECT_EQ(cut_bound({stream(10, 100, 60, true), stream(1, 99, 70, true)}, 100), 0u);
  EXPECT_EQ(cut_bound({stream(10, 100, 60, true), stream(98, 99, 0)}, 100), 1u);
}

TEST(CutBound, WhatTheDatabaseHoldsBackMakesItUnknown) {
  StreamResult s = stream(90, 100, 0);
  s.unknown_delay = true;
  EXPECT_EQ(cut_bound({s}, 100), kScnMax);
  s.exact = true;
  EXPECT_EQ(cut_bound({s}, 100), 0u);
}

TEST(SafeComponent, HostileNamesAreRefused) {
  for (const char* name : {"db", "#rocksdb", ".rocksdb", "a b"}) EXPECT_TRUE(is_safe_component(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/abs"),
        std::string("a\\b"), std::string("a\nb"), std::string("a\0b", 3), std::string(201, 'x'),
        std::string("seabed_tenant.json"), std::string("x.seabed-standby")})
    EXPECT_FALSE(is_safe_component(name)) << name;
}

TEST(Dictionary, LaterRecordsWin) {
  DictionaryState state;
  meta::DictionaryRecord record;
  auto put = [&](const char* path, const char* content, bool deleted) {
    record.Clear();
    auto* f = record.add_files();
    f->set_path(path);
    f->set_content(content);
    f->set_deleted(deleted);
    apply_record(record, &state);
  };
  put("a", "1", false);
  put("b", "2", false);
  put("a", "3", false);
  put("b", "", true);
  put("never", "", true);
  EXPECT_EQ(state.files, (std::map<std::string, std::string>{{"a", "3"}}));
}

}  // namespace
}  // namespace seabed::restore

namespace seabed::testing_restore {
namespace {

TEST(RestoreCatalog, ShowsTheJobToItsEnd) {
  Rig rig;
  rig.lose_group(1001, 90);
  rig.write_set(1, true, 40, 50);
  rig.write_archive(120);
  auto opened = Catalog::open({.path = rig.base + "/catalog.db"});
  ASSERT_TRUE(opened) << opened.error().message();
  rig.context.catalog = opened->get();
  std::vector<std::string> seen;
  rig.context.at_state = [&](const std::string& state) { seen.push_back(state); };
  ASSERT_FALSE(rig.restore(rig.request()));  // over the gap
  ASSERT_TRUE(rig.restore(rig.request(rig.scn(at(80)))));
  auto rows = (*opened)->get<std::vector<catalog::RestoreJobRow>>(
      [](Transaction& tx) { return catalog::list_restore_jobs(tx); });
  ASSERT_TRUE(rows) << rows.error().message();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].status, "RESTORE_SUCCESS");
  EXPECT_EQ((*rows)[0].restore_scn, at(80));
  EXPECT_EQ((*rows)[0].backup_set_list, "backup_set_1_full");
  EXPECT_EQ((*rows)[0].finish_ls_count, 2u);
  EXPECT_EQ((*rows)[1].status, "RESTORE_FAIL");
  EXPECT_NE((*rows)[1].comment.find("group 90"), std::string::npos) << (*rows)[1].comment;
  EXPECT_EQ(seen.front(), "restore/CREATE_TENANT");
  EXPECT_EQ(seen.back(), "restore/RESTORE_SUCCESS");
}

/// A failed restore goes on where it stopped, as a new job.
TEST(RestoreCatalog, AFailedRestoreMayBeTriedAgain) {
  Rig rig;
  rig.write_set(1, true, 40, 50);
  rig.write_archive(120);
  const std::string log = rig.archive_dir + "/piece_d1002r1p2/logstream_1002/log/1.obarc";
  fs::rename(log, rig.base + "/away");
  auto r = rig.request();
  ASSERT_FALSE(rig.restore(r));
  fs::rename(rig.base + "/away", log);
  rig.adapter.created.clear();
  auto done = rig.restore(r);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(rig.adapter.created.count("000010.sst") == 0) << "whole files are kept";
  EXPECT_EQ(rig.staged(r.directory, 1002), rig.expected(1, 1002, 120));
}

}  // namespace
}  // namespace seabed::testing_restore
