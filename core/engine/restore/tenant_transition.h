#pragma once
// The parent row (sys) of a tenant's restore as a pure function (reference: state-machines.md section 4). The
// tenant's own row has a machine of its own (transition.h).

#include <optional>
#include <string_view>
#include <vector>

namespace seabed::restore {

enum class ParentState { kCreateTenant, kWaitTenant, kSuccess, kFail };

enum class ParentEvent {
  kTenantMade,  // its row is durable
  kTenantDone,  // the tenant's own restore is RESTORE_SUCCESS
  kTenantFailed,
  kCancelled,  // CANCEL RESTORE: the tenant is dropped
  kResume,     // another process goes on
};

enum class ParentAction {
  kRunTenant,        // the tenant's own machine
  kRegisterStandby,  // role STANDBY, its streams and its log source
  kDropTenant,       // its row: the name is free again
  kDiscardFiles,     // what was restored so far
};

struct ParentStep {
  ParentState next;
  std::vector<ParentAction> actions;
  bool operator==(const ParentStep&) const = default;
};

/// nullopt: the event means nothing in that state.
std::optional<ParentStep> on_event(ParentState state, ParentEvent event);
/// "WAIT_TENANT_RESTORE_FINISH".
std::string_view name(ParentState state);

}  // namespace seabed::restore
