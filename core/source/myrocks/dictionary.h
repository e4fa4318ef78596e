#pragma once
// MyRocks' data dictionary in the family "__system__" (storage/rocksdb/rdb_datadic.h): 4-byte big-endian
// kind, then what the kind says. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seabed::myrocks {

inline constexpr char kSystemFamily[] = "__system__";

enum DictionaryKind : uint32_t {
  kTableEntry = 1,  // "db.table" (encoded as in file names) -> its indexes
  kIndexInfo = 2,
  kFamilyFlags = 3,
  kBinlogInfo = 4,
  kDropOngoing = 5,
  kIndexStatistics = 6,
  kMaxIndexId = 7,
  kCreateOngoing = 8,
  kAutoIncrement = 9,
};
/// 0: shorter than a kind.
uint32_t kind_of(std::string_view key);

struct IndexId {
  uint32_t family = 0, number = 0;
  auto operator<=>(const IndexId&) const = default;
};
struct TableEntry {
  std::string raw;               // "db.t#P#p0", as it stands
  std::string database, table;   // decoded; of a partition the table it belongs to
  std::vector<IndexId> indexes;  // the primary one first
};
/// nullopt: not such an entry, malformed, of a system schema, or with a name that can be no file of a schema.
std::optional<TableEntry> parse_table_entry(std::string_view key, std::string_view value);
/// The index that an entry of kIndexInfo, kIndexStatistics or kAutoIncrement is about.
std::optional<IndexId> index_of(std::string_view key);
/// First four bytes of every key of an index.
std::string key_prefix(uint32_t index_number);

}  // namespace seabed::myrocks
