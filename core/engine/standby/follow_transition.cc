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

}  // namespace seabed::standby
