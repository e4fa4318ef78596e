#include "core/engine/archive/transition.h"

#include <array>
#include <utility>

namespace seabed::archive {

namespace {
using S = RoundState;
using E = RoundEvent;
using A = RoundAction;

struct Row {
  S from;
  E event;
  S to;
  std::vector<A> actions;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      {S::kNone, E::kEnable, S::kPrepare, {A::kNewRound}},
      {S::kStop, E::kEnable, S::kPrepare, {A::kNewRound}},
      {S::kSuspend, E::kEnable, S::kBeginning, {A::kResumeRound, A::kStartStreams}},
      {S::kPrepare, E::kStartChosen, S::kBeginning, {A::kStartStreams}},
      {S::kBeginning, E::kAllBegan, S::kDoing, {A::kMoveCheckpoint}},
      {S::kDoing, E::kCheckpoint, S::kDoing, {A::kMoveCheckpoint}},
      {S::kBeginning, E::kStreamBroken, S::kInterrupted, {A::kNoteBreak, A::kStopStreams}},
      {S::kDoing, E::kStreamBroken, S::kInterrupted, {A::kNoteBreak, A::kStopStreams}},
      // PREPARE cannot be stopped: it is over in a moment.
      {S::kBeginning, E::kNoArchivelog, S::kStopping, {A::kStopStreams}},
      {S::kDoing, E::kNoArchivelog, S::kStopping, {A::kStopStreams}},
      {S::kInterrupted, E::kNoArchivelog, S::kStopping, {A::kStopStreams}},
      {S::kSuspending, E::kNoArchivelog, S::kStopping, {A::kStopStreams}},
      {S::kSuspend, E::kNoArchivelog, S::kStopping, {A::kStopStreams}},
      {S::kDoing, E::kDefer, S::kSuspending, {A::kStopStreams}},
      {S::kInterrupted, E::kDefer, S::kSuspending, {A::kStopStreams}},
      {S::kStopping, E::kStreamsStopped, S::kStop, {A::kCloseRound}},
      {S::kSuspending, E::kStreamsStopped, S::kSuspend, {}},
  };
  return rows;
}

constexpr std::array<std::pair<S, std::string_view>, 9> kNames = {{{S::kNone, ""},
                                                                   {S::kPrepare, "PREPARE"},
                                                                   {S::kBeginning, "BEGINNING"},
                                                                   {S::kDoing, "DOING"},
                                                                   {S::kInterrupted, "INTERRUPTED"},
                                                                   {S::kSuspending, "SUSPENDING"},
                                                                   {S::kSuspend, "SUSPEND"},
                                                                   {S::kStopping, "STOPPING"},
                                                                   {S::kStop, "STOP"}}};
}  // namespace

std::optional<RoundTransition> next_state(RoundState from, RoundEvent event) {
  for (const auto& row : table())
    if (row.from == from && row.event == event) return RoundTransition{row.to, row.actions};
  return std::nullopt;
}

std::string_view state_name(RoundState state) {
  for (const auto& [s, name] : kNames)
    if (s == state) return name;
  return "";
}

std::optional<RoundState> parse_state(std::string_view name) {
  for (const auto& [s, n] : kNames)
    if (n == name) return s;
  return std::nullopt;
}

}  // namespace seabed::archive
