#pragma once
// The archive round's state machine (reference: state machines, section 1): a pure table. The executor persists the
// state that it is told and does the actions, each of which may be done again.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seabed::archive {

enum class RoundState { kNone, kPrepare, kBeginning, kDoing, kInterrupted, kSuspending, kSuspend, kStopping, kStop };
enum class RoundEvent {
  kEnable,          // log mode ARCHIVELOG, a destination is set, its state is ENABLE
  kStartChosen,     // start SCN persisted, round_start and the first piece on the medium
  kAllBegan,        // every stream reports, the smallest checkpoint is behind the start
  kCheckpoint,
  kStreamBroken,    // a stream's log is missing
  kDefer,
  kNoArchivelog,
  kStreamsStopped,  // every stream has stopped or never started
};
enum class RoundAction {
  kNewRound,        // insert the row with the next round id
  kResumeRound,     // the same round goes on
  kStartStreams,
  kMoveCheckpoint,
  kNoteBreak,       // comment names the stream
  kStopStreams,
  kCloseRound,      // freeze the last piece, round_end
};
struct RoundTransition {
  RoundState to = RoundState::kNone;
  std::vector<RoundAction> actions;
  bool operator==(const RoundTransition&) const = default;
};
/// nullopt: the event means nothing in that state; nothing changes.
std::optional<RoundTransition> next_state(RoundState from, RoundEvent event);

/// As in the catalog: "" for kNone.
std::string_view state_name(RoundState state);
std::optional<RoundState> parse_state(std::string_view name);

}  // namespace seabed::archive
