#pragma once
// Names and state of a staged directory (docs/format/staged-directory.md): what restore writes, activation
// reads and nothing else may open.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "core/base/scn.h"
#include "core/base/status.h"

namespace seabed::rocksdb_source {

inline constexpr char kStateFile[] = "seabed.state";  // the mark that the directory is ours
inline constexpr char kBasePrefix[] =
    "seabed.base.";  // + MANIFEST-<n>, OPTIONS-<n>, IDENTITY as the base has them
inline constexpr char kStagedManifest[] = "seabed.manifest";  // MANIFEST-<n> until activation
inline constexpr char kBlockers[][8] = {"LOCK",
                                        "CURRENT"};  // directories, so that no RocksDB call gets past them

enum class StagedPhase { kFilling, kStandby, kActivated };

/// Kept as JSON in kStateFile; written whole and atomically.
struct StagedState {
  StagedPhase phase = StagedPhase::kFilling;
  std::string manifest;           // "MANIFEST-000123": the name that CURRENT will hold
  uint64_t from_incarnation = 0;  // whose files and log these are; the activated database begins another one
  Scn last_scn_hi = 0;            // of the last group taken
};

/// kNotFound when there is none, kCorruption when it is not what write_state wrote.
Result<StagedState> read_state(const std::string& directory);
Status write_state(const std::string& directory, const StagedState& state);

/// Takes `staged` for a restore: makes it, or empties it of what an earlier attempt of ours wrote there. A
/// directory that is not ours, or holds something that neither Seabed nor a failed open of RocksDB writes, is
/// kConflict. SSTs and blob files named in `keep` stay. Ends with phase kFilling and LOCK and CURRENT
/// blocked.
Status claim_staged(const std::string& staged, uint64_t from_incarnation,
                    const std::set<std::string>& keep = {});
/// Makes CURRENT and LOCK directories: Open, OpenForReadOnly, RepairDB and DestroyDB all fail and delete
/// nothing.
Status block_opening(const std::string& directory);

/// One path component of [A-Za-z0-9._-], not "." or "..", at most 200 bytes.
bool is_plain_name(std::string_view name);
/// A name that a snapshot may bring: SST, blob, WAL, OPTIONS-, MANIFEST-, IDENTITY; never CURRENT, LOCK or
/// ours.
bool is_database_file(std::string_view name);

}  // namespace seabed::rocksdb_source
