#include "core/source/rocksdb/manifest_reader.h"

#include <fcntl.h>

#include <algorithm>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/file_owner.h"
#include "core/source/rocksdb/log_framing.h"

namespace seabed::rocksdb_source {
namespace {

constexpr size_t kChunk = 1 << 20;
constexpr size_t kLargestCurrent = 256;

}  // namespace

Result<uint64_t> read_current(int directory, const std::string& path) {
  auto fd = open_beneath(directory, "CURRENT", O_RDONLY);
  if (!fd && fd.error().code == Code::kNotFound)
    return fail(Code::kNotFound, path, "holds no CURRENT file", "give the directory of a RocksDB database");
  if (!fd) return fail(fd.error());
  std::string text(kLargestCurrent, '\0');
  SEABED_TRY(const size_t n, pread_full(fd->get(), text, 0, path + "/CURRENT"));
  text.resize(n);
  SEABED_TRY(const uint64_t number, parse_current(text));
  return number;
}

Result<std::unique_ptr<ManifestReader>> ManifestReader::open(int directory, uint64_t number,
                                                             const std::string& path) {
  SEABED_TRY(Fd fd, open_beneath(directory, manifest_name(number), O_RDONLY));
  SEABED_CHECK(check_owner(fd.get(), manifest_name(number), database_owner(directory)));
  return of(std::move(fd), number, path + "/" + manifest_name(number));
}

std::unique_ptr<ManifestReader> ManifestReader::of(Fd fd, uint64_t number, const std::string& path) {
  return std::unique_ptr<ManifestReader>(new ManifestReader(std::move(fd), path, number));
}

/// Appends up to `more` bytes; false at the end of the file.
Result<bool> ManifestReader::fill(std::string& buffer, uint64_t from, size_t more) {
  const size_t had = buffer.size();
  buffer.resize(had + more);
  SEABED_TRY(const size_t n, pread_full(fd_.get(), std::span(buffer).subspan(had), from + had, path_));
  buffer.resize(had + n);
  return n != 0;
}

Status ManifestReader::read_on() {
  LogParser parser(number_);
  std::string buffer;
  uint64_t base = parsed_;  // offset of buffer[0]
  for (;;) {
    const std::string_view rest = std::string_view(buffer).substr(parsed_ - base);
    const ParseResult got = parser.next(rest, parsed_);
    if (got.outcome == ParseOutcome::kIncomplete) {
      buffer.erase(0, parsed_ - base);
      base = parsed_;
      SEABED_TRY(const bool more, fill(buffer, base, std::max(kChunk, buffer.size())));
      if (!more) return ok();
      continue;
    }
    if (got.outcome == ParseOutcome::kStale) return ok();
    if (got.outcome == ParseOutcome::kUnsupported) return fail(Code::kUnsupported, path_, got.reason);
    if (got.outcome == ParseOutcome::kCorrupt)
      return fail(Code::kCorruption, path_, got.reason + " at " + std::to_string(parsed_),
                  "a database with an encrypted or custom Env cannot be attached");
    if (got.record.kind == RecordKind::kData) SEABED_CHECK(version_.apply(got.record.data, path_));
    parsed_ = got.record.end;
    if (!version_.in_atomic_group()) frozen_ = parsed_;
  }
}

}  // namespace seabed::rocksdb_source
