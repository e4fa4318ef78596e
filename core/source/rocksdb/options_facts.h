#pragma once
// RocksDB's OPTIONS files as text: read for facts, rewritten for a restored copy. Nothing is handed to the
// library. Format: options/options_parser.cc there; sections in brackets, key=value lines. Pure.

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace seabed::rocksdb {
class RecoveryFacts_Engine;
}

namespace seabed::rocksdb_source {

/// Values of [DBOptions] and [Version], and the names of the column families that have a [CFOptions] section.
struct OptionsFacts {
  std::map<std::string, std::string> version, database;
  std::set<std::string> families;

  std::string get(const std::string& key) const;  // of [DBOptions]; empty when it is not there
};

/// Lines that are no key=value are passed over: a fact that is not there is not known.
OptionsFacts parse_options(std::string_view text);

/// Fills what the continuity check and messages want to know of the engine.
void fill_engine(const OptionsFacts& facts, rocksdb::RecoveryFacts_Engine* out);

/// Without wal_dir, db_log_dir, db_paths and cf_paths: a copy that keeps the original's absolute wal_dir
/// would consume the live database's log (design.md section 5).
std::string without_paths(std::string_view text);

}  // namespace seabed::rocksdb_source
