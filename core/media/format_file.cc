#include "core/media/format_file.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include "core/base/scn.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/paths.h"

namespace seabed {

namespace {
meta::FormatInfo to_message(const DestinationFacts& f) {
  meta::FormatInfo m;
  m.set_format_version(kFormatVersion);
  m.set_cluster_id(f.cluster_id);
  m.set_cluster_name(f.cluster_name);
  m.set_tenant_id(f.tenant_id);
  m.set_tenant_name(f.tenant_name);
  m.set_incarnation(f.incarnation);
  m.set_dest_id(f.dest_id);
  m.set_kind(f.use == DestinationUse::kData ? meta::DEST_DATA : meta::DEST_ARCHIVE);
  m.set_created_scn(f.created_scn);
  m.set_time_zone(f.time_zone);
  m.set_mode(f.mode);
  return m;
}

DestinationFacts from_message(const meta::FormatInfo& m) {
  DestinationFacts f{m.cluster_id(), m.cluster_name(), m.tenant_id(), m.tenant_name(), m.incarnation(), m.dest_id()};
  f.use = m.kind() == meta::DEST_ARCHIVE ? DestinationUse::kArchive : DestinationUse::kData;
  f.created_scn = m.created_scn();
  f.time_zone = m.time_zone();
  f.mode = m.mode();
  return f;
}

std::string words(const DestinationFacts& f) {
  return fmt::format("{} of tenant {} ({}) in cluster {} ({})",
                     f.use == DestinationUse::kArchive ? "log archive" : "data backup", f.tenant_name, f.tenant_id,
                     f.cluster_name, f.cluster_id);
}

tl::unexpected<Error> refused(const ObjectStore& store, std::string reason, std::string next_step, int ob_error) {
  return fail(Error{Code::kConflict, store.describe(), std::move(reason), std::move(next_step), 0, ob_error});
}

Status compare(const ObjectStore& store, const DestinationFacts& there, const DestinationFacts& facts, bool with_id) {
  if (there.cluster_id == facts.cluster_id && there.cluster_name == facts.cluster_name &&
      there.tenant_id == facts.tenant_id && there.use == facts.use && (!with_id || there.dest_id == facts.dest_id))
    return ok();
  return refused(store, "is the " + words(there) + fmt::format(", destination {}; wanted is the ", there.dest_id) +
                 words(facts) + fmt::format(", destination {}", facts.dest_id),
                 "use an empty directory for each tenant and purpose", 9081);
}
}  // namespace

Result<std::optional<DestinationFacts>> read_format(ObjectStore& store, const IoContext& ctx) {
  meta::FormatInfo message;
  const auto read = read_message(store, paths::format(), FileType::kFormat, &message, ctx);
  if (!read && read.error().code == Code::kNotFound) return std::optional<DestinationFacts>();
  if (!read) return fail(read.error());
  if (message.kind() != meta::DEST_DATA && message.kind() != meta::DEST_ARCHIVE)
    return fail(Code::kUnsupported, paths::format(), fmt::format("names the destination kind {}", int(message.kind())));
  return std::optional(from_message(message));
}

Result<DestinationFacts> claim_destination(ObjectStore& store, const DestinationFacts& facts, const IoContext& ctx) {
  SEABED_TRY(auto there, read_format(store, ctx));
  if (!there) {
    SEABED_TRY(const ListPage page, store.list("", "", 1, ctx));
    if (!page.entries.empty())
      return refused(store, "is not empty and holds no format.obbak", "use an empty directory", 9080);
    const auto put = put_once(store, paths::format(), FileType::kFormat, to_message(facts), ctx);
    if (put) return facts;
    if (put.error().code != Code::kConflict) return fail(put.error());
    SEABED_TRY(there, read_format(store, ctx));  // another came first
    if (!there) return fail(put.error());
  }
  SEABED_CHECK(compare(store, *there, facts, false));
  return *there;
}

Status check_format(ObjectStore& store, const DestinationFacts& facts, const IoContext& ctx) {
  SEABED_TRY(const auto there, read_format(store, ctx));
  if (!there)
    return refused(store, "holds no format.obbak", "the directory was emptied or is not mounted: bring it back", 9080);
  return compare(store, *there, facts, true);
}

Result<std::string> probe_destination(ObjectStore& store, const DestinationFacts& facts, Clock& clock,
                                      const IoContext& ctx) {
  const Scn now = clock.read().now;
  SEABED_TRY(const std::string tag, scn_to_tag(now, facts.time_zone.empty() ? "UTC" : facts.time_zone));
  meta::CheckFile probe;
  probe.set_tenant_id(facts.tenant_id);
  probe.set_dest_id(facts.dest_id);
  probe.set_scn(now);
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) == 0) probe.set_host(host);
  // The tree's example names the file after its tenant and destination alike; it is replaced, so no exist-check.
  const std::string key = paths::check_file(facts.tenant_id, tag);
  const std::string bytes = encode_file(FileType::kCheckFile, stable_bytes(probe));
  SEABED_CHECK(put_object(store, key, bytes, PutMode::kReplace, ctx));
  SEABED_TRY(const std::string back, read_object(store, key, kMaxSmallObject, ctx));
  if (back != bytes) return fail(Code::kCorruption, key, "was read back with other content", "check the medium");
  SEABED_TRY(const auto entries, list_all(store, paths::check_files(), ctx, 100'000));
  std::vector<std::string> old;
  for (const auto& entry : entries)
    if (entry.key != key) old.push_back(entry.key);
  if (!old.empty()) SEABED_CHECK(store.remove(old, ctx));
  return key.substr(key.rfind('/') + 1);
}

}  // namespace seabed
