#pragma once
// OPTIONS files as text: sections, deltas between two files, and the few settings that matter here. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/checksum.h"
#include "core/base/status.h"

namespace seabed::rocksdb {
class OptionsRun;
}

namespace seabed::rocksdb_source {

/// A section is a line that begins with '[' and what follows up to the next; what stands before the first is
/// section 0. The parts together are the text, byte for byte.
std::vector<std::string_view> split_sections(std::string_view text);

/// What a later delta needs of a file: its name and the hash of each section.
struct OptionsOutline {
  std::string name;
  std::vector<Hash128> sections;
};
OptionsOutline outline(const std::string& name, std::string_view text);

/// `previous` may be empty (name ""): the whole text.
rocksdb::OptionsRun options_delta(const OptionsOutline& previous, const std::string& name, uint64_t number,
                                  std::string_view text);
/// The text of `run`; `previous` is the text it is a delta against. kCorruption when the hash does not hold,
/// kConflict when `previous_name` is not the file it needs.
Result<std::string> rebuild_options(const rocksdb::OptionsRun& run, const std::string& previous_name,
                                    std::string_view previous);

/// The value of a key in the first section where it stands ("two_write_queues" -> "true"); empty when it does
/// not.
std::string option_value(std::string_view text, std::string_view key);

}  // namespace seabed::rocksdb_source
