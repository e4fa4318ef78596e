#include "core/source/rocksdb/newest_options.h"

#include <algorithm>
#include <cstdint>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {
namespace {
constexpr size_t kLimit = 256 << 20;
constexpr int kTries = 5;  // a newer file may replace it between listing and reading
}  // namespace

Result<NewestOptions> newest_options(const std::string& directory) {
  SEABED_TRY(const Fd fd, open_directory(directory));
  for (int i = 0; i < kTries; ++i) {
    SEABED_TRY(const auto files, list_db_files(fd.get(), directory));
    uint64_t newest = 0;
    for (const ListedFile& file : files)
      if (file.name.kind == DbFileKind::kOptions) newest = std::max(newest, file.name.number);
    if (newest == 0) break;
    const auto text = read_file(directory + "/" + options_name(newest), kLimit);
    if (text) return NewestOptions{options_name(newest), parse_options(*text)};
    if (text.error().code != Code::kNotFound) return fail(text.error());
  }
  return fail(Code::kNotFound, directory, "holds no OPTIONS file");
}

}  // namespace seabed::rocksdb_source
