#include "core/source/rocksdb/db_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kMaxDigits = 19;

std::optional<uint64_t> number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  uint64_t v = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), v);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return v;
}

std::optional<DbFileName> with_number(DbFileKind kind, std::string_view digits) {
  const auto n = number_of(digits);
  if (!n) return std::nullopt;
  return DbFileName{kind, *n};
}
}  // namespace

std::optional<DbFileName> parse_db_file_name(std::string_view name) {
  if (name == "CURRENT") return DbFileName{DbFileKind::kCurrent, 0};
  if (name == "IDENTITY") return DbFileName{DbFileKind::kIdentity, 0};
  if (name.starts_with("MANIFEST-")) return with_number(DbFileKind::kManifest, name.substr(9));
  if (name.starts_with("OPTIONS-")) return with_number(DbFileKind::kOptions, name.substr(8));
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view digits = name.substr(0, dot), suffix = name.substr(dot);
  if (suffix == ".log") return with_number(DbFileKind::kWal, digits);
  if (suffix == ".sst" || suffix == ".ldb") return with_number(DbFileKind::kSst, digits);
  if (suffix == ".blob") return with_number(DbFileKind::kBlob, digits);
  return std::nullopt;
}

std::string padded_number(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits;
}
std::string wal_name(uint64_t n) { return padded_number(n) + ".log"; }
std::string sst_name(uint64_t n) { return padded_number(n) + ".sst"; }
std::string blob_name(uint64_t n) { return padded_number(n) + ".blob"; }
std::string manifest_name(uint64_t n) { return "MANIFEST-" + padded_number(n); }
std::string options_name(uint64_t n) { return "OPTIONS-" + padded_number(n); }

Result<uint64_t> parse_current(std::string_view content) {
  if (content.ends_with('\n')) content.remove_suffix(1);
  const auto name = parse_db_file_name(content);
  if (!name || name->kind != DbFileKind::kManifest)
    return fail(Code::kCorruption, "CURRENT", "names no MANIFEST",
                "give the directory of a RocksDB database; one with an encrypted or custom Env cannot be attached");
  return name->number;
}

Result<std::vector<ListedFile>> list_db_files(int dir, const std::string& path) {
  const int copy = ::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return fail_errno(path, "cannot be listed", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
  if (!stream) {
    const int error = errno;
    ::close(copy);
    return fail_errno(path, "cannot be listed", error);
  }
  std::vector<ListedFile> out;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    if (const auto name = parse_db_file_name(entry->d_name)) out.push_back({*name, entry->d_name});
    errno = 0;
  }
  if (errno != 0) return fail_errno(path, "cannot be listed", errno);
  return out;
}

}  // namespace seabed::rocksdb_source
