#include "tail_archive.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/fd.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::test {

using namespace seabed::rocksdb_source;
namespace fs = std::filesystem;

bool TailArchive::take(LogTail& tail, uint64_t max_bytes) {
  auto step = tail.step(max_bytes);
  EXPECT_TRUE(step) << step.error().message();
  if (!step) return false;
  for (LogGroup& g : step->groups) groups.push_back(std::move(g));
  for (LogHole& h : step->holes) holes.push_back(std::move(h));
  gap = step->gap;
  complete = step->complete;
  bytes += step->log_bytes;
  return true;
}

bool TailArchive::drain(LogTail& tail, uint64_t max_bytes) {
  for (int i = 0; i < 20000; ++i) {
    const size_t had = groups.size();
    if (!take(tail, max_bytes)) return false;
    if (gap || (complete && groups.size() == had)) return true;
    if (groups.size() == had) ::usleep(1000);
  }
  ADD_FAILURE() << "the tail does not come to an end";
  return false;
}

std::map<uint64_t, std::string> TailArchive::wals() const {
  std::map<uint64_t, std::string> out;
  for (const LogGroup& g : groups) {
    if (g.type != GroupType::kLog) continue;
    const auto run = decode_wal_run(g.payload);
    EXPECT_TRUE(run);
    std::string& file = out[run->wal_number];
    EXPECT_EQ(file.size(), run->offset);
    file.append(run->data);
  }
  return out;
}

Status TailArchive::check(std::vector<LogHole>* found, const std::string& recovery) const {
  LogContinuity checker(recovery);
  for (const LogGroup& g : groups) SEABED_CHECK(checker.add(g, found));
  return ok();
}

void TailArchive::expect_well_formed() const {
  Scn last = 0;
  Lsn position;
  for (const LogGroup& g : groups) {
    EXPECT_GT(g.scn_hi, last);
    EXPECT_LE(g.scn_lo, g.scn_hi);
    EXPECT_LE(g.begin, g.end);
    EXPECT_GE(g.begin, position);
    last = g.scn_hi;
    position = g.end;
  }
}

std::map<uint64_t, std::string> wal_files_of(const std::string& directory) {
  std::map<uint64_t, std::string> out;
  // A file may move to the archive folder meanwhile: the place it comes from first.
  for (const std::string& folder : {directory, directory + "/archive"}) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
      const auto name = parse_db_file_name(entry.path().filename().string());
      if (!name || name->kind != DbFileKind::kWal) continue;
      if (auto bytes = read_file(entry.path().string(), 1 << 30)) out[name->number] = std::move(*bytes);
    }
  }
  return out;
}

void expect_same_wals(const TailArchive& archive, const std::string& directory, bool whole) {
  const auto ours = archive.wals();
  const auto theirs = wal_files_of(directory);
  ASSERT_FALSE(ours.empty());
  for (const auto& [number, bytes] : ours) {
    ASSERT_TRUE(theirs.contains(number)) << number;
    const std::string& file = theirs.at(number);
    ASSERT_LE(bytes.size(), file.size()) << number;
    EXPECT_TRUE(file.starts_with(bytes)) << "WAL " << number << " differs";
    if (whole) {
      EXPECT_EQ(bytes.size(), file.size()) << number;
    }
  }
  for (const auto& [number, bytes] : theirs) {
    const bool expected = whole && number >= ours.begin()->first && !bytes.empty();
    EXPECT_TRUE(!expected || ours.contains(number)) << "WAL " << number << " is missing";
  }
}

}  // namespace seabed::test
