#include "core/source/myrocks/schema_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>

#include "core/base/fd.h"
#include "core/source/myrocks/filename_decoding.h"

namespace seabed::myrocks {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint64_t kFileLimit = 64ull << 20;

int64_t nanoseconds(const timespec& t) { return t.tv_sec * kSecond + t.tv_nsec; }

Result<std::vector<std::string>> names_in(int directory, const std::string& name) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(::dup(directory)), &::closedir);
  if (!dir) return fail_errno(name, "cannot be listed", errno);
  ::rewinddir(dir.get());
  std::vector<std::string> out;
  errno = 0;
  while (const dirent* entry = ::readdir(dir.get())) out.emplace_back(entry->d_name);
  if (errno != 0) return fail_errno(name, "cannot be listed", errno);
  return out;
}

}  // namespace

FileStamp stamp_of(const struct stat& st) {
  return {st.st_ino, static_cast<uint64_t>(st.st_size), nanoseconds(st.st_mtim), nanoseconds(st.st_ctim)};
}

bool is_young(const FileStamp& stamp) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now) - std::max(stamp.mtime_ns, stamp.ctime_ns) < 2 * kSecond;
}

Status SchemaScan::refresh(int data_directory) {
  SEABED_TRY(const Fd directory, open_beneath(data_directory, name_, O_RDONLY | O_DIRECTORY));
  struct stat st {};
  if (::fstat(directory.get(), &st) != 0) return fail_errno(name_, "cannot be inspected", errno);
  const FileStamp stamp = stamp_of(st);
  if (stamp == stamp_) return reread_options(directory.get());
  SEABED_CHECK(list(directory.get()));
  stamp_ = is_young(stamp) ? FileStamp{} : stamp;
  return ok();
}

Status SchemaScan::list(int directory) {
  SEABED_TRY(const std::vector<std::string> names, names_in(directory, name_));
  innodb_.clear();
  for (const std::string& name : names)
    if (name.ends_with(".ibd")) innodb_.push_back(name);
  std::sort(innodb_.begin(), innodb_.end());
  std::map<std::string, File, std::less<>> next;
  for (const std::string& name : names) {
    File file;
    file.kind = kind_by_name(name);
    if (file.kind == SchemaFile::kIgnored) continue;
    if (const auto known = files_.find(name); known != files_.end()) file = known->second;
    const Status read_status = read(directory, name, file);
    if (!read_status && read_status.error().code == Code::kNotFound) continue;  // gone since it was listed
    SEABED_CHECK(read_status);
    next.emplace(name, std::move(file));
  }
  files_ = std::move(next);
  return ok();
}

Status SchemaScan::read(int directory, const std::string& name, File& file) {
  const std::string path = name_ + "/" + name;
  SEABED_TRY(const Fd fd, open_beneath(directory, name, O_RDONLY));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail_errno(path, "cannot be inspected", errno);
  const FileStamp stamp = stamp_of(st);
  if (stamp == file.stamp) return ok();
  if (!S_ISREG(st.st_mode)) return fail(Code::kInvalidArgument, path, "is not a regular file");
  if (stamp.size > kFileLimit) return fail(Code::kInvalidArgument, path, "is larger than 64 MiB");
  std::string content(stamp.size, '\0');
  SEABED_TRY(const size_t n, pread_full(fd.get(), content, 0, path));
  content.resize(n);
  if (name.ends_with(".frm")) {
    file.kind = kind_of_frm(content, has_innodb_data(table_part(name)));
    file.partitioned = is_partitioned(content);
  }
  const bool wanted = file.kind == SchemaFile::kRocksTable || file.kind == SchemaFile::kPartitions ||
                      file.kind == SchemaFile::kOptions;
  file.content = wanted ? std::move(content) : std::string();
  file.stamp = is_young(stamp) ? FileStamp{} : stamp;
  return ok();
}

/// ALTER DATABASE writes db.opt in place: the directory's time does not tell.
Status SchemaScan::reread_options(int directory) {
  const auto options = files_.find("db.opt");
  if (options == files_.end()) return ok();
  return read(directory, "db.opt", options->second);
}

bool SchemaScan::has_innodb_data(std::string_view table) const {
  const auto from = std::lower_bound(innodb_.begin(), innodb_.end(), table);
  for (auto it = from; it != innodb_.end() && it->starts_with(table); ++it)
    if (table_part(*it) == table) return true;
  return false;
}

void SchemaScan::collect(TenantFacts& facts) const {
  const std::string schema = decode_filename(name_);
  for (const auto& [name, file] : files_) {
    const std::string path = name_ + "/" + name, table = decode_filename(table_part(name)),
                      shown = schema + "." + table;
    const bool rocks_partitions = file.kind == SchemaFile::kPartitions && [&] {
      const auto frm = files_.find(std::string(table_part(name)) + ".frm");
      return frm != files_.end() && frm->second.kind == SchemaFile::kRocksTable;
    }();
    if (file.kind == SchemaFile::kRocksTable || file.kind == SchemaFile::kOptions || rocks_partitions) {
      if (is_restorable(path))
        facts.files[path] = file.content;
      else
        facts.outside.push_back("file " + path + " (its name cannot be restored safely)");
    }
    if (file.kind == SchemaFile::kRocksTable)
      facts.tables.push_back({schema, table, file.partitioned ? R"({"partitioned":true})" : ""});
    if (file.kind == SchemaFile::kInnodbTable) facts.outside.push_back("InnoDB table " + shown);
    if (file.kind == SchemaFile::kOtherTable)
      facts.outside.push_back("table " + shown + " of another engine");
    if (file.kind == SchemaFile::kView) facts.outside.push_back("view " + shown);
    if (file.kind == SchemaFile::kTrigger) facts.outside.push_back("triggers of table " + shown);
  }
}

}  // namespace seabed::myrocks
