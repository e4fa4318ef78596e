// The tree on the medium against the introduction's tree, name by name.

#include <gtest/gtest.h>

#include <regex>

#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::eventually;
using test::DirStore;
using test::Installation;
using test::ScratchDir;

/// The names under log_archive_dest in the introduction, its numbers and times as patterns; and Seabed's own, which are
/// listed in docs/format/tree.md.
struct Name {
  const char* pattern;
  bool every_frozen_piece;
};
const std::vector<Name> kNames = {
    {"check_file/1002_connect_file_\\d{8}T\\d{6}\\.obbak", false},
    {"format\\.obbak", false},
    {"rounds/round_d1001r1_start\\.obarc", false},
    {"rounds/round_d1001r1_end\\.obarc", false},
    {"pieces/piece_d1001r1p(\\d+)_start_\\d{8}T\\d{6}\\.obarc", true},
    {"pieces/piece_d1001r1p(\\d+)_end_\\d{8}T\\d{6}\\.obarc", true},
    {"piece_d1001r1p(\\d+)/piece_d1001r1p\\d+_\\d{8}T\\d{6}_\\d{8}T\\d{6}\\.obarc", true},
    {"piece_d1001r1p(\\d+)/checkpoint/checkpoint\\.\\d{19}\\.obarc", true},
    {"piece_d1001r1p(\\d+)/checkpoint/checkpoint_info\\.0\\.obarc", true},
    {"piece_d1001r1p(\\d+)/single_piece_info\\.obarc", true},
    {"piece_d1001r1p(\\d+)/tenant_archive_piece_infos\\.obarc", true},
    {"piece_d1001r1p(\\d+)/file_info\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1/file_info\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1/log/1\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1/schema_meta/\\d{19}\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1001/file_info\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1001/log/1\\.obarc", true},
    {"leases/logstream_\\d+/\\d{20}\\.\\d{20}\\.obarc", false},
};
/// On media without append a log file is a prefix.
const std::vector<Name> kParts = {
    {"piece_d1001r1p(\\d+)/logstream_1/log/1\\.obarc/@APD_PART@FORMAT_META\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1/log/1\\.obarc/@APD_PART@SEAL_META\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1001/log/1\\.obarc/@APD_PART@FORMAT_META\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_1001/log/1\\.obarc/@APD_PART@SEAL_META\\.obarc", true},
    {"piece_d1001r1p(\\d+)/logstream_(?:1|1001)/log/1\\.obarc/@APD_PART@\\d+-\\d+\\.obarc", false},
};
std::vector<Name> tree_of(const DirStore& store) {
  std::vector<Name> names = kNames;
  if (store.capabilities().append) return names;
  std::erase_if(names, [](const Name& name) { return std::string_view(name.pattern).ends_with("/log/1\\.obarc"); });
  names.insert(names.end(), kParts.begin(), kParts.end());
  return names;
}

struct TreeTest : ::testing::Test {
  ScratchDir dir;
  std::unique_ptr<Installation> in;
  ~TreeTest() override {
    if (in) in->stop();
  }
};

TEST_F(TreeTest, EveryNameOfTheIntroductionAndNoOther) {
  in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest", 1, 400);
  DestinationFacts facts{7, "c", 1002, "t", 1, 1001, DestinationUse::kArchive, 1, "UTC", "mysql"};
  ASSERT_TRUE(probe_destination(in->store(), facts, system_clock(), {}));
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(eventually([&] {
    in->write("x");
    size_t frozen = 0;
    for (const auto& p : in->pieces()) frozen += p.status == "FROZEN";
    return frozen >= 3;
  }));
  in->set_mode("NOARCHIVELOG");
  ASSERT_TRUE(eventually([&] { return in->archiver->status().status == "STOP"; })) << in->archiver->status().comment;
  in->stop();

  std::set<uint64_t> frozen;
  for (const auto& p : in->pieces())
    if (p.status == "FROZEN") frozen.insert(p.piece_id);
  ASSERT_GE(frozen.size(), 4u);
  std::map<std::string, std::multiset<uint64_t>> found;
  const auto all = in->store().all();
  const auto names = tree_of(in->store());
  for (const auto& [key, size] : all) {
    bool known = false;
    for (const auto& name : names) {
      std::smatch match;
      if (!std::regex_match(key, match, std::regex(name.pattern))) continue;
      known = true;
      found[name.pattern].insert(match.size() > 1 ? std::stoull(match[1]) : 0);
    }
    EXPECT_TRUE(known) << key << " is in neither tree";
  }
  for (const auto& name : names) {
    EXPECT_FALSE(found[name.pattern].empty()) << name.pattern;
    if (!name.every_frozen_piece) continue;
    for (const uint64_t piece : frozen) EXPECT_EQ(found[name.pattern].count(piece), 1u) << name.pattern << " in piece " << piece;
  }
}

// A source with any number of tables has one log; what could grow with them is the number of groups, not of files.
TEST_F(TreeTest, FilesDoNotGrowWithTheNumberOfRecords) {
  size_t files[2] = {};
  for (int run = 0; run < 2; ++run) {
    const std::string root = dir.path() + "/run" + std::to_string(run);
    in = std::make_unique<Installation>(root, root + "/dest");
    in->set_mode("ARCHIVELOG");
    in->start();
    ASSERT_TRUE(eventually([&] { return in->archiver->status().status == "DOING"; }));
    for (int i = 0; i < (run == 0 ? 1 : 300); ++i) in->write("record of some table;");
    IoContext ctx;
    ASSERT_TRUE(in->archiver->flush(ctx));
    in->stop();
    files[run] = in->store().all().size();
  }
  EXPECT_EQ(files[0], files[1]);
}

TEST_F(TreeTest, LogFilesRollOverAtTheirSize) {
  in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest");
  in->tuning.file_size = 10'000;
  in->set_mode("ARCHIVELOG");
  in->start();
  ASSERT_TRUE(eventually([&] { return in->archiver->status().status == "DOING"; }));
  for (int i = 0; i < 10; ++i) {
    in->write(std::string(5000, 'x'));
    IoContext ctx;
    ASSERT_TRUE(in->archiver->flush(ctx));
  }
  std::map<uint32_t, uint64_t> files;
  for (const auto& [key, size] : in->store().all())
    if (const auto n = paths::parse_log_file("piece_d1001r1p1/logstream_1001/log/", key)) files[*n] += size;
  for (const auto& [n, size] : files) EXPECT_LT(size, 16'000u) << n;
  EXPECT_GE(files.size(), 4u);
  EXPECT_LE(files.size(), 7u);
}

}  // namespace
}  // namespace seabed
