#include "core/engine/change_storage.h"

#include <cctype>
#include <map>

#include "core/catalog/tenants.h"
#include "core/engine/set_destination.h"

namespace seabed {
namespace {

using Values = std::map<std::string, std::string>;
using catalog::DestinationRow;

/// "k=v&k=v"; nullopt: a part is not exactly that, or a key stands there twice.
std::optional<Values> read_values(const std::string& text) {
  Values out;
  for (size_t at = 0; at <= text.size();) {
    const size_t stop = std::min(text.find('&', at), text.size());
    const std::string part = text.substr(at, stop - at);
    at = stop + 1;
    const size_t equal = part.find('=');
    if (equal == 0 || equal == part.npos || equal + 1 == part.size() ||
        part.find('=', equal + 1) != part.npos)
      return std::nullopt;
    if (!out.emplace(part.substr(0, equal), part.substr(equal + 1)).second) return std::nullopt;
  }
  return out;
}

tl::unexpected<Error> refused(Code code, const std::string& object, const std::string& reason,
                              const std::string& next_step, int ob_error) {
  return fail(Error{code, object, reason, next_step, 0, ob_error});
}

Status add_access(Uri& uri, const std::string& text) {
  const auto values = read_values(text);
  if (!values || values->size() != 2 || !values->count("access_id") || !values->count("access_key"))
    return refused(Code::kInvalidArgument, "ACCESS_INFO", "is not access_id and access_key alone",
                   "ACCESS_INFO = 'access_id=…&access_key=…'", 9116);
  if (uri.params.count("role_arn"))
    return refused(Code::kInvalidArgument, "ACCESS_INFO",
                   "cannot be given: this destination uses an assumed role",
                   "change the role at the provider", 9116);
  for (const auto& [key, value] : *values) uri.params[key] = value;
  return ok();
}

Status add_attributes(Uri& uri, const std::string& text) {
  const auto values = read_values(text);
  if (!values) return fail(Code::kInvalidArgument, "ATTRIBUTE", "is not name=value with & between them");
  for (const auto& [key, value] : *values) {
    if (key != "max_iops" && key != "max_bandwidth")
      return fail(Code::kInvalidArgument, "ATTRIBUTE", "knows max_iops and max_bandwidth only");
    uri.params[key] = value;
  }
  return ok();
}

/// As parse_uri reads it.
std::string text_of(const Uri& uri) {
  std::string out = uri.scheme + "://" + uri.location;
  char between = '?';
  for (const auto& [key, value] : uri.params) {
    out += between + key + '=';
    between = '&';
    for (unsigned char c : value) {
      static const char kHex[] = "0123456789ABCDEF";
      if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/' || c == ':')
        out += static_cast<char>(c);
      else
        out += {'%', kHex[c >> 4], kHex[c & 15]};
    }
  }
  return out;
}

struct Found {
  catalog::TenantRow tenant;
  DestinationRow row;
};

Result<Found> find(EngineContext& context, const std::string& name, const std::string& identity) {
  return context.catalog->get<Found>([&](Transaction& tx) -> Result<Found> {
    SEABED_TRY(const auto tenant, catalog::find_tenant_by_name(tx, name));
    if (!tenant) return fail(Code::kNotFound, "tenant " + name, "is unknown");
    SEABED_TRY(const auto rows, catalog::list_destinations(tx, tenant->tenant_id));
    for (const auto& row : rows)
      if (row.identity == identity) return Found{*tenant, row};
    return refused(Code::kNotFound, "PATH", "is no destination of tenant " + name,
                   "give the path with its host as DATA_BACKUP_DEST or LOG_ARCHIVE_DEST has it", 9026);
  });
}

/// The medium takes the new values, and it is the same destination. Returns the new check file, which replaces the old.
Result<std::string> prove(EngineContext& context, const Found& found, const Uri& uri) {
  SEABED_TRY(const auto store, context.storage->open(uri));
  const IoContext io{.deadline = after(context.limits.request_deadline)};
  const DestinationFacts facts = destination_facts(context, found.tenant, found.row);
  SEABED_CHECK(check_format(*store, facts, io));
  return probe_destination(*store, facts, *context.clock, io);
}

}  // namespace

Result<DestinationRow> change_storage(EngineContext& context, const std::string& tenant,
                                      const StorageChange& change) {
  SEABED_TRY(const Uri path, parse_uri(change.path));
  if (path.scheme == "file" || path.scheme == "nfs")
    return refused(Code::kUnsupported, path.redacted(), "has neither keys nor limits of a provider", "",
                   1235);
  SEABED_TRY(Found found, find(context, tenant, path.identity()));
  SEABED_TRY(Uri uri, parse_uri(found.row.uri));
  if (!change.access_info.empty()) SEABED_CHECK(add_access(uri, change.access_info));
  if (!change.attribute.empty()) SEABED_CHECK(add_attributes(uri, change.attribute));
  auto proved = prove(context, found, uri);
  if (!proved) {
    if (proved.error().code == Code::kPermissionDenied) proved.error().ob_error = 9116;  // else 9071
    return fail(proved.error());
  }
  found.row.uri = text_of(uri);
  found.row.path = uri.redacted();
  found.row.check_file = *proved;
  found.row.last_check_us = context.clock->read().now / 1000;
  SEABED_CHECK(
      context.catalog->transact([&](Transaction& tx) { return catalog::update_destination(tx, found.row); }));
  SEABED_CHECK(context.storage->change(uri));
  return found.row;
}

}  // namespace seabed
