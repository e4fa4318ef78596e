// Every (state, event) pair of the round, against a list written from the reference, not from the table.

#include "core/engine/archive/transition.h"

#include <gtest/gtest.h>

#include <map>

#include "core/engine/archive/piece_transition.h"

namespace seabed::archive {
namespace {
using S = RoundState;
using E = RoundEvent;

constexpr S kStates[] = {S::kNone, S::kPrepare, S::kBeginning, S::kDoing, S::kInterrupted,
                         S::kSuspending, S::kSuspend, S::kStopping, S::kStop};
constexpr E kEvents[] = {E::kEnable, E::kStartChosen, E::kAllBegan, E::kCheckpoint,
                         E::kStreamBroken, E::kDefer, E::kNoArchivelog, E::kStreamsStopped};

S expected(S from, E event) {  // from itself: nothing happens
  switch (event) {
    case E::kEnable:
      if (from == S::kNone || from == S::kStop) return S::kPrepare;
      return from == S::kSuspend ? S::kBeginning : from;
    case E::kStartChosen: return from == S::kPrepare ? S::kBeginning : from;
    case E::kAllBegan: return from == S::kBeginning ? S::kDoing : from;
    case E::kCheckpoint: return from;
    case E::kStreamBroken: return from == S::kBeginning || from == S::kDoing ? S::kInterrupted : from;
    case E::kDefer: return from == S::kDoing || from == S::kInterrupted ? S::kSuspending : from;
    case E::kNoArchivelog:
      return from == S::kBeginning || from == S::kDoing || from == S::kInterrupted || from == S::kSuspending ||
                     from == S::kSuspend
                 ? S::kStopping
                 : from;
    case E::kStreamsStopped: return from == S::kStopping ? S::kStop : from == S::kSuspending ? S::kSuspend : from;
  }
  return from;
}

TEST(RoundTransition, EveryStateAndEvent) {
  for (const S from : kStates) {
    for (const E event : kEvents) {
      const auto next = next_state(from, event);
      const bool checkpoint = from == S::kDoing && event == E::kCheckpoint;
      EXPECT_EQ(next.has_value(), checkpoint || expected(from, event) != from)
          << state_name(from) << " event " << static_cast<int>(event);
      if (next) EXPECT_EQ(next->to, expected(from, event)) << state_name(from);
    }
  }
}

TEST(RoundTransition, ActionsThatMatter) {
  const auto has = [](S from, E event, RoundAction action) {
    const auto next = next_state(from, event);
    return next && std::count(next->actions.begin(), next->actions.end(), action) == 1;
  };
  EXPECT_TRUE(has(S::kStop, E::kEnable, RoundAction::kNewRound));
  EXPECT_TRUE(has(S::kSuspend, E::kEnable, RoundAction::kResumeRound));
  EXPECT_FALSE(has(S::kSuspend, E::kEnable, RoundAction::kNewRound));
  EXPECT_TRUE(has(S::kDoing, E::kStreamBroken, RoundAction::kNoteBreak));
  EXPECT_TRUE(has(S::kStopping, E::kStreamsStopped, RoundAction::kCloseRound));
  EXPECT_FALSE(has(S::kSuspending, E::kStreamsStopped, RoundAction::kCloseRound));
}

TEST(RoundTransition, NamesGoBothWays) {
  for (const S s : kStates) EXPECT_EQ(parse_state(state_name(s)), s);
  EXPECT_FALSE(parse_state("RUNNING"));
}

TEST(PieceTransition, EveryStateAndEvent) {
  using P = PieceState;
  const P incomplete{}, available{PieceStatus::kActive, PieceFileStatus::kAvailable},
      frozen{PieceStatus::kFrozen, PieceFileStatus::kAvailable};
  EXPECT_EQ(next_piece_state(incomplete, PieceEvent::kAllEntered), available);
  EXPECT_EQ(next_piece_state(available, PieceEvent::kAllEntered), std::nullopt);
  for (const auto event : {PieceEvent::kAllPassed, PieceEvent::kRoundEnds}) {
    EXPECT_EQ(next_piece_state(incomplete, event), frozen);
    EXPECT_EQ(next_piece_state(available, event), frozen);
    EXPECT_EQ(next_piece_state(frozen, event), std::nullopt);
  }
  EXPECT_EQ(next_piece_state(frozen, PieceEvent::kAllEntered), std::nullopt);
}

TEST(RoundPlan, NumbersFollowTheReference) {
  const RoundPlan plan{1, 1000, 5, 100};
  EXPECT_EQ(plan.piece_of(1000), 5u);
  EXPECT_EQ(plan.piece_of(1099), 5u);
  EXPECT_EQ(plan.piece_of(1100), 6u);
  EXPECT_EQ(plan.piece_of(999), 5u);
  for (Scn scn = 1000; scn < 2000; ++scn) {
    const uint64_t p = plan.piece_of(scn);
    EXPECT_LE(plan.piece_start(p), scn);
    EXPECT_GT(plan.piece_end(p), scn);
  }
}

}  // namespace
}  // namespace seabed::archive
