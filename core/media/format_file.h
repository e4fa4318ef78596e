#pragma once
// format.obbak and check_file of a destination: whose it is, and whether it can be reached.

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/storage/object_store.h"

namespace seabed {

enum class DestinationUse { kData, kArchive };

/// Who uses a destination. What is compared at every check: cluster id, tenant id, destination id and use.
struct DestinationFacts {
  uint64_t cluster_id = 0;
  std::string cluster_name;
  uint64_t tenant_id = 0;
  std::string tenant_name;
  uint64_t incarnation = 1;
  uint64_t dest_id = 0;
  DestinationUse use = DestinationUse::kData;
  uint64_t created_scn = 0;
  std::string time_zone, mode;   // "mysql" or "oracle"
};

/// nullopt: there is none. kCorruption and kUnsupported as for any file.
Result<std::optional<DestinationFacts>> read_format(ObjectStore& store, const IoContext& ctx);
/// At SET of a destination: empty, or ours already; then writes the file. ob_error 9080 when the directory is not
/// empty and has no format file, 9081 when it is another's. Returns what is on the medium (a destination that was
/// used before keeps its id).
Result<DestinationFacts> claim_destination(ObjectStore& store, const DestinationFacts& facts, const IoContext& ctx);
/// Before a job: the file is there and names the same cluster, tenant, destination and use (9080, 9081).
Status check_format(ObjectStore& store, const DestinationFacts& facts, const IoContext& ctx);
/// Writes a probe under check_file/, reads it back, removes the earlier ones; returns its name (the last segment).
Result<std::string> probe_destination(ObjectStore& store, const DestinationFacts& facts, Clock& clock,
                                      const IoContext& ctx);

}  // namespace seabed
