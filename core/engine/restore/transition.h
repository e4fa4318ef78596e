#pragma once
// The restore job as a pure function (reference: state-machines.md section 4). One machine for the parent row
// (sys) and the tenant's: CREATE_TENANT is before the tenant's first state, WAIT_TENANT_RESTORE_FINISH is how
// the parent row shows all states in between.

#include <string_view>
#include <vector>

namespace seabed::restore {

enum class State {
  kCreateTenant,      // plan is persisted, nothing is fetched
  kPre,               // RESTORE_PRE: the directory is ours
  kCreateInitLs,      // streams are known and named
  kWaitToConsistent,  // files of the base are coming
  kWaitLs,            // log is replayed up to the target
  kPostCheck,         // every stream stands at the target; auxiliary files, bound, report
  kUpgrade,           // passes through
  kSuccess,           // staged: a standby
  kFail,
};

enum class Event { kStart, kStepDone, kStepFailed, kResume };

enum class Action {
  kPersistPlan,
  kTakeDirectory,
  kNameStreams,
  kCopyFiles,
  kReplayLog,
  kFinishStreams,
  kReport,
  kPersistState,
  kPersistFailure,
};

struct Step {
  State next;
  std::vector<Action> actions;  // to do after `next` is durable, in order; their outcome is the next event
};

/// An event that a state does not know leaves it, without actions.
Step transition(State state, Event event);
/// As the views print it: "RESTORE_PRE".
std::string_view tenant_status(State state);
/// The parent row's: "WAIT_TENANT_RESTORE_FINISH".
std::string_view parent_status(State state);
/// The inverse of tenant_status; false: no such state.
bool parse_status(std::string_view text, State* state);
inline bool is_final(State s) { return s == State::kSuccess || s == State::kFail; }

}  // namespace seabed::restore
