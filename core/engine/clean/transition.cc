#include "core/engine/clean/transition.h"

#include <array>
#include <utility>

namespace seabed::clean {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 6> kJobNames{{{JobState::kInit, "INIT"},
                                                                          {JobState::kDoing, "DOING"},
                                                                          {JobState::kCompleted, "COMPLETED"},
                                                                          {JobState::kFailed, "FAILED"},
                                                                          {JobState::kCanceling, "CANCELING"},
                                                                          {JobState::kCanceled, "CANCELED"}}};
constexpr std::array<std::pair<TaskState, std::string_view>, 5> kTaskNames{
    {{TaskState::kInit, "INIT"},
     {TaskState::kDoing, "DOING"},
     {TaskState::kCompleted, "COMPLETED"},
     {TaskState::kFailed, "FAILED"},
     {TaskState::kCanceled, "CANCELED"}}};

template <class State, size_t N>
std::string_view find_name(const std::array<std::pair<State, std::string_view>, N>& names, State state) {
  for (const auto& [value, name] : names)
    if (value == state) return name;
  return "";
}
template <class State, size_t N>
std::optional<State> find_state(const std::array<std::pair<State, std::string_view>, N>& names,
                                std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace

std::optional<JobStep> on_event(JobState state, JobEvent event) {
  using enum JobAction;
  const bool works = state == JobState::kInit || state == JobState::kDoing;
  if (state == JobState::kInit && event == JobEvent::kPlanned)
    return JobStep{JobState::kDoing, {kWriteTasks, kDeleteItems}};
  if (state == JobState::kDoing && event == JobEvent::kTasksDone) return JobStep{JobState::kCompleted, {}};
  if (works && event == JobEvent::kFailed) return JobStep{JobState::kFailed, {kEndTasks}};
  if (works && event == JobEvent::kCancelRequested) return JobStep{JobState::kCanceling, {kStopWork}};
  if (state == JobState::kCanceling && (event == JobEvent::kStopped || event == JobEvent::kFailed))
    return JobStep{JobState::kCanceled, {kEndTasks}};
  // The cancel came too late: everything is gone.
  if (state == JobState::kCanceling && event == JobEvent::kTasksDone)
    return JobStep{JobState::kCompleted, {}};
  return std::nullopt;
}

bool is_final(JobState state) {
  return state == JobState::kCompleted || state == JobState::kFailed || state == JobState::kCanceled;
}

std::optional<TaskStep> on_event(TaskState state, TaskEvent event) {
  using enum TaskAction;
  if (is_final(state)) return std::nullopt;
  const std::vector<TaskAction> deleting = {kWriteTombstone, kLookForReaders, kDeleteObjects};
  if (state == TaskState::kInit && event == TaskEvent::kStarted) {
    TaskStep step{TaskState::kDoing, {kLookForReaders, kMarkDeleting}};
    step.actions.insert(step.actions.end(), deleting.begin(), deleting.end());
    return step;
  }
  if (state == TaskState::kDoing && event == TaskEvent::kResumed)
    return TaskStep{TaskState::kDoing, {kLookForReaders, kWriteTombstone, kLookForReaders, kDeleteObjects}};
  if (state == TaskState::kDoing && event == TaskEvent::kObjectsGone)
    return TaskStep{TaskState::kCompleted, {kMarkDeleted}};
  if (event == TaskEvent::kFailed) return TaskStep{TaskState::kFailed, {}};
  if (event == TaskEvent::kStopped) return TaskStep{TaskState::kCanceled, {}};
  return std::nullopt;
}

bool is_final(TaskState state) {
  return state == TaskState::kCompleted || state == TaskState::kFailed || state == TaskState::kCanceled;
}

std::string_view name(JobState state) { return find_name(kJobNames, state); }
std::string_view name(TaskState state) { return find_name(kTaskNames, state); }
std::optional<JobState> job_state(std::string_view name) { return find_state(kJobNames, name); }
std::optional<TaskState> task_state(std::string_view name) { return find_state(kTaskNames, name); }

}  // namespace seabed::clean
