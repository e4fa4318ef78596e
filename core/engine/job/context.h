#pragma once
// What every job is given: the injected parts and the facts of this machine. Owned by the program; outlives every job.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/source/restore_target.h"
#include "core/source/tenant_source.h"
#include "core/storage/destination.h"
#include "core/storage/tenant_destinations.h"

namespace seabed {

class Catalog;
class StandbyTenants;

/// One [[tenant.log_stream]] of the configuration.
struct LogStreamConfig {
  uint64_t ls_id = 1001;
  std::string engine = "rocksdb";   // adapter name
  StreamConfig stream;
};

/// One [[tenant]] of the configuration: what a machine is. What an operator decides is in the catalog.
struct TenantConfig {
  std::string name;
  uint64_t tenant_id = 0;           // given by the catalog at first sight, from 1002 on in steps of 2 as OceanBase does
  TenantMode mode = TenantMode::kMysql;
  std::string time_zone = "UTC";
  std::string data_directory;       // of the application, for auxiliary files; empty: none
  std::vector<LogStreamConfig> streams;
  std::optional<std::chrono::milliseconds> drill_every;  // 0: never; absent: as [drill] says
};

/// [drill]: restoring on trial (docs/drill.md).
struct DrillSettings {
  std::chrono::milliseconds every{0};  // 0: not by itself
  std::string moment = "latest";       // or "random"
  bool full = false;                   // data files are fetched, not read in place
  std::string scratch_directory;       // where it restores to
};

struct Limits {
  uint64_t pinned_bytes = 16ull << 30;    // per stream
  uint32_t backup_threads = 2;
  uint64_t part_bytes = 16ull << 20;      // of uploads
  uint64_t memory_bytes = 128ull << 20;   // of copy buffers, all jobs together
  std::chrono::milliseconds lease{15'000};
  std::chrono::milliseconds clock_error{500};
  std::chrono::milliseconds request_deadline{60'000};
  std::chrono::milliseconds bridge_min_interval{600'000};  // between automatic incrementals that close holes
  std::chrono::milliseconds clean_interval{3'600'000};     // between a tenant's cleanups
};

struct EngineContext {
  uint64_t cluster_id = 1;
  std::string cluster_name;
  std::string owner;                      // "host:pid:start time": who holds a lease
  Catalog* catalog = nullptr;
  Storage* storage = nullptr;
  Clock* clock = nullptr;
  std::map<std::string, EngineAdapter*> adapters;
  std::function<std::unique_ptr<TenantSource>(const TenantConfig&)> open_tenant_source;  // may give null: no auxiliary files
  std::vector<TenantConfig> tenants;
  std::shared_ptr<StandbyTenants> standbys;  // that are archived or backed up here; made by the engine
  Limits limits;
  TenantDestinations tenant_destinations;  // what a tenant's admin may name
  DrillSettings drill;
  ScanTenantFn scan_tenant;               // reads a restored tenant in a process of its own; null: in this one
  std::string state_directory;            // local: log stream 1, pins that are not beside a database
  /// Test-only: called with the name of every persisted state right after it is durable ("backup/DOING" …).
  std::function<void(const std::string&)> at_state = [](const std::string&) {};
};

/// Progress of long work, read by the CLI and kept in the catalog at most once a second. Thread-safe to call.
struct Progress {
  uint64_t done_bytes = 0, total_bytes = 0;
  uint64_t done_items = 0, total_items = 0;   // macroblocks, files or log groups
  std::string phase;
  Scn log_from = 0, log_at = 0, log_until = 0;   // of log that is applied up to a point; log_until 0: none is now
};
using ProgressFn = std::function<void(const Progress&)>;

}  // namespace seabed
