// RECOVER TABLE's states: every state ends, however events come, and no event leads back.

#include <gtest/gtest.h>

#include <random>

#include "core/engine/table/transition.h"

namespace seabed::table {
namespace {

TEST(TableTransition, TheReferencesWay) {
  UserState s = UserState::kPrepare;
  for (const char* next : {"RESTORE_AUX_TENANT", "ACTIVE_AUX_TENANT", "PRECHECK_IMPORT", "GEN_IMPORT_JOB",
                           "IMPORTING", "COMPLETED"}) {
    s = on_event(s, UserEvent::kDone)->next;
    EXPECT_EQ(name(s), next);
  }
  EXPECT_FALSE(on_event(s, UserEvent::kDone));
  EXPECT_EQ(name(*on_event(ImportState::kInit, ImportEvent::kStarted)), "IMPORT_TABLE");
  EXPECT_EQ(name(*on_event(ImportState::kImportTable, ImportEvent::kTablesDone)),
            "RECONSTRUCT_REF_CONSTRAINT");
  EXPECT_EQ(name(*on_event(ImportState::kReconstruct, ImportEvent::kConstraintsDone)), "IMPORT_FINISH");
}

TEST(TableTransition, CancelFromEveryStateEndsInFailed) {
  for (int i = 0; i < static_cast<int>(UserState::kCanceling); ++i) {
    const auto step = on_event(static_cast<UserState>(i), UserEvent::kCancelRequested);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->next, UserState::kCanceling);
    EXPECT_EQ(on_event(step->next, UserEvent::kStopped)->next, UserState::kFailed);
    EXPECT_FALSE(on_event(step->next, UserEvent::kDone)) << "work that ends after a cancel completes nothing";
    EXPECT_FALSE(on_event(step->next, UserEvent::kCancelRequested));
  }
}

TEST(TableTransition, ResumeAndRetryStayAndDoTheStatesWork) {
  for (int i = 0; i <= static_cast<int>(UserState::kFailed); ++i) {
    const auto state = static_cast<UserState>(i);
    const auto step = on_event(state, UserEvent::kResumed);
    EXPECT_EQ(step.has_value(), !is_final(state));
    if (step) EXPECT_EQ(step->next, state);
  }
  EXPECT_EQ(on_event(TaskState::kDoing, TaskEvent::kResumed)->actions[0], TaskAction::kDropHalfAndLoad);
}

TEST(TableTransition, AnyHistoryEndsOnce) {
  std::mt19937 random(7);
  for (int run = 0; run < 2000; ++run) {
    UserState s = UserState::kPrepare;
    int ends = 0;
    for (int i = 0; i < 60; ++i) {
      const auto step = on_event(s, static_cast<UserEvent>(random() % 6));
      if (!step) continue;
      EXPECT_FALSE(is_final(s));
      EXPECT_GE(static_cast<int>(step->next), static_cast<int>(s));
      s = step->next;
      ends += is_final(s);
    }
    EXPECT_LE(ends, 1);
  }
}

TEST(TableTransition, NamesReadBack) {
  for (int i = 0; i <= static_cast<int>(UserState::kFailed); ++i)
    EXPECT_EQ(user_state(name(static_cast<UserState>(i))), static_cast<UserState>(i));
  EXPECT_FALSE(user_state("RESTORING"));
}

}  // namespace
}  // namespace seabed::table
