#pragma once
// The catalog: what operators decide and what happened (design.md section 7). SQLite through SOCI; the SQL is kept
// portable. A cache of the media as far as jobs, rounds, pieces and sets go: losing it loses no backup.
//
// Use: rows are plain structs in the files beside this one (tenants.h, destinations.h, rounds.h …), each with
// insert/find/list/update functions over a Transaction:
//   catalog.transact([&](Transaction& tx) -> Status {
//     SEABED_TRY(auto round, catalog::newest_round(tx, tenant_id));
//     …
//     return catalog::update_round(tx, *round, "BEGINNING");   // kConflict when the row is in another status by now
//   });
// Everything in one call commits or nothing does. Times named *_us are microseconds since the epoch, *_scn nanoseconds.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

/// One open transaction; valid inside the callback of Catalog::transact only, on its thread only.
class Transaction {
 public:
  struct Impl;                       // sql.h: for the .cc files of this folder
  explicit Transaction(Impl& impl) : impl_(impl) {}
  Transaction(const Transaction&) = delete;
  Impl& impl() { return impl_; }

 private:
  Impl& impl_;
};

struct CatalogOptions {
  std::string path;                  // absolute; created with mode 0600 when missing
  std::string key_path;              // host key for secrets, mode 0600; empty: <path>.key. Created when missing
  int busy_timeout_ms = 10'000;
  bool read_only = false;            // no lock, no migration: for views beside a running engine
  uint64_t max_bytes = 0;            // the file grows no further (kNoSpace); 0: no limit
};

/// Thread-safe: transactions of one Catalog run one at a time. Only one writer process owns a catalog file: the second
/// open gets kConflict naming the owner's process ("<path>.lock").
class Catalog {
 public:
  static Result<std::unique_ptr<Catalog>> open(const CatalogOptions& options);
  virtual ~Catalog() = default;
  /// BEGIN IMMEDIATE, body, COMMIT (durable: synchronous=FULL); any error or exception of the body rolls back and is
  /// returned. Never call it from inside a body (kInternal).
  virtual Status transact(const std::function<Status(Transaction&)>& body) = 0;
  virtual const std::string& path() const = 0;

  /// The same for a body that yields a value: `catalog->get<std::vector<RoundRow>>([&](auto& tx) { return …; })`.
  template <class T>
  Result<T> get(const std::function<Result<T>(Transaction&)>& body) {
    std::optional<T> value;
    SEABED_CHECK(transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto got, body(tx));
      value = std::move(got);
      return ok();
    }));
    return std::move(*value);
  }
};

namespace catalog {

/// Opaque bytes in a row (kept as hex text, which sorts like the bytes).
struct Opaque {
  std::string bytes;
  auto operator<=>(const Opaque&) const = default;
};

/// Column names, and every value as text (NULL as nullopt; what is no UTF-8 as hexadecimal digits).
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// Whom a SELECT is for. CDB_ views are sys's alone; DBA_ views show `tenant_id` its own rows (sys: its parent jobs).
struct SelectScope {
  uint64_t tenant_id = 1;            // 1: sys
};
/// What one SELECT may cost; beyond it kInvalidArgument says so.
struct SelectLimits {
  int time_ms = 5000;
  size_t rows = 100'000, bytes = 64u << 20;
};

/// One SELECT over the OceanBase views (views.h), and nothing else: base tables, PRAGMA, ATTACH and functions that are
/// not known to be harmless are refused by an authorizer. View names may carry `oceanbase.` or `SYS.`. An error's object
/// is the word it is about. kPermissionDenied: a CDB_ view in a tenant's scope.
Result<Table> select(Transaction& tx, const std::string& sql, const SelectScope& scope = {},
                     const SelectLimits& limits = {});

/// The next value of a named counter that never gives a number twice ("set/1002" …); `first` at first use.
Result<uint64_t> next_id(Transaction& tx, const std::string& name, uint64_t first, uint64_t step = 1);
/// The counter gives larger numbers than `used` from now on: a medium knows ids that this catalog does not.
Status reserve_ids(Transaction& tx, const std::string& name, uint64_t used);

}  // namespace catalog
}  // namespace seabed
