#include "core/engine/table/transition.h"

#include <array>

namespace seabed::table {
namespace {

constexpr std::array<std::string_view, 4> kSys{"PREPARE", "RECOVERING", "COMPLETED", "FAILED"};
constexpr std::array<std::string_view, 9> kUser{"PREPARE",         "RESTORE_AUX_TENANT", "ACTIVE_AUX_TENANT",
                                                "PRECHECK_IMPORT", "GEN_IMPORT_JOB",     "IMPORTING",
                                                "CANCELING",       "COMPLETED",          "FAILED"};
constexpr std::array<std::string_view, 5> kImport{"INIT", "IMPORT_TABLE", "RECONSTRUCT_REF_CONSTRAINT",
                                                  "CANCELING", "IMPORT_FINISH"};
constexpr std::array<std::string_view, 3> kTask{"INIT", "DOING", "FINISH"};

template <class State, size_t n>
std::optional<State> find(const std::array<std::string_view, n>& names, std::string_view name) {
  for (size_t i = 0; i < n; ++i)
    if (names[i] == name) return static_cast<State>(i);
  return std::nullopt;
}

std::vector<UserAction> work(UserState s) {
  switch (s) {
    case UserState::kPrepare: return {};
    case UserState::kRestoreAux: return {UserAction::kRestoreAux};
    case UserState::kActiveAux: return {UserAction::kOpenAux};
    case UserState::kPrecheck: return {UserAction::kCheckTarget};
    case UserState::kGenImport: return {UserAction::kInsertImportJob};
    case UserState::kImporting: return {UserAction::kImport};
    case UserState::kCanceling: return {UserAction::kStopWork};
    case UserState::kCompleted: return {UserAction::kKeepResult};
    case UserState::kFailed: return {UserAction::kKeepFailure};
  }
  return {};
}

UserState after(UserState s) {
  return s == UserState::kImporting ? UserState::kCompleted : static_cast<UserState>(static_cast<int>(s) + 1);
}

}  // namespace

std::optional<SysStep> on_event(SysState state, SysEvent event) {
  if (state == SysState::kPrepare && event == SysEvent::kChecked)
    return SysStep{SysState::kRecovering, {SysAction::kInsertUserJob}};
  if (state == SysState::kRecovering && event == SysEvent::kUserDone)
    return SysStep{SysState::kCompleted, {SysAction::kDropAux, SysAction::kToHistory}};
  if (state == SysState::kRecovering && event == SysEvent::kUserFailed)
    return SysStep{SysState::kFailed, {SysAction::kDropAux, SysAction::kToHistory}};
  return std::nullopt;
}

std::optional<UserStep> on_event(UserState state, UserEvent event) {
  if (is_final(state)) return std::nullopt;
  const bool canceling = state == UserState::kCanceling;
  UserState next = state;
  switch (event) {
    case UserEvent::kResumed: break;
    case UserEvent::kRetry:
      if (canceling) return std::nullopt;
      break;
    case UserEvent::kDone:
      if (canceling) return std::nullopt;
      next = after(state);
      break;
    case UserEvent::kFailed:
      if (canceling) return std::nullopt;
      next = UserState::kFailed;
      break;
    case UserEvent::kCancelRequested:
      if (canceling) return std::nullopt;
      next = UserState::kCanceling;
      break;
    case UserEvent::kStopped:
      if (!canceling) return std::nullopt;
      next = UserState::kFailed;
      break;
  }
  return UserStep{next, work(next)};
}

std::optional<ImportState> on_event(ImportState state, ImportEvent event) {
  if (state == ImportState::kFinish) return std::nullopt;
  if (event == ImportEvent::kCancelRequested)
    return state == ImportState::kCanceling ? std::nullopt : std::optional(ImportState::kCanceling);
  if (state == ImportState::kCanceling)
    return event == ImportEvent::kStopped ? std::optional(ImportState::kFinish) : std::nullopt;
  if (state == ImportState::kInit && event == ImportEvent::kStarted) return ImportState::kImportTable;
  if (state == ImportState::kImportTable && event == ImportEvent::kTablesDone)
    return ImportState::kReconstruct;
  if (state == ImportState::kReconstruct && event == ImportEvent::kConstraintsDone)
    return ImportState::kFinish;
  return std::nullopt;
}

std::optional<TaskStep> on_event(TaskState state, TaskEvent event) {
  if (state == TaskState::kInit && event == TaskEvent::kStarted)
    return TaskStep{TaskState::kDoing, {TaskAction::kLoad}};
  if (state == TaskState::kInit && event == TaskEvent::kFailed)  // the checks refused it
    return TaskStep{TaskState::kFinish, {TaskAction::kCount}};
  if (state != TaskState::kDoing) return std::nullopt;
  if (event == TaskEvent::kResumed) return TaskStep{TaskState::kDoing, {TaskAction::kDropHalfAndLoad}};
  if (event == TaskEvent::kLoaded || event == TaskEvent::kFailed)
    return TaskStep{TaskState::kFinish, {TaskAction::kCount}};
  return std::nullopt;
}

bool is_final(SysState state) { return state == SysState::kCompleted || state == SysState::kFailed; }
bool is_final(UserState state) { return state == UserState::kCompleted || state == UserState::kFailed; }
std::string_view name(SysState state) { return kSys[static_cast<size_t>(state)]; }
std::string_view name(UserState state) { return kUser[static_cast<size_t>(state)]; }
std::string_view name(ImportState state) { return kImport[static_cast<size_t>(state)]; }
std::string_view name(TaskState state) { return kTask[static_cast<size_t>(state)]; }
std::optional<UserState> user_state(std::string_view text) { return find<UserState>(kUser, text); }
std::optional<TaskState> task_state(std::string_view text) { return find<TaskState>(kTask, text); }

}  // namespace seabed::table
