#pragma once
// Which life of a database this is. A new round continues the life that is on record in the pin directory
// unless the database was restored (seabed.state tells), replaced (another IDENTITY) or went back (lower
// counters in its MANIFEST, as after an operating-system crash). docs/decisions/ has the why.

#include <cstdint>
#include <string>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

struct LifeRecord {
  uint64_t incarnation = 0;  // 0: no record
  std::string identity;      // content of IDENTITY
  uint64_t next_file_number = 0, last_sequence = 0;
};

/// The incarnation of a database with facts `now` (its incarnation field is not looked at). `restored_from`:
/// what seabed.state says, 0 without one.
uint64_t next_incarnation(const LifeRecord& record, const LifeRecord& now, uint64_t restored_from);

/// Facts of the directory as it is; kNotFound and kCorruption as ManifestReader.
Result<LifeRecord> look_at_life(const std::string& directory);
/// "<pin_directory>/incarnation.json"; an unreadable one counts as none.
LifeRecord read_life(const std::string& pin_directory);
Status write_life(const std::string& pin_directory, const LifeRecord& record);
/// from_incarnation of an activated restore, 0 when the directory is none.
uint64_t restored_from(const std::string& directory);

}  // namespace seabed::rocksdb_source
