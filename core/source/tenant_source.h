#pragma once
// What belongs to a tenant beside its databases: names and auxiliary files (MyRocks' .frm). Feeds log stream 1.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

/// Relative path -> content of the auxiliary files, and names of the tables, at the time of the look.
struct TenantFacts {
  struct Table {
    std::string database, name, attributes;
  };
  std::map<std::string, std::string> files;
  std::vector<Table> tables;
  std::map<std::string, std::string> variables;     // engine's own, for people
  std::vector<std::string> outside;                 // what is not backed up, in words ("InnoDB table a.b", "accounts …")
};

class TenantSource {
 public:
  virtual ~TenantSource() = default;
  /// A cheap look; the caller compares with the last one. Files above 64 MiB or not regular are an error.
  virtual Result<TenantFacts> look() = 0;
  /// Puts auxiliary files back below `directory` (staged beside the databases). Names are checked: relative, no "..".
  virtual Status restore_files(const std::map<std::string, std::string>& files, const std::string& directory) = 0;
};

}  // namespace seabed
