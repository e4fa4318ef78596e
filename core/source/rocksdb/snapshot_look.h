#pragma once
// The looks that one snapshot takes, and the snapshot that comes of them.

#include <string>
#include <vector>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/file_identity.h"
#include "core/source/rocksdb/snapshot.h"

namespace seabed::rocksdb_source {

/// An SST or blob file that the frozen MANIFEST says is alive.
struct LiveFile {
  std::string name;
  uint32_t family = 0;
  bool blob = false;
  bool major = false;  // of the lowest level that holds files, or a blob file
  uint64_t size = 0;   // of a blob: known once pinned
  SstFacts sst;
};

/// Every file that is alive in `version`, as it is copied: baseline first. kUnsupported: files under other paths.
Result<std::vector<LiveFile>> live_files(const Version& version, const std::string& directory);

/// JSON for people: comparator, number of files.
std::string tablet_attributes(const ColumnFamilyState& family);

class PinnedSnapshot;

/// Not thread-safe; used inside one take().
class SnapshotLook {
 public:
  SnapshotLook(const SnapshotSettings& settings, int directory, PinDirectory& pins)
      : settings_(settings), directory_(directory), pins_(pins) {}

  /// kConflict after max_looks. Pins stay from look to look; what is no longer alive is unpinned at the end.
  Status until_stable(const CancelToken& cancel);
  /// MANIFEST prefix, OPTIONS, IDENTITY.
  Status add_system_files(std::vector<SnapshotFile>& files);
  const std::vector<LiveFile>& live() const { return live_; }
  /// Everything but files and times: start_replay, recovery, tablets, opening.
  void describe(PinnedSnapshot& snapshot) const;

 private:
  Result<bool> look(int number);
  Status list_wals();
  Result<bool> read_manifest(int number);
  Status collect_live();
  Result<bool> pin_all();
  Result<bool> pin_system(const std::string& name, std::vector<SnapshotFile>& files);
  Result<bool> add_options(std::vector<SnapshotFile>& files);
  uint64_t start_wal() const;
  rocksdb::RecoveryFacts facts(uint64_t incarnation, Scn taken) const;

  const SnapshotSettings& settings_;
  const int directory_;
  PinDirectory& pins_;
  std::unique_ptr<ManifestReader> manifest_;
  std::vector<uint64_t> wals_;  // as listed before the MANIFEST was read; sorted
  std::vector<LiveFile> live_;
  std::map<std::string, uint64_t> pinned_;  // size
  uint64_t copied_bytes_ = 0;
  int looks_ = 0;
  std::string options_name_, options_text_;
};

/// What the engine gets.
class PinnedSnapshot : public Snapshot {
 public:
  explicit PinnedSnapshot(std::shared_ptr<PinDirectory> pins) : pins_(std::move(pins)) {}
  void release(size_t index) override {
    if (index < files.size()) pins_->unpin(files[index].name);
  }
  const std::shared_ptr<PinDirectory>& pins() const { return pins_; }

 private:
  std::shared_ptr<PinDirectory> pins_;
};

}  // namespace seabed::rocksdb_source
