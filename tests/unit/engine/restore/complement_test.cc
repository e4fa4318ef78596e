// BACKUP PLUS ARCHIVELOG: a set with its own log is restored without the archive, to its own end and nowhere else.

#include <gtest/gtest.h>

#include "core/engine/restore/window.h"
#include "core/media/archive_objects.h"
#include "core/media/complement_log.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {
namespace {

constexpr uint64_t kStart = 95, kEnd = 150;   // of set 1: over two pieces

class Complement : public ::testing::Test {
 protected:
  void SetUp() override {
    rig.write_set(1, true, kStart, kEnd);
    rig.write_archive(250);
    archive = medium(rig.archive_dir);
    data = medium(rig.data_dir);
    plan();
    write();
    describe();
  }
  Medium medium(const std::string& dir) { return {*rig.storage->open(*parse_uri("file://" + dir))}; }

  void plan() {
    auto reader = ArchiveReader::open(archive);
    ASSERT_TRUE(reader);
    auto pieces = *reader->pieces();
    ASSERT_GE(pieces.size(), 2u);
    pieces.resize(2);
    ComplementNeed need{.to = at(kEnd)};
    for (uint64_t ls : {1, 1001, 1002}) need.from[ls] = {lsn(kStart), at(kStart - 1)};
    auto planned = plan_complement(archive, pieces, need);
    ASSERT_TRUE(planned) << planned.error().message();
    planned_ = std::move(*planned);
  }
  void write() {
    ComplementWriter writer(archive, data, {1, true}, "UTC", 2 << 20);
    auto done = writer.begin(planned_.front().key());
    ASSERT_TRUE(done) << done.error().message();
    entries.clear();
    for (const auto& piece : planned_) {
      for (const auto& list : piece.files.lists())
        for (const auto& file : list.files()) {
          auto entry = writer.copy_log(piece.key(), list.ls_id(), file, {});
          ASSERT_TRUE(entry) << entry.error().message();
          entries.push_back(*entry);
        }
      done = writer.finish(piece);
      ASSERT_TRUE(done) << done.error().message();
    }
    auto small = writer.small_files();
    ASSERT_TRUE(small);
    entries.insert(entries.end(), small->begin(), small->end());
  }
  /// As the job writes it at the set's end.
  void describe() {
    const std::string key = paths::single_set_info({1, true});
    meta::BackupSetDescriptor d;
    ASSERT_TRUE(data.read_message(key, FileType::kBackupSetInfo, &d));
    d.set_plus_archivelog(true);
    for (const auto& entry : entries) *d.add_files() = entry;
    fs::remove(rig.data_dir + "/" + key);
    ASSERT_TRUE(put_once(*data.store, key, FileType::kBackupSetInfo, d, {}));
  }
  RestoreRequest alone(RestoreTargetPoint until = {}) {
    auto request = rig.request(until);
    request.source.uris = {"file://" + rig.data_dir};
    return request;
  }
  VerifyReport verify() {
    auto report = verify_media(rig.context, {{"file://" + rig.data_dir}}, false, {}, rig.cancel);
    EXPECT_TRUE(report) << report.error().message();
    return report ? *report : VerifyReport{};
  }

  Rig rig;
  Medium archive, data;
  std::vector<ComplementPiece> planned_;
  std::vector<meta::FileEntry> entries;
};

TEST_F(Complement, ASetRestoresAloneToItsOwnEnd) {
  const auto request = alone();
  auto done = rig.restore(request);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->plan.target, at(kEnd));
  for (uint64_t ls : {1001, 1002}) EXPECT_EQ(rig.staged(request.directory, ls), rig.expected(1, ls, kEnd));
}

TEST_F(Complement, NoOtherTargetIsReachedAlone) {
  for (uint64_t second : {kEnd - 1, kEnd + 1}) {
    auto refused = rig.restore(alone(Rig::scn(at(second))));
    ASSERT_FALSE(refused) << second;
    EXPECT_EQ(refused.error().code, Code::kConflict);
  }
  auto later = rig.restore(alone(Rig::scn(at(kEnd + 1))));
  EXPECT_NE(later.error().message().find("its own minimum restore point alone"), std::string::npos)
      << later.error().message();
  auto with_archive = rig.restore(rig.request(Rig::scn(at(200))));
  EXPECT_TRUE(with_archive) << with_archive.error().message();
}

TEST_F(Complement, TheSetsLogIsOnlyWhatItNeeds) {
  ASSERT_EQ(planned_.size(), 2u);
  EXPECT_EQ(planned_.back().piece.checkpoint_scn(), at(kEnd));
  for (const auto& entry : entries) EXPECT_TRUE(entry.key().starts_with("complement_log/")) << entry.key();
}

TEST_F(Complement, VerifyReadsItAndMissesWhatIsGone) {
  for (const auto& f : verify().findings) EXPECT_FALSE(f.error) << f.object << ": " << f.reason;
  EXPECT_EQ(verify().good_sets, std::vector<uint64_t>{1});
  for (const auto& entry : entries) {
    const std::string path = rig.data_dir + "/backup_set_1_full/" + entry.key();
    fs::rename(path, rig.base + "/away");
    auto report = verify_media(rig.context, {{"file://" + rig.data_dir}}, false, {}, rig.cancel);
    bool told = !report;
    if (report)
      for (const auto& f : report->findings) told |= f.error;
    EXPECT_TRUE(told) << path;
    fs::rename(rig.base + "/away", path);
  }
}

TEST_F(Complement, ASecondTryWritesTheSame) {
  std::map<std::string, std::string> first;
  for (const auto& entry : entries) first[entry.key()] = entry.hash128();
  write();
  std::map<std::string, std::string> second;
  for (const auto& entry : entries) second[entry.key()] = entry.hash128();
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace seabed::testing_restore
