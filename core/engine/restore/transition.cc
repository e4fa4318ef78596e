#include "core/engine/restore/transition.h"

#include <array>
#include <utility>

namespace seabed::restore {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 9> kNames{{
    {State::kCreateTenant, "CREATE_TENANT"},
    {State::kPre, "RESTORE_PRE"},
    {State::kCreateInitLs, "RESTORE_CREATE_INIT_LS"},
    {State::kWaitToConsistent, "RESTORE_WAIT_TO_CONSISTENT_SCN"},
    {State::kWaitLs, "RESTORE_WAIT_LS"},
    {State::kPostCheck, "POST_CHECK"},
    {State::kUpgrade, "UPGRADE"},
    {State::kSuccess, "RESTORE_SUCCESS"},
    {State::kFail, "RESTORE_FAIL"},
}};

/// The work of a state: what must be done again after a crash in it.
std::vector<Action> work(State s) {
  switch (s) {
    case State::kCreateTenant: return {Action::kPersistPlan};
    case State::kPre: return {Action::kTakeDirectory};
    case State::kCreateInitLs: return {Action::kNameStreams};
    case State::kWaitToConsistent: return {Action::kCopyFiles};
    // A target lives in one process: its files are looked at again (and kept) before its log is replayed.
    case State::kWaitLs: return {Action::kReplayLog, Action::kFinishStreams};
    case State::kPostCheck: return {Action::kReport};
    case State::kUpgrade: return {};
    case State::kSuccess: return {Action::kPersistState};
    case State::kFail: return {Action::kPersistFailure};
  }
  return {};
}

State after(State s) { return is_final(s) ? s : static_cast<State>(static_cast<int>(s) + 1); }

}  // namespace

Step transition(State state, Event event) {
  if (is_final(state)) return {state, {}};
  switch (event) {
    case Event::kStart:
    case Event::kResume: return {state, work(state)};
    case Event::kStepDone: return {after(state), work(after(state))};
    case Event::kStepFailed: return {State::kFail, work(State::kFail)};
  }
  return {state, {}};
}

std::string_view tenant_status(State state) { return kNames[static_cast<size_t>(state)].second; }

std::string_view parent_status(State state) {
  if (state == State::kCreateTenant || is_final(state)) return tenant_status(state);
  return "WAIT_TENANT_RESTORE_FINISH";
}

bool parse_status(std::string_view text, State* state) {
  for (const auto& [s, name] : kNames) {
    if (name != text) continue;
    *state = s;
    return true;
  }
  return false;
}

}  // namespace seabed::restore
