// Every state with every event: what is not in these tables must mean nothing.

#include "core/engine/backup/transition.h"

#include <gtest/gtest.h>

#include <map>

namespace seabed::backup {
namespace {

using J = JobState;
using JE = JobEvent;
constexpr J kJobStates[] = {J::kInit, J::kDoing, J::kCompleted, J::kFailed, J::kCanceling, J::kCanceled};
constexpr JE kJobEvents[] = {JE::kStarted, JE::kSetCompleted, JE::kSetFailed, JE::kCancelRequested, JE::kSetStopped};

TEST(BackupTransition, EveryJobStateWithEveryEvent) {
  const std::map<std::pair<J, JE>, J> expected = {
      {{J::kInit, JE::kStarted}, J::kDoing},
      {{J::kInit, JE::kSetFailed}, J::kFailed},
      {{J::kInit, JE::kCancelRequested}, J::kCanceling},
      {{J::kDoing, JE::kSetCompleted}, J::kCompleted},
      {{J::kDoing, JE::kSetFailed}, J::kFailed},
      {{J::kDoing, JE::kCancelRequested}, J::kCanceling},
      {{J::kCanceling, JE::kSetStopped}, J::kCanceled},
      {{J::kCanceling, JE::kSetFailed}, J::kCanceled},
      {{J::kCanceling, JE::kSetCompleted}, J::kCompleted},
  };
  for (J state : kJobStates)
    for (JE event : kJobEvents) {
      const auto step = on_event(state, event);
      const auto it = expected.find({state, event});
      ASSERT_EQ(step.has_value(), it != expected.end()) << name(state) << " event " << static_cast<int>(event);
      if (step) EXPECT_EQ(step->next, it->second) << name(state);
      if (is_final(state)) EXPECT_FALSE(step) << "final states are final";
    }
}

TEST(BackupTransition, AFailedOrCancelledSetIsMarkedOnTheMediumFirst) {
  using A = JobAction;
  const std::vector<A> marks{A::kWriteEndFailed, A::kMarkSetFailed};
  EXPECT_EQ(on_event(J::kDoing, JE::kSetFailed)->actions, marks);
  EXPECT_EQ(on_event(J::kCanceling, JE::kSetStopped)->actions, marks);
  EXPECT_TRUE(on_event(J::kInit, JE::kSetFailed)->actions.empty()) << "nothing of it is on the medium";
}

using S = SetState;
using SE = SetEvent;
constexpr S kSetStates[] = {S::kInit, S::kSysMeta, S::kUserMeta, S::kMetaFinish, S::kDataMinor, S::kDataMajor,
                            S::kBeforeLog, S::kLog, S::kCompleted, S::kFailed, S::kCanceled};
constexpr SE kSetEvents[] = {SE::kDone, SE::kContentChanged, SE::kResumed, SE::kFailed, SE::kStopped};

std::map<std::pair<S, SE>, S> expected_set_steps(bool plus_archivelog) {
  std::map<std::pair<S, SE>, S> out = {
      {{S::kInit, SE::kDone}, S::kSysMeta},
      {{S::kSysMeta, SE::kDone}, S::kUserMeta},
      {{S::kUserMeta, SE::kDone}, S::kMetaFinish},
      {{S::kMetaFinish, SE::kDone}, S::kDataMinor},
      {{S::kDataMinor, SE::kDone}, S::kDataMajor},
      {{S::kDataMajor, SE::kDone}, plus_archivelog ? S::kBeforeLog : S::kCompleted},
      {{S::kBeforeLog, SE::kDone}, S::kLog},
      {{S::kLog, SE::kDone}, S::kCompleted},
      {{S::kInit, SE::kResumed}, S::kInit},
      {{S::kSysMeta, SE::kResumed}, S::kSysMeta},
      {{S::kBeforeLog, SE::kResumed}, S::kBeforeLog},
      {{S::kLog, SE::kResumed}, S::kLog},
      {{S::kCompleted, SE::kResumed}, S::kCompleted},
  };
  for (S state : {S::kUserMeta, S::kMetaFinish, S::kDataMinor, S::kDataMajor})
    out[{state, SE::kContentChanged}] = out[{state, SE::kResumed}] = S::kUserMeta;
  for (S state : kSetStates)
    if (state != S::kFailed && state != S::kCanceled) {
      out[{state, SE::kFailed}] = S::kFailed;
      out[{state, SE::kStopped}] = S::kCanceled;
    }
  return out;
}

TEST(BackupTransition, EverySetStateWithEveryEvent) {
  for (bool plus : {false, true}) {
    const auto expected = expected_set_steps(plus);
    for (S state : kSetStates)
      for (SE event : kSetEvents) {
        const auto step = on_event(state, event, plus);
        const auto it = expected.find({state, event});
        ASSERT_EQ(step.has_value(), it != expected.end()) << name(state) << " event " << static_cast<int>(event);
        if (step) EXPECT_EQ(step->next, it->second) << name(state);
      }
  }
}

TEST(BackupTransition, ANewTurnIsSavedBeforeItsSnapshotsAreTaken) {
  for (S state : {S::kUserMeta, S::kMetaFinish, S::kDataMinor, S::kDataMajor}) {
    const auto step = on_event(state, SE::kContentChanged, false);
    ASSERT_GE(step->actions.size(), 2u);
    EXPECT_EQ(step->actions[0], SetAction::kNextTurn);
    EXPECT_EQ(step->actions[1], SetAction::kTakeSnapshots);
  }
  EXPECT_EQ(on_event(S::kSysMeta, SE::kResumed, false)->actions[0], SetAction::kNextTurn);
}

TEST(BackupTransition, TheLogIsAwaitedBeforeMetaIsWrittenAndTheArchiveBeforeTheSetEnds) {
  EXPECT_EQ(on_event(S::kInit, SE::kDone, false)->actions, std::vector{SetAction::kTakeSnapshots}) << "stream 1 first";
  const auto actions = on_event(S::kSysMeta, SE::kDone, false)->actions;
  const std::vector<SetAction> expected{SetAction::kTakeSnapshots, SetAction::kStampSnapshots, SetAction::kWriteStreamMeta};
  EXPECT_EQ(actions, expected);
  EXPECT_EQ(on_event(S::kDataMinor, SE::kDone, true)->actions.back(), SetAction::kWaitCovered) << "and before log is chosen";
}

using L = LsState;
using LE = LsEvent;

TEST(BackupTransition, EveryLsStateWithEveryEvent) {
  const LsAttempt now{2, 1, 77};
  for (L state : {L::kInit, L::kPending, L::kDoing, L::kFinish})
    for (LE event : {LE::kDispatched, LE::kStarted, LE::kFinished, LE::kCopierFailed, LE::kContentChanged}) {
      const auto step = on_event(state, now, now, event, 88);
      std::optional<LsStep> expected;
      if (event == LE::kContentChanged) expected = LsStep{L::kInit, {3, 0, 88}};
      if (state == L::kInit && event == LE::kDispatched) expected = LsStep{L::kPending, now};
      if (state == L::kPending && event == LE::kStarted) expected = LsStep{L::kDoing, now};
      if (state == L::kDoing && event == LE::kFinished) expected = LsStep{L::kFinish, now};
      if ((state == L::kDoing || state == L::kPending) && event == LE::kCopierFailed)
        expected = LsStep{L::kInit, {2, 2, 88}};
      ASSERT_EQ(step.has_value(), expected.has_value()) << name(state) << " " << static_cast<int>(event);
      if (step) {
        EXPECT_EQ(step->next, expected->next);
        EXPECT_EQ(step->attempt, expected->attempt);
      }
      for (LsAttempt stale : {LsAttempt{1, 1, 77}, LsAttempt{2, 0, 77}, LsAttempt{2, 1, 76}})
        EXPECT_FALSE(on_event(state, now, stale, event, 88)) << "an answer of an older attempt";
    }
}

TEST(BackupTransition, NamesAreTheViewsAndReadBack) {
  for (J state : kJobStates) EXPECT_EQ(job_state(name(state)), state);
  for (S state : kSetStates) EXPECT_EQ(set_state(name(state)), state);
  EXPECT_EQ(name(S::kMetaFinish), "BACKUP_META_FINISH");
  EXPECT_FALSE(set_state("BACKUP_NOTHING"));
}

}  // namespace
}  // namespace seabed::backup
