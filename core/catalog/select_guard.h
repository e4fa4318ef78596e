#pragma once
// Internal: while it lives, a session reads the views only, within limits. SQLite asks it for every column, table and
// function of what it compiles (sqlite3_set_authorizer), and now and then while a statement runs.

#include <soci/soci.h>

#include <chrono>
#include <set>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

class SelectGuard {
 public:
  SelectGuard(Transaction& tx, const SelectScope& scope, const SelectLimits& limits);
  ~SelectGuard();
  SelectGuard(const SelectGuard&) = delete;

  /// What was refused first, with the reason; empty object: nothing was.
  const Error& refusal() const { return refusal_; }
  bool out_of_time() const { return std::chrono::steady_clock::now() >= deadline_; }

 private:
  static int ask(void* self, int action, const char* a, const char* b, const char* database, const char* inside);
  static int tick(void* self);
  int decide(int action, const char* a, const char* b, const char* inside);
  int read(const std::string& table, const std::string& column, const char* inside);
  int refuse(const std::string& what, const std::string& reason, Code code = Code::kPermissionDenied);

  Transaction& tx_;
  SelectScope scope_;
  uint64_t earlier_scope_;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<std::pair<int, int>> earlier_limits_;
  std::set<std::string> tables_;   // lower case
  Error refusal_;
};

}  // namespace seabed::catalog
