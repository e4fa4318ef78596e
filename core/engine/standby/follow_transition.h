#pragma once
// A standby that follows its log source, as a pure function (reference: statements.md section 9, views.md
// section 8).

#include <optional>
#include <string_view>

#include "core/base/status.h"

namespace seabed::standby {

enum class FollowState {
  kSuspended,  // RESTORE SUSPEND: it stands at its point
  kFollowing,  // NORMAL: what the source has is applied, again and again
  kNetwork,    // the source cannot be read now, it is tried again: trouble_status says what to look at
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
/// The same of a step that failed: which of the reference's words tells the operator where to look.
std::string_view trouble_status(const Error& error);
/// True while the agent works for it.
inline bool is_active(FollowState s) { return s == FollowState::kFollowing || s == FollowState::kNetwork; }

}  // namespace seabed::standby
