#include "core/catalog/leases.h"

#include <algorithm>

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, LeaseRow& r) {
  v("dest_id", r.dest_id), v("ls_id", r.ls_id), v("epoch", r.epoch), v("owner", r.owner);
  v("expires_scn", r.expires_scn);
}

namespace {

Where key_of(uint64_t dest_id, uint64_t ls_id) {
  return Where().eq("dest_id", num(dest_id)).eq("ls_id", num(ls_id));
}

std::string lease_name(uint64_t dest_id, uint64_t ls_id) {
  return "lease of log stream " + std::to_string(ls_id) + " at destination " + std::to_string(dest_id);
}

}  // namespace

Result<LeaseRow> acquire_lease(Transaction& tx, uint64_t dest_id, uint64_t ls_id, const std::string& owner,
                               Scn now, Scn expires, uint64_t grace_ns, uint64_t at_least) {
  SEABED_TRY(auto held, find_lease(tx, dest_id, ls_id));
  if (held && !held->owner.empty() && held->owner != owner && held->expires_scn + grace_ns > now) {
    Error error{Code::kConflict,
                lease_name(dest_id, ls_id),
                "is held by " + held->owner,
                "wait until it expires, or stop the other archiver",
                0,
                0};
    error.retry_after_ms =
        static_cast<int>(std::min<uint64_t>((held->expires_scn + grace_ns - now) / 1'000'000 + 1, 3'600'000));
    return fail(std::move(error));
  }
  LeaseRow lease{dest_id, ls_id, std::max(held ? held->epoch : 0, at_least) + 1, owner, expires};
  SEABED_CHECK(replace_row(tx, "leases", lease, key_of(dest_id, ls_id)));
  return lease;
}

Status renew_lease(Transaction& tx, const LeaseRow& lease) {
  Where where = key_of(lease.dest_id, lease.ls_id).eq("epoch", num(lease.epoch)).eq("owner", lease.owner);
  SEABED_TRY(long long found, update_rows(tx, "leases", lease, where));
  if (found == 1) return ok();
  return fail(Code::kFenced, lease_name(lease.dest_id, lease.ls_id),
              "epoch " + std::to_string(lease.epoch) + " of " + lease.owner + " is over");
}

Status release_lease(Transaction& tx, const LeaseRow& lease) {
  Where where = key_of(lease.dest_id, lease.ls_id).eq("epoch", num(lease.epoch)).eq("owner", lease.owner);
  LeaseRow released = lease;
  released.owner.clear();
  SEABED_CHECK(update_rows(tx, "leases", released, where));
  return ok();
}

Result<std::optional<LeaseRow>> find_lease(Transaction& tx, uint64_t dest_id, uint64_t ls_id) {
  return select_one<LeaseRow>(tx, "leases", key_of(dest_id, ls_id));
}

Result<std::vector<LeaseRow>> list_leases(Transaction& tx) {
  return select_rows<LeaseRow>(tx, "leases", {}, "ORDER BY dest_id, ls_id");
}

}  // namespace seabed::catalog
