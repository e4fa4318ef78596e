// What a standby's operator is told to look at.
#include <gtest/gtest.h>

#include <map>

#include "core/engine/standby/follow_transition.h"

namespace seabed::standby {
namespace {

TEST(FollowTrouble, EachErrorHasItsWord) {
  const std::map<Code, std::string> words = {
      {Code::kInvalidArgument, "NOT AVAILABLE"},
      {Code::kNotFound, "CHECK PRIMARY ALIVE"},
      {Code::kAlreadyExists, "NOT AVAILABLE"},
      {Code::kPermissionDenied, "CHECK USER OR PASSWORD"},
      {Code::kUnsupported, "STANDBY NEED UPGRADE"},
      {Code::kConflict, "NOT AVAILABLE"},
      {Code::kFenced, "NOT AVAILABLE"},
      {Code::kCorruption, "NOT AVAILABLE"},
      {Code::kGap, "SOURCE HAS A GAP"},
      {Code::kNoSpace, "NOT AVAILABLE"},
      {Code::kUnavailable, "CHECK NETWORK"},
      {Code::kThrottled, "FETCH LOG TIMEOUT"},
      {Code::kTimeout, "FETCH LOG TIMEOUT"},
      {Code::kOutcomeUnknown, "CHECK NETWORK"},
      {Code::kCancelled, "NOT AVAILABLE"},
      {Code::kIo, "NOT AVAILABLE"},
      {Code::kInternal, "NOT AVAILABLE"},
  };
  EXPECT_EQ(words.size(), static_cast<size_t>(Code::kInternal) + 1) << "a code without a word";
  for (const auto& [code, word] : words) EXPECT_EQ(trouble_status({.code = code}), word) << code_name(code);
  EXPECT_EQ(trouble_status({.code = Code::kConflict, .ob_error = 9047}), "CHECK USER OR PASSWORD");
  EXPECT_EQ(trouble_status({.code = Code::kConflict, .ob_error = 9081}), "STANDBY LOG NOT MATCH");
}

}  // namespace
}  // namespace seabed::standby
