#include "core/engine/standby/follow_transition.h"

namespace seabed::standby {

std::optional<FollowState> on_event(FollowState state, FollowEvent event) {
  using S = FollowState;
  if (state == S::kPrimary) return std::nullopt;
  switch (event) {
    case FollowEvent::kRecover: return S::kFollowing;
    case FollowEvent::kActivate: return S::kPrimary;
    case FollowEvent::kCancel: return is_active(state) ? std::optional(S::kSuspended) : std::nullopt;
    case FollowEvent::kPulled: return is_active(state) ? std::optional(S::kFollowing) : std::nullopt;
    case FollowEvent::kReached: return is_active(state) ? std::optional(S::kSuspended) : std::nullopt;
    case FollowEvent::kUnreadable: return is_active(state) ? std::optional(S::kNetwork) : std::nullopt;
    case FollowEvent::kBroken: return is_active(state) ? std::optional(S::kGap) : std::nullopt;
  }
  return std::nullopt;
}

std::string_view sync_status(FollowState state) {
  switch (state) {
    case FollowState::kSuspended: return "RESTORE SUSPEND";
    case FollowState::kFollowing: return "NORMAL";
    case FollowState::kNetwork: return "CHECK NETWORK";
    case FollowState::kGap: return "SOURCE HAS A GAP";
    case FollowState::kPrimary: return "";
  }
  return "";
}

std::string_view trouble_status(const Error& error) {
  if (error.ob_error == 9047) return "CHECK USER OR PASSWORD";  // a key or password that does not open the log
  if (error.ob_error == 9081) return "STANDBY LOG NOT MATCH";   // another tenant's archive
  switch (error.code) {
    case Code::kGap: return "SOURCE HAS A GAP";
    case Code::kPermissionDenied: return "CHECK USER OR PASSWORD";
    case Code::kUnavailable:
    case Code::kOutcomeUnknown: return "CHECK NETWORK";
    case Code::kTimeout:
    case Code::kThrottled: return "FETCH LOG TIMEOUT";
    case Code::kNotFound: return "CHECK PRIMARY ALIVE";  // the place is there, its archive is not
    case Code::kUnsupported: return "STANDBY NEED UPGRADE";
    default: return "NOT AVAILABLE";  // a damaged source, the standby's own disk, another process at work
  }
}

}  // namespace seabed::standby
