#pragma once
// One schema directory of a MariaDB server, looked at cheaply and again and again.

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/source/myrocks/schema_file.h"
#include "core/source/tenant_source.h"

namespace seabed::myrocks {

/// What stat tells of a file; equal means unchanged, once it is not `young`.
struct FileStamp {
  uint64_t inode = 0, size = 0;
  int64_t mtime_ns = 0, ctime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};
FileStamp stamp_of(const struct stat& st);
/// Changed so recently that a second change might leave the same time (granularity of file times).
bool is_young(const FileStamp& stamp);

class SchemaScan {
 public:
  SchemaScan(std::string name) : name_(std::move(name)) {}
  /// Brings the facts up to date; `data_directory` is an open descriptor. kNotFound: the schema is gone.
  Status refresh(int data_directory);
  void collect(TenantFacts& facts) const;

 private:
  struct File {
    FileStamp stamp;
    SchemaFile kind = SchemaFile::kIgnored;
    bool partitioned = false;
    std::string content;  // of what is archived
  };
  Status list(int directory);
  Status read(int directory, const std::string& name, File& file);
  Status reread_options(int directory);
  bool has_innodb_data(std::string_view table) const;

  std::string name_;
  FileStamp stamp_;
  std::map<std::string, File, std::less<>> files_;  // .frm, .par, .TRG, db.opt
  std::vector<std::string> innodb_;                 // names of .ibd files, sorted
};

}  // namespace seabed::myrocks
