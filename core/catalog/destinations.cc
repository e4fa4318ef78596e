#include "core/catalog/destinations.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

std::string kind_name(DestinationKind kind) { return kind == DestinationKind::kData ? "data" : "archive"; }
std::string object(uint64_t dest_id) { return "destination " + std::to_string(dest_id); }
/// What the sealed URI belongs to: it does not open in another row.
std::string seal_context(uint64_t dest_id) { return "destination/" + std::to_string(dest_id); }

/// As stored: the kind is text, the URI sealed.
struct StoredDestination : DestinationRow {
  std::string kind_text, sealed_uri;
};

}  // namespace

template <class V>
void fields(V& v, StoredDestination& r) {
  v("dest_id", r.dest_id), v("tenant_id", r.tenant_id), v("kind", r.kind_text),
      v("dest_identity", r.identity);
  v("path", r.path), v("sealed_uri", r.sealed_uri), v("binding", r.binding);
  v("piece_switch_interval_us", r.piece_switch_interval_us), v("state", r.state), v("is_current", r.current);
  v("created_us", r.created_us), v("check_file", r.check_file), v("last_check_us", r.last_check_us);
}

namespace {

Result<StoredDestination> seal(Transaction& tx, const DestinationRow& row) {
  StoredDestination stored{row, kind_name(row.kind), {}};
  SEABED_TRY(stored.sealed_uri, tx.impl().secrets.seal(row.uri, seal_context(row.dest_id)));
  return stored;
}

Result<DestinationRow> unseal(Transaction& tx, const StoredDestination& stored) {
  DestinationRow row = stored;
  row.kind = stored.kind_text == "data" ? DestinationKind::kData : DestinationKind::kArchive;
  SEABED_TRY(row.uri, tx.impl().secrets.open_text(stored.sealed_uri, seal_context(row.dest_id)));
  return row;
}

Result<std::vector<DestinationRow>> find_all(Transaction& tx, const Where& where, const std::string& tail) {
  SEABED_TRY(auto stored, select_rows<StoredDestination>(tx, "destinations", where, tail));
  std::vector<DestinationRow> rows;
  for (const auto& one : stored) {
    SEABED_TRY(auto row, unseal(tx, one));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::optional<DestinationRow>> find_first(Transaction& tx, const Where& where,
                                                 const std::string& tail = {}) {
  SEABED_TRY(auto rows, find_all(tx, where, tail));
  if (rows.empty()) return std::optional<DestinationRow>();
  return std::optional<DestinationRow>(std::move(rows.front()));
}

Status check_not_taken(Transaction& tx, const DestinationRow& row) {
  SEABED_TRY(auto others, find_destinations(tx, row.identity));
  for (const auto& other : others) {
    if (other.tenant_id == row.tenant_id && other.kind == row.kind) continue;
    return fail(Error{Code::kConflict, row.identity,
                      "is the " + kind_name(other.kind) + " destination " + std::to_string(other.dest_id) +
                          " of tenant " + std::to_string(other.tenant_id),
                      "give a path of its own", 0, 9066});
  }
  return ok();
}

}  // namespace

Result<uint64_t> next_dest_id(Transaction& tx) { return next_id(tx, "destination", 1001); }

Status reserve_dest_id(Transaction& tx, uint64_t dest_id) {
  return reserve_ids(tx, "destination", dest_id);
}

Status insert_destination(Transaction& tx, const DestinationRow& row) {
  SEABED_CHECK(check_not_taken(tx, row));
  if (row.current) SEABED_CHECK(clear_destination(tx, row.tenant_id, row.kind));
  SEABED_TRY(auto stored, seal(tx, row));
  if (!stored.created_us) stored.created_us = now_us();
  return insert_row(tx, "destinations", stored);
}

Result<std::optional<DestinationRow>> current_destination(Transaction& tx, uint64_t tenant_id,
                                                          DestinationKind kind) {
  return find_first(
      tx, Where().eq("tenant_id", num(tenant_id)).eq("kind", kind_name(kind)).eq("is_current", 1LL));
}

Result<std::optional<DestinationRow>> find_destination(Transaction& tx, uint64_t dest_id) {
  return find_first(tx, Where().eq("dest_id", num(dest_id)));
}

Result<std::vector<DestinationRow>> find_destinations(Transaction& tx, const std::string& identity) {
  return find_all(tx, Where().eq("dest_identity", identity), "ORDER BY dest_id DESC");
}

Result<std::vector<DestinationRow>> list_destinations(Transaction& tx, uint64_t tenant_id) {
  return find_all(tx, Where().eq("tenant_id", num(tenant_id)), "ORDER BY dest_id");
}

Status update_destination(Transaction& tx, const DestinationRow& row) {
  SEABED_TRY(auto stored, seal(tx, row));
  Where where = Where().eq("dest_id", num(row.dest_id)).eq("dest_identity", row.identity);
  SEABED_TRY(long long found, update_rows(tx, "destinations", stored, where));
  if (found == 1) return ok();
  return fail(Code::kNotFound, object(row.dest_id), "is not at " + row.identity);
}

Status set_destination_state(Transaction& tx, uint64_t dest_id, const std::string& expected,
                             const std::string& state) {
  SEABED_TRY(long long found, execute(tx, "UPDATE destinations SET state = ? WHERE dest_id = ? AND state = ?",
                                      {state, num(dest_id), expected}));
  if (found == 1) return ok();
  return fail(Code::kConflict, object(dest_id), "is not in state " + expected);
}

Status clear_destination(Transaction& tx, uint64_t tenant_id, DestinationKind kind) {
  SEABED_CHECK(execute(tx, "UPDATE destinations SET is_current = 0 WHERE tenant_id = ? AND kind = ?",
                       {num(tenant_id), kind_name(kind)}));
  return ok();
}

Status reuse_destination(Transaction& tx, const DestinationRow& row) {
  SEABED_CHECK(clear_destination(tx, row.tenant_id, row.kind));
  DestinationRow again = row;
  again.current = true;
  return update_destination(tx, again);
}

}  // namespace seabed::catalog
