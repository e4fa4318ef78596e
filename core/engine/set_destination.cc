#include "core/engine/set_destination.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "core/catalog/events.h"
#include "core/catalog/operator_facts.h"
#include "core/catalog/parameters.h"
#include "core/media/format_file.h"

namespace seabed {
namespace {

using catalog::DestinationKind;
using catalog::DestinationRow;

constexpr uint64_t kSecond = 1'000'000, kDay = 86'400 * kSecond;

IoContext io_of(const EngineContext& context) { return {.deadline = after(context.limits.request_deadline)}; }

/// The least archive_lag_target on media without append; SEABED_TEST_LAG_FLOOR (seconds) lowers it for tests.
uint64_t lag_floor() {
  const char* test = std::getenv("SEABED_TEST_LAG_FLOOR");
  return (test ? std::strtoull(test, nullptr, 10) : 60) * kSecond;
}

/// One archiver at a time needs a create that only one of many wins: without it, no election is possible.
Status check_election(const ObjectStore& store) {
  if (store.capabilities().conditional_put) return ok();
  return fail(Code::kUnsupported, store.describe(),
              "has no conditional create, which keeps two writers of one destination apart",
              "use a medium whose driver offers it; see `seabed driver show`");
}

/// The path is free, or was this tenant's for the same purpose; then its id is used again.
Result<uint64_t> choose_id(EngineContext& context, const DestinationRow& wanted) {
  return context.catalog->get<uint64_t>([&](Transaction& tx) -> Result<uint64_t> {
    SEABED_TRY(auto rows, catalog::find_destinations(tx, wanted.identity));
    for (const DestinationRow& row : rows) {
      if (row.tenant_id == wanted.tenant_id && row.kind == wanted.kind) return row.dest_id;
      return fail(Error{Code::kConflict, wanted.path,
                        "is in use already, as destination " + std::to_string(row.dest_id) + " of tenant " +
                            std::to_string(row.tenant_id),
                        "give a path of its own", 0, 9066});
    }
    return catalog::next_dest_id(tx);
  });
}

/// An error of the driver names what it did not like; the operator wants to read which destination it was.
Result<std::shared_ptr<ObjectStore>> open_named(Storage& storage, const Uri& uri) {
  auto store = storage.open(uri);
  if (store || store.error().object.find(uri.location) != std::string::npos) return store;
  Error error = store.error();
  error.object = uri.redacted() + ": " + error.object;
  return fail(std::move(error));
}

Status note_event(Transaction& tx, const catalog::TenantRow& tenant, const DestinationRow& row) {
  catalog::EventRow event{.module = row.kind == DestinationKind::kData ? "backup" : "archive", .event = "set_destination"};
  event.facts = {{"tenant", tenant.name}, {"dest_id", std::to_string(row.dest_id)}, {"path", row.path}};
  return catalog::record_event(tx, event);
}

/// The medium's id wins: names on it carry it.
Status record(Transaction& tx, DestinationRow& row) {
  SEABED_CHECK(catalog::operator_decided(tx, row.tenant_id));
  SEABED_TRY(auto known, catalog::find_destination(tx, row.dest_id));
  if (!known) {
    SEABED_CHECK(catalog::reserve_dest_id(tx, row.dest_id));
    return catalog::insert_destination(tx, row);
  }
  if (known->identity == row.identity) {
    row.created_us = known->created_us;
    return catalog::reuse_destination(tx, row);
  }
  return fail(Error{Code::kConflict, row.path,
                    "says that it is destination " + std::to_string(row.dest_id) +
                        ", which this catalog knows as " + known->path,
                    "give an empty directory", 0, 9081});
}

}  // namespace

DestinationFacts destination_facts(const EngineContext& context, const catalog::TenantRow& tenant,
                                   const DestinationRow& dest) {
  DestinationFacts facts;
  facts.cluster_id = context.cluster_id, facts.cluster_name = context.cluster_name;
  facts.tenant_id = tenant.tenant_id, facts.tenant_name = tenant.name, facts.incarnation = tenant.incarnation;
  facts.dest_id = dest.dest_id, facts.time_zone = tenant.time_zone, facts.mode = tenant.mode;
  facts.use = dest.kind == DestinationKind::kData ? DestinationUse::kData : DestinationUse::kArchive;
  facts.created_scn = context.clock->read().now;
  return facts;
}

Status check_lag_target(const ObjectStore& store, uint64_t lag_us) {
  const uint64_t floor = lag_floor();
  if (store.capabilities().append || lag_us >= floor) return ok();
  const std::string least = std::to_string(floor / kSecond) + "s";
  return fail(Error{Code::kConflict, store.describe(),
                    "has no append: every shipment of log is an object of its own, and archive_lag_target is below " + least,
                    "set archive_lag_target to " + least + " or more, or use a medium with append", 0, 9066});
}

Result<uint64_t> parse_piece_interval(const std::string& text) {
  uint64_t number = 0, floor = kDay;
  if (const char* test = std::getenv("SEABED_TEST_MIN_PIECE_SECONDS"))
    floor = std::strtoull(test, nullptr, 10) * kSecond;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, text.data() + text.size());
  uint64_t factor = unit == "s"   ? kSecond
                    : unit == "m" ? 60 * kSecond
                    : unit == "h" ? 3600 * kSecond
                    : unit == "d" ? kDay
                                  : 0;
  if (error == std::errc() && factor && number <= 7 * kDay / factor && number * factor >= floor)
    return number * factor;
  return fail(Code::kInvalidArgument, "PIECE_SWITCH_INTERVAL",
              "'" + text + "' is not a time from " + std::to_string(floor / kSecond) + "s to 7d",
              "for example 1d");
}

Result<std::string> parse_binding(const std::string& text) {
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (upper == "OPTIONAL" || upper == "MANDATORY") return upper;
  return fail(Code::kInvalidArgument, "BINDING", "'" + text + "' is not Optional or Mandatory");
}

Result<DestinationRow> set_destination(EngineContext& context, const catalog::TenantRow& tenant,
                                       DestinationRow wanted) {
  SEABED_TRY(Uri uri, parse_uri(wanted.uri));
  wanted.tenant_id = tenant.tenant_id;
  wanted.identity = uri.identity();
  wanted.path = uri.redacted();
  SEABED_TRY(wanted.dest_id, choose_id(context, wanted));
  SEABED_TRY(auto store, open_named(*context.storage, uri));
  SEABED_CHECK(check_election(*store));
  if (wanted.kind == DestinationKind::kArchive) {
    SEABED_TRY(const uint64_t lag_us, context.catalog->get<uint64_t>([&](auto& tx) {
      return catalog::parameter(tx, tenant.tenant_id, "archive_lag_target");
    }));
    SEABED_CHECK(check_lag_target(*store, lag_us));
  }
  SEABED_TRY(auto claimed, claim_destination(*store, destination_facts(context, tenant, wanted), io_of(context)));
  wanted.dest_id = claimed.dest_id;
  SEABED_TRY(wanted.check_file,
             probe_destination(*store, destination_facts(context, tenant, wanted), *context.clock, io_of(context)));
  wanted.last_check_us = context.clock->read().now / 1000;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(record(tx, wanted));
    return note_event(tx, tenant, wanted);
  }));
  return wanted;
}

}  // namespace seabed
