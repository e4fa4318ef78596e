#include "core/engine/restore/transition.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace seabed::restore {
namespace {

TEST(RestoreTransition, TheWayToSuccess) {
  const State way[] = {State::kCreateTenant,     State::kPre,    State::kCreateInitLs,
                       State::kWaitToConsistent, State::kWaitLs, State::kPostCheck,
                       State::kUpgrade,          State::kSuccess};
  State s = State::kCreateTenant;
  for (size_t i = 1; i < std::size(way); ++i) {
    s = transition(s, Event::kStepDone).next;
    EXPECT_EQ(s, way[i]);
  }
  EXPECT_TRUE(transition(s, Event::kStepDone).actions.empty());
}

TEST(RestoreTransition, ResumeRepeatsTheStep) {
  for (int i = 0; i <= static_cast<int>(State::kFail); ++i) {
    const State s = static_cast<State>(i);
    EXPECT_EQ(transition(s, Event::kResume).next, s);
    EXPECT_EQ(transition(s, Event::kResume).actions, transition(s, Event::kStart).actions);
  }
}

TEST(RestoreTransition, AnyFailureIsFinal) {
  for (int i = 0; i < static_cast<int>(State::kSuccess); ++i)
    EXPECT_EQ(transition(static_cast<State>(i), Event::kStepFailed).next, State::kFail);
  EXPECT_EQ(transition(State::kSuccess, Event::kStepFailed).next, State::kSuccess);
}

TEST(RestoreTransition, LogIsReplayedBeforeAnythingIsFinished) {
  auto actions = transition(State::kWaitToConsistent, Event::kStepDone).actions;
  auto replay = std::find(actions.begin(), actions.end(), Action::kReplayLog);
  auto finish = std::find(actions.begin(), actions.end(), Action::kFinishStreams);
  ASSERT_NE(replay, actions.end());
  EXPECT_LT(replay, finish);
}

TEST(RestoreTransition, NamesAreThoseOfTheViews) {
  for (int i = 0; i <= static_cast<int>(State::kFail); ++i) {
    State back;
    ASSERT_TRUE(parse_status(tenant_status(static_cast<State>(i)), &back));
    EXPECT_EQ(back, static_cast<State>(i));
  }
  EXPECT_EQ(parent_status(State::kWaitLs), "WAIT_TENANT_RESTORE_FINISH");
  EXPECT_EQ(parent_status(State::kSuccess), "RESTORE_SUCCESS");
  State s;
  EXPECT_FALSE(parse_status("", &s));
}

}  // namespace
}  // namespace seabed::restore
