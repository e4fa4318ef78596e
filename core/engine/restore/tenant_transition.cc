#include "core/engine/restore/tenant_transition.h"

namespace seabed::restore {

std::optional<ParentStep> on_event(ParentState state, ParentEvent event) {
  using S = ParentState;
  using A = ParentAction;
  if (state == S::kSuccess || state == S::kFail) return std::nullopt;
  switch (event) {
    case ParentEvent::kTenantMade:
    case ParentEvent::kResume: return ParentStep{S::kWaitTenant, {A::kRunTenant}};
    case ParentEvent::kTenantDone:
      if (state == S::kCreateTenant) return std::nullopt;
      return ParentStep{S::kSuccess, {A::kRegisterStandby}};
    case ParentEvent::kTenantFailed: return ParentStep{S::kFail, {A::kDropTenant}};
    case ParentEvent::kCancelled: return ParentStep{S::kFail, {A::kDiscardFiles, A::kDropTenant}};
  }
  return std::nullopt;
}

std::string_view name(ParentState state) {
  switch (state) {
    case ParentState::kCreateTenant: return "CREATE_TENANT";
    case ParentState::kWaitTenant: return "WAIT_TENANT_RESTORE_FINISH";
    case ParentState::kSuccess: return "RESTORE_SUCCESS";
    case ParentState::kFail: return "RESTORE_FAIL";
  }
  return "";
}

}  // namespace seabed::restore
