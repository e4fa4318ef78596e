#pragma once
// A standby that follows its log source, as a pure function (reference: statements.md section 9, views.md
// section 8).

#include <optional>
#include <string_view>

namespace seabed::standby {

enum class FollowState {
  kSuspended,  // RESTORE SUSPEND: it stands at its point
  kFollowing,  // NORMAL: what the source has is applied, again and again
  kNetwork,    // CHECK NETWORK: the source cannot be read now, it is tried again
  kGap,        // SOURCE HAS A GAP: nothing behind its point can ever be applied
  kPrimary,    // activated: no standby any more
};

enum class FollowEvent {
  kRecover,     // RECOVER STANDBY UNTIL a later point
  kCancel,      // RECOVER STANDBY CANCEL
  kPulled,      // applied what there was, the point is not reached
  kReached,     // the point is reached
  kUnreadable,  // a source that may come back
  kBroken,      // log is missing, or something was not logged
  kActivate,
};

/// nullopt: the event means nothing in that state.
std::optional<FollowState> on_event(FollowState state, FollowEvent event);
/// V$OB_LS_LOG_RESTORE_STATUS.SYNC_STATUS; empty for a primary.
std::string_view sync_status(FollowState state);
/// True while the agent works for it.
inline bool is_active(FollowState s) { return s == FollowState::kFollowing || s == FollowState::kNetwork; }

}  // namespace seabed::standby
