// What RESTORE answers for a target that nothing leads to: OceanBase's number and words.
#include <gtest/gtest.h>

#include "core/engine/restore/plan.h"

namespace seabed::restore {
namespace {

constexpr uint64_t kDest = 1;

/// Two rounds with log in (100, 200] and (300, 400]; a set of round 1 from 110 to 120.
struct Facts {
  Facts() {
    media.archives_given = 1;
    media.spans = {{{kDest, 1, 1}, 100, 200}, {{kDest, 2, 2}, 300, 400}};
    BaseFacts base;
    base.set_id = 1, base.start_replay = 110, base.min_restore = 120;
    base.archive_dest = kDest, base.archive_round = 1;
    media.bases = {base};
  }
  Media media;
};

TEST(ImpossibleTarget, NumberAndWords) {
  struct Case {
    const char* what;
    void (*change)(Media&);
    Scn target;
    int number;
    const char* words;
  } cases[] = {
      {"no set", [](Media& m) { m.bases.clear(); }, 150, 9011, "no usable backup set"},
      {"before the first set", [](Media&) {}, 119, 9099, "before the minimum recovery point"},
      {"behind the log", [](Media&) {}, 401, 4018, "no enough log for restore"},
      {"no archive", [](Media& m) { m.archives_given = 0; }, 150, 4018, "no enough log for restore"},
      {"a hole",
       [](Media& m) {
         m.bases[0].uncovered = {{1001, 130, "recycled"}};
       },
       150, 9064, "has a hole"},
      {"between the rounds", [](Media&) {}, 250, 9064, "without a gap"},
      {"the next round", [](Media&) {}, 350, 9077, "in another round"},
  };
  for (const Case& c : cases) {
    Facts facts;
    c.change(facts.media);
    const Error error = impossible(facts.media, c.target);
    EXPECT_EQ(error.ob_error, c.number) << c.what << ": " << error.message();
    EXPECT_EQ(error.code, Code::kConflict) << c.what;
    EXPECT_NE(error.reason.find(c.words), std::string::npos) << c.what << ": " << error.message();
  }
}

TEST(ImpossibleTarget, LatestOfNothing) {
  Facts facts;
  facts.media.spans.clear();
  EXPECT_EQ(resolve_target(facts.media, {}).error().ob_error, 4018);
  facts.media.bases.clear();
  EXPECT_EQ(resolve_target(facts.media, {}).error().ob_error, 9011);
}

}  // namespace
}  // namespace seabed::restore
