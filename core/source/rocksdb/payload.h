#pragma once
// Payloads of log groups (core/format/rocksdb_payload.proto, docs/format/rocksdb-groups.md). WAL runs are
// coded here by hand, byte for byte as protobuf would, so that megabytes of log are taken as a view. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/source/restore_target.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb {
class Hole;
class ManifestRun;
class OptionsRun;
class RecoveryFacts;
}  // namespace seabed::rocksdb

namespace seabed::rocksdb_source {

/// WalRun as a view: `data` points into the payload.
struct WalRunView {
  uint64_t wal_number = 0, offset = 0, records = 0;
  bool begins_file = false;
  uint64_t previous_wal = 0, previous_length = 0;
  std::string_view data;
};

std::string encode_wal_run(const WalRunView& run);
/// The same in place, for log that was read to where it is to stay: `payload` is kWalRunRoom bytes, then the data. What
/// the numbers do not fill of the room is a field of zeros. `numbers.data` is not looked at.
inline constexpr size_t kWalRunRoom = 72;
void finish_wal_run(const WalRunView& numbers, std::string* payload);
/// kCorruption when it is not one; the view is good as long as `payload`.
Result<WalRunView> decode_wal_run(std::string_view payload);

Result<rocksdb::ManifestRun> decode_manifest_run(std::string_view payload);
Result<rocksdb::OptionsRun> decode_options_run(std::string_view payload);
Result<rocksdb::RecoveryFacts> decode_recovery(std::string_view recovery);

/// A kHole group's payload is LogHole::detail.
LogHole hole_from(const rocksdb::Hole& hole);
Result<LogHole> parse_hole_detail(std::string_view detail);

/// LogRules::covers: an edit without log is covered by a base whose MANIFEST prefix holds it; a sequence jump
/// in WAL n by a base that needs no WAL up to n any more (every column family's log number, or
/// min_log_number_to_keep, above n).
bool base_covers(const std::string& recovery, const LogHole& hole);

}  // namespace seabed::rocksdb_source
