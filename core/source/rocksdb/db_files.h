#pragma once
// Names in a RocksDB directory (RocksDB: file/filename.cc) and listing it. Names come from a directory that
// another program writes: only the shapes below are taken, everything else is passed over.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

enum class DbFileKind { kWal, kSst, kBlob, kManifest, kOptions, kCurrent, kIdentity };

struct DbFileName {
  DbFileKind kind = DbFileKind::kWal;
  uint64_t number = 0;  // 0 for CURRENT and IDENTITY
};

/// "000123.log", "000123.sst" (also .ldb), "000123.blob", "MANIFEST-000005", "OPTIONS-000007", "CURRENT",
/// "IDENTITY". Temporary names (".dbtmp") and numbers of more than 19 digits are none of these.
std::optional<DbFileName> parse_db_file_name(std::string_view name);

/// At least six digits.
std::string padded_number(uint64_t number);
std::string wal_name(uint64_t number);
std::string sst_name(uint64_t number);
std::string blob_name(uint64_t number);
std::string manifest_name(uint64_t number);
std::string options_name(uint64_t number);

/// The MANIFEST number that CURRENT's content names; kCorruption when it names none.
Result<uint64_t> parse_current(std::string_view content);

struct ListedFile {
  DbFileName name;
  std::string text;
};
/// Files of the known shapes in the directory open as `dir` (rewound; not recursive, not sorted).
Result<std::vector<ListedFile>> list_db_files(int dir, const std::string& path);

}  // namespace seabed::rocksdb_source
