// docs/state-machines.md says what the transition functions do: every table of the page is made from them here, row for
// row, and compared. SEABED_WRITE_PAGE=1 writes the tables into the page instead. To add a machine: a function that
// gives its rows, a line in machines(), and a heading with its two markers in the page.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "core/engine/archive/piece_transition.h"
#include "core/engine/archive/transition.h"
#include "core/engine/backup/parent_job.h"
#include "core/engine/backup/transition.h"
#include "core/engine/clean/transition.h"
#include "core/engine/restore/tenant_transition.h"
#include "core/engine/restore/transition.h"
#include "core/engine/table/transition.h"
#include "core/engine/standby/follow_transition.h"

namespace seabed {
namespace {

struct Row {
  std::string from, event, to, actions;
};
using Rows = std::vector<Row>;

template <class Value>
using Names = std::vector<std::pair<Value, std::string>>;

template <class Action>
std::string words(const std::vector<Action>& actions, const Names<Action>& names) {
  std::string out;
  for (Action action : actions)
    for (const auto& [value, name] : names)
      if (value == action) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Rows round_rows() {
  using namespace archive;
  using E = RoundEvent;
  using A = RoundAction;
  const Names<E> events = {{E::kEnable, "ARCHIVELOG, a destination, ENABLE"},
                           {E::kStartChosen, "start SCN kept, round and piece started on the medium"},
                           {E::kAllBegan, "every stream reports, the smallest checkpoint is behind the start"},
                           {E::kCheckpoint, "a new checkpoint"},
                           {E::kStreamBroken, "log of a stream is missing"},
                           {E::kDefer, "DEFER"},
                           {E::kNoArchivelog, "NOARCHIVELOG"},
                           {E::kStreamsStopped, "every stream has stopped"}};
  const Names<A> actions = {{A::kNewRound, "insert the next round"}, {A::kResumeRound, "the same round goes on"},
                            {A::kStartStreams, "start the streams"}, {A::kMoveCheckpoint, "move the checkpoint"},
                            {A::kNoteBreak, "the comment names the stream"}, {A::kStopStreams, "stop the streams"},
                            {A::kCloseRound, "freeze the last piece, end the round"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(RoundState::kStop); ++s)
    for (const auto& [event, text] : events)
      if (const auto next = next_state(static_cast<RoundState>(s), event)) {
        const auto from = state_name(static_cast<RoundState>(s));
        rows.push_back({from.empty() ? "(none)" : std::string(from), text, std::string(state_name(next->to)),
                        words(next->actions, actions)});
      }
  return rows;
}

Rows piece_rows() {
  using namespace archive;
  const auto name = [](const PieceState& p) {
    return std::string(p.status == PieceStatus::kActive ? "ACTIVE" : "FROZEN") + ", " +
           (p.files == PieceFileStatus::kIncomplete ? "INCOMPLETE" : "AVAILABLE");
  };
  const Names<PieceEvent> events = {{PieceEvent::kAllEntered, "every stream wrote its part, or the checkpoint is in it"},
                                    {PieceEvent::kAllPassed, "every stream has passed the nominal end"},
                                    {PieceEvent::kRoundEnds, "the round ends"}};
  Rows rows;
  for (auto status : {PieceStatus::kActive, PieceStatus::kFrozen})
    for (auto files : {PieceFileStatus::kIncomplete, PieceFileStatus::kAvailable})
      for (const auto& [event, text] : events)
        if (const auto next = next_piece_state({status, files}, event))
          rows.push_back({name({status, files}), text, name(*next), ""});
  return rows;
}

Rows job_rows() {
  using namespace backup;
  using E = JobEvent;
  using A = JobAction;
  const Names<E> events = {{E::kStarted, "the scheduler takes it"},
                           {E::kSetCompleted, "the set's end_success is on the medium"},
                           {E::kSetFailed, "an error that no retry helps, or retries used up (64 x 5 s)"},
                           {E::kCancelRequested, "CANCEL BACKUP"},
                           {E::kSetStopped, "after a cancel nothing works for the set any more"}};
  const Names<A> actions = {{A::kInsertSetTask, "insert the set task"}, {A::kInsertSet, "insert the set"},
                            {A::kRunSet, "run the set"}, {A::kStopWork, "stop the work"},
                            {A::kMarkSetSuccess, "set SUCCESS, AVAILABLE"}, {A::kMarkSetFailed, "set FAILED"},
                            {A::kWriteEndFailed, "write end_failed"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(JobState::kCanceled); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<JobState>(s), event))
        rows.push_back({std::string(name(static_cast<JobState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows parent_rows() {
  using namespace backup;
  using E = ParentEvent;
  const Names<E> events = {{E::kStarted, "its children are submitted"},
                           {E::kEndedWell, "every child has ended, and well"},
                           {E::kEndedBadly, "every child has ended, one not well"},
                           {E::kCancelRequested, "CANCEL BACKUP from sys, without a list"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(JobState::kCanceled); ++s)
    for (const auto& [event, text] : events)
      if (const auto next = parent_after(static_cast<JobState>(s), event))
        rows.push_back({std::string(name(static_cast<JobState>(s))), text, std::string(name(*next)),
                        event == E::kCancelRequested ? "cancel the children" : ""});
  return rows;
}

const Names<backup::SetAction>& set_actions() {
  using A = backup::SetAction;
  static const Names<A> names = {
      {A::kWriteStart, "write the start placeholder"}, {A::kTakeSnapshots, "take snapshots"},
      {A::kWriteStreamMeta, "write the streams' facts"}, {A::kStampSnapshots, "wait for the log behind them"},
      {A::kWaitCovered, "wait until the archive covers the set"},
      {A::kMergeMeta, "merge the streams' facts"}, {A::kCopyMinor, "copy system and minor data"},
      {A::kCopyMajor, "copy major data"}, {A::kMergeIndex, "merge the indexes"},
      {A::kWriteTableList, "write the table list"}, {A::kPlanLog, "choose the log files"},
      {A::kCopyLog, "copy the log into complement_log"}, {A::kWriteDescriptor, "write descriptor and end_success"},
      {A::kNextTurn, "begin a turn"}};
  return names;
}

Rows set_rows() {
  using namespace backup;
  using E = SetEvent;
  const Names<E> events = {{E::kDone, "its work is durable"}, {E::kContentChanged, "what must be copied is gone"},
                           {E::kResumed, "another process goes on"}, {E::kFailed, "failed"},
                           {E::kStopped, "stopped after a cancel"}};
  Rows rows;
  for (int i = 0; i <= static_cast<int>(SetState::kCanceled); ++i)
    for (const auto& [event, text] : events) {
      const auto state = static_cast<SetState>(i);
      const auto plain = on_event(state, event, false), plus = on_event(state, event, true);
      if (!plain) continue;
      const bool same = plain->next == plus->next && plain->actions == plus->actions;
      rows.push_back({std::string(name(state)), same ? text : text + ", without PLUS ARCHIVELOG",
                      std::string(name(plain->next)), words(plain->actions, set_actions())});
      if (!same)
        rows.push_back({std::string(name(state)), text + ", PLUS ARCHIVELOG", std::string(name(plus->next)),
                        words(plus->actions, set_actions())});
    }
  return rows;
}

Rows ls_rows() {
  using namespace backup;
  using E = LsEvent;
  const Names<E> events = {{E::kDispatched, "dispatched"}, {E::kStarted, "started"}, {E::kFinished, "finished"},
                           {E::kCopierFailed, "the copier failed"}, {E::kContentChanged, "what must be copied changed"}};
  const LsAttempt at{5, 5, 1};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(LsState::kFinish); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<LsState>(s), at, at, event, 2)) {
        const bool turn = step->attempt.turn == 6 && step->attempt.retry == 0;
        const bool retry = step->attempt.turn == 5 && step->attempt.retry == 6;
        rows.push_back({std::string(name(static_cast<LsState>(s))), text, std::string(name(step->next)),
                        turn ? "turn + 1, retry 0" : retry ? "retry + 1" : ""});
      }
  return rows;
}

Rows restore_rows() {
  using namespace restore;
  using A = Action;
  const Names<Event> events = {{Event::kStart, "start"}, {Event::kStepDone, "its work is durable"},
                               {Event::kStepFailed, "failed"}, {Event::kResume, "another process goes on"}};
  const Names<A> actions = {{A::kPersistPlan, "keep the plan"}, {A::kTakeDirectory, "take the directory"},
                            {A::kNameStreams, "name the streams"}, {A::kCopyFiles, "copy the files"},
                            {A::kReplayLog, "replay the log"}, {A::kFinishStreams, "finish the streams"},
                            {A::kReport, "auxiliary files, bound, report"}, {A::kPersistState, "keep the state"},
                            {A::kPersistFailure, "keep the failure"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(State::kFail); ++s)
    for (const auto& [event, text] : events) {
      const auto state = static_cast<State>(s);
      const Step step = transition(state, event);
      if (is_final(state) && step.actions.empty()) continue;
      rows.push_back({std::string(tenant_status(state)), text, std::string(tenant_status(step.next)),
                      words(step.actions, actions)});
    }
  return rows;
}

Rows clean_rows() {
  using namespace clean;
  using E = clean::JobEvent;
  using A = clean::JobAction;
  const Names<E> events = {{E::kPlanned, "the candidates are computed"}, {E::kTasksDone, "every task is done"},
                           {E::kFailed, "media and catalog differ, the clock jumped, a deletion failed"},
                           {E::kCancelRequested, "CANCEL DELETE BACKUP"},
                           {E::kStopped, "after a cancel nothing is deleted any more"}};
  const Names<A> actions = {{A::kWriteTasks, "write the tasks"}, {A::kDeleteItems, "delete the items"},
                            {A::kStopWork, "stop the work"}, {A::kEndTasks, "end the tasks; what was begun stays DELETING"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(clean::JobState::kCanceled); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<clean::JobState>(s), event))
        rows.push_back({std::string(name(static_cast<clean::JobState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows clean_task_rows() {
  using namespace clean;
  using E = clean::TaskEvent;
  using A = clean::TaskAction;
  const Names<E> events = {{E::kStarted, "its turn"}, {E::kResumed, "another process goes on"},
                           {E::kObjectsGone, "no object is left, or all are tagged"},
                           {E::kFailed, "failed, or a reader holds it"}, {E::kStopped, "stopped after a cancel"}};
  const Names<A> actions = {{A::kMarkDeleting, "set or piece DELETING"}, {A::kWriteTombstone, "write the tombstone"},
                            {A::kLookForReaders, "look for readers"}, {A::kDeleteObjects, "delete the objects"},
                            {A::kMarkDeleted, "set or piece DELETED"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(clean::TaskState::kCanceled); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<clean::TaskState>(s), event))
        rows.push_back({std::string(name(static_cast<clean::TaskState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows tenant_restore_rows() {
  using namespace restore;
  using E = ParentEvent;
  const Names<E> events = {{E::kTenantMade, "the tenant's row is durable"}, {E::kTenantDone, "the tenant's own row is RESTORE_SUCCESS"},
                           {E::kTenantFailed, "the tenant's own row is RESTORE_FAIL"}, {E::kCancelled, "CANCEL RESTORE"},
                           {E::kResume, "another process goes on"}};
  const Names<ParentAction> actions = {{ParentAction::kRunTenant, "run the tenant's restore"},
                                       {ParentAction::kRegisterStandby, "role STANDBY, its streams and log source"},
                                       {ParentAction::kDropTenant, "drop the tenant's row"},
                                       {ParentAction::kDiscardFiles, "take away what was restored"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(ParentState::kFail); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<ParentState>(s), event))
        rows.push_back({std::string(name(static_cast<ParentState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows standby_rows() {
  using namespace standby;
  using E = FollowEvent;
  const Names<E> events = {{E::kRecover, "RECOVER STANDBY UNTIL a later point"}, {E::kCancel, "RECOVER STANDBY CANCEL"},
                           {E::kPulled, "what there was is applied, the point is not reached"}, {E::kReached, "the point is reached"},
                           {E::kUnreadable, "the source cannot be read now"},
                           {E::kBroken, "log is missing, or something was not logged"}, {E::kActivate, "ACTIVATE STANDBY"}};
  const auto text_of = [](FollowState s) { return s == FollowState::kPrimary ? "(primary)" : std::string(sync_status(s)); };
  Rows rows;
  for (int s = 0; s <= static_cast<int>(FollowState::kPrimary); ++s)
    for (const auto& [event, text] : events)
      if (const auto next = on_event(static_cast<FollowState>(s), event))
        rows.push_back({text_of(static_cast<FollowState>(s)), text, text_of(*next),
                        is_active(*next) ? "look at the source at each interval" : ""});
  return rows;
}

Rows table_sys_rows() {
  using namespace table;
  const Names<SysEvent> events = {{SysEvent::kChecked, "lists, names and the target point are resolved"},
                                  {SysEvent::kUserDone, "the tenant's job completed"},
                                  {SysEvent::kUserFailed, "the tenant's job failed or was cancelled"}};
  const Names<SysAction> actions = {{SysAction::kInsertUserJob, "insert the tenant's row"},
                                    {SysAction::kDropAux, "drop the auxiliary tenant"},
                                    {SysAction::kToHistory, "keep the result"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(SysState::kFailed); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<SysState>(s), event))
        rows.push_back({std::string(name(static_cast<SysState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows table_user_rows() {
  using namespace table;
  using E = UserEvent;
  using A = UserAction;
  const Names<E> events = {{E::kDone, "its work is durable"}, {E::kFailed, "an error that no retry helps"},
                           {E::kRetry, "an error that may be gone"}, {E::kResumed, "another process goes on"},
                           {E::kCancelRequested, "CANCEL RECOVER TABLE"}, {E::kStopped, "the import job is gone"}};
  const Names<A> actions = {{A::kRestoreAux, "restore the auxiliary tenant quickly"}, {A::kOpenAux, "open it and list its tables"},
                            {A::kCheckTarget, "check the target"}, {A::kInsertImportJob, "insert the import job and its tasks"},
                            {A::kImport, "run the import job"}, {A::kStopWork, "end server and import"},
                            {A::kKeepFailure, "keep the failure"}, {A::kKeepResult, "keep the result"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(UserState::kFailed); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<UserState>(s), event))
        rows.push_back({std::string(name(static_cast<UserState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows table_task_rows() {
  using namespace table;
  using E = TaskEvent;
  const Names<E> events = {{E::kStarted, "its turn"}, {E::kLoaded, "its rows are there"}, {E::kFailed, "refused or failed"},
                           {E::kResumed, "another process goes on"}};
  const Names<TaskAction> actions = {{TaskAction::kLoad, "load"}, {TaskAction::kDropHalfAndLoad, "drop what was half loaded, load"},
                                     {TaskAction::kCount, "count it"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(TaskState::kFinish); ++s)
    for (const auto& [event, text] : events)
      if (const auto step = on_event(static_cast<TaskState>(s), event))
        rows.push_back({std::string(name(static_cast<TaskState>(s))), text, std::string(name(step->next)),
                        words(step->actions, actions)});
  return rows;
}

Rows table_import_rows() {
  using namespace table;
  using E = ImportEvent;
  const Names<E> events = {{E::kStarted, "started"}, {E::kTablesDone, "every table is finished"},
                           {E::kConstraintsDone, "constraints are done"}, {E::kCancelRequested, "CANCEL RECOVER TABLE"},
                           {E::kStopped, "nothing works for it any more"}};
  Rows rows;
  for (int s = 0; s <= static_cast<int>(ImportState::kFinish); ++s)
    for (const auto& [event, text] : events)
      if (const auto next = on_event(static_cast<ImportState>(s), event))
        rows.push_back({std::string(name(static_cast<ImportState>(s))), text, std::string(name(*next)), ""});
  return rows;
}

struct Machine {
  std::string name;
  std::function<Rows()> rows;
};
const std::vector<Machine>& machines() {
  static const std::vector<Machine> all = {{"archive round", round_rows}, {"piece", piece_rows},
                                           {"backup job", job_rows},      {"backup parent job", parent_rows},
                                           {"backup set task", set_rows},
                                           {"log stream task", ls_rows},  {"cleanup job", clean_rows},
                                           {"cleanup task", clean_task_rows}, {"restore", restore_rows},
                                           {"tenant restore", tenant_restore_rows},
                                           {"standby", standby_rows},
                                           {"table restore, sys row", table_sys_rows},
                                           {"table restore, tenant row", table_user_rows},
                                           {"import job", table_import_rows}, {"import task", table_task_rows}};
  return all;
}

std::string table(const Rows& rows) {
  std::string out = "| From | Event | To | Work |\n|---|---|---|---|\n";
  for (const Row& r : rows) out += "| " + r.from + " | " + r.event + " | " + r.to + " | " + r.actions + " |\n";
  return out;
}

const std::string kPage = std::string(SEABED_SOURCE_DIR) + "/docs/state-machines.md";

std::string read_page() {
  std::ifstream in(kPage);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Where the machine's table begins and how long it is; npos: no markers.
std::pair<size_t, size_t> find_table(const std::string& page, const std::string& machine) {
  const std::string begin = "<!-- table: " + machine + " -->\n", end = "<!-- end -->";
  const size_t from = page.find(begin);
  if (from == page.npos) return {from, 0};
  const size_t to = page.find(end, from);
  return {from + begin.size(), to == page.npos ? 0 : to - from - begin.size()};
}

TEST(StateMachinesPage, TablesAreThoseOfTheCode) {
  std::string page = read_page();
  ASSERT_FALSE(page.empty()) << kPage;
  const bool write = std::getenv("SEABED_WRITE_PAGE") != nullptr;
  for (const Machine& machine : machines()) {
    const auto [at, length] = find_table(page, machine.name);
    ASSERT_NE(at, page.npos) << "the page has no table of the " << machine.name;
    if (write) page.replace(at, length, table(machine.rows()));
    else EXPECT_EQ(page.substr(at, length), table(machine.rows())) << machine.name;
  }
  if (write) std::ofstream(kPage) << page;
}

TEST(StateMachinesPage, HasNoTableThatNobodyChecks) {
  const std::string page = read_page();
  size_t tables = 0;
  for (size_t at = 0; (at = page.find("<!-- table: ", at)) != page.npos; ++at) ++tables;
  EXPECT_EQ(tables, machines().size());
}

TEST(StateMachinesPage, EveryActionOfATableHasAWord) {
  using A = backup::SetAction;
  for (int a = 0; a <= static_cast<int>(A::kNextTurn); ++a)
    EXPECT_EQ(std::ranges::count(set_actions(), static_cast<A>(a), [](const auto& n) { return n.first; }), 1) << a;
}

}  // namespace
}  // namespace seabed
