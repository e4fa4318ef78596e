#pragma once
// The catalog is a cache of the media: rebuilt from them when it is lost, brought forward when a copy of it is older.
// The media win. docs/catalog.md.

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/engine/job/context.h"

namespace seabed {

struct RebuildRequest {
  std::string tenant;                // empty: every tenant that `uris` name
  std::vector<std::string> uris;     // data and archive destinations; empty: those that the catalog knows
  bool dry_run = false;
  bool archiving_here = false;       // this process has archivers: ids cannot change, a live round is left alone
};

struct RebuildReport {
  struct Tenant {
    std::string name;
    uint64_t tenant_id = 0;
    std::vector<std::string> changes, problems;
  };
  std::vector<Tenant> tenants;
};

/// Writes rounds, pieces, progress, holes, sets, parameters, destinations and the counters of ids. Repeatable: a second
/// run changes nothing. kNotFound: no such tenant in the configuration; kConflict: destinations of another cluster, or
/// the tenant's mode, zone or id cannot be made the media's.
Result<RebuildReport> rebuild_catalog(EngineContext& context, const RebuildRequest& request, const CancelToken& cancel);

/// The same from the destinations that the catalog has as the current ones of a tenant: what the agent does before it goes
/// on with a tenant. `only_archive`: one kind of the two. Returns the changes, which are told in the log too.
enum class MediaKind { kArchive, kData };
Result<std::vector<std::string>> bring_forward(EngineContext& context, uint64_t tenant_id, MediaKind kind,
                                               const CancelToken& cancel);
/// What bring_forward would change now, both kinds; `live`: an archiver of this process writes the newest round.
Result<std::vector<std::string>> compare_with_media(EngineContext& context, uint64_t tenant_id, bool live,
                                                    const CancelToken& cancel);

}  // namespace seabed
