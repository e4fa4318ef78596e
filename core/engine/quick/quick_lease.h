#pragma once
// The reader lease of a quick tenant (core/media/reader_lease.h) at the destination that it reads: taken by
// the restore, renewed by whoever serves the tenant and, for those that this installation restored, by its
// agent; given back by a hydration or a discard. One id a tenant and directory, so that all of these renew
// the same lease.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/job/context.h"
#include "core/engine/restore/restore_state.h"
#include "core/media/reader_lease.h"

namespace seabed::quick {

/// A day: a tenant that nobody serves, on a machine without an agent, keeps its backup for so long.
inline constexpr ReaderLeaseTerms kQuickLease{std::chrono::hours(24), std::chrono::minutes(5)};

ReaderLeaseFacts quick_lease_facts(const EngineContext& context, const std::string& directory,
                                   const restore::RestoreState& state);
/// Takes or renews it once. kConflict: a set is being deleted. A warning in words when the source cannot be
/// written.
Result<std::vector<std::string>> renew_quick_lease(EngineContext& context, std::shared_ptr<ObjectStore> store,
                                                   const std::string& directory,
                                                   const restore::RestoreState& state,
                                                   const CancelToken* cancel = nullptr);
/// By the destination that the state names (what holds no secrets), and the configuration's credentials.
Result<std::vector<std::string>> renew_quick_lease(EngineContext& context, const std::string& directory,
                                                   const restore::RestoreState& state,
                                                   const CancelToken* cancel = nullptr);
/// Best effort.
void release_quick_lease(EngineContext& context, const std::string& directory,
                         const restore::RestoreState& state);
/// The same of a directory that is about to be removed; nothing when it holds no quick tenant.
void release_quick_lease(EngineContext& context, const std::string& directory);
/// All quick tenants that this installation restored. What cannot be renewed is logged.
Status renew_quick_leases(EngineContext& context, const CancelToken& cancel = {});

/// Of a quick tenant in a scratch directory: its lease is given back at the end. Goes before the directory
/// does.
class ScratchLease {
 public:
  ScratchLease(EngineContext& context, std::string directory)
      : context_(context), directory_(std::move(directory)) {}
  ~ScratchLease() { release_quick_lease(context_, directory_); }
  ScratchLease(const ScratchLease&) = delete;

 private:
  EngineContext& context_;
  const std::string directory_;
};

/// Holds the lease while a tenant is served; taken and renewed on a thread of its own, so that nobody waits
/// for it.
class ServedLease {
 public:
  ServedLease(EngineContext& context, std::shared_ptr<ObjectStore> store, const std::string& directory,
              const restore::RestoreState& state);
  ~ServedLease();
  ServedLease(const ServedLease&) = delete;

 private:
  CancelToken stop_;
  std::thread thread_;
};

}  // namespace seabed::quick
