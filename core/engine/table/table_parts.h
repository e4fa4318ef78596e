#pragma once
// What a table restore is given beside the context: the engines' access to tables, and where code that may
// abort runs. Injected by tools; outlives every job.

#include <functional>
#include <map>
#include <string>

#include "core/engine/job/context.h"
#include "core/source/table_access.h"

namespace seabed::table {

struct TableParts {
  std::map<std::string, TableAccess*> access;  // by engine
  /// Runs one request of table_work.h in a process of its own and gives its answer. Empty: in this process.
  std::function<Result<std::string>(const std::string& request, const CancelToken& cancel)> worker;
  /// Of a tenant: the option file with which its running server is reached; empty: none is known.
  std::function<std::string(const std::string& tenant)> sql_options;
};

}  // namespace seabed::table
