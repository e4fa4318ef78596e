// What a terminal shows of long work, and the same as JSON.

#include "tools/cli/progress_line.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/agent/progress_json.h"

namespace seabed {
namespace {

ProgressView half_done() {
  ProgressView view{{50 << 20, 100 << 20, 5, 10, "data"}, 10.0 * (1 << 20)};
  view.left = std::chrono::seconds(5), view.left_known = true;
  return view;
}

TEST(ProgressLine, HasPercentBytesRateAndTimeLeft) {
  const std::string text = ProgressLine::text("backup", half_done());
  for (const char* part : {"backup data 50.0 %", " of ", "/s", "5 s left"})
    EXPECT_NE(text.find(part), text.npos) << part << " in " << text;
}

TEST(ProgressLine, TellsOfLogHowMuchIsToGo) {
  ProgressView view{{0, 0, 1, 2, "log"}};
  Progress& p = view.progress;
  p.log_from = 100'000'000'000, p.log_at = 150'000'000'000, p.log_until = 200'000'000'000;
  view.log_per_second = 10, view.left = std::chrono::seconds(5), view.left_known = true;
  EXPECT_EQ(ProgressLine::text("standby", view),
            "standby log, 1 of 2, log 50.0 %, 50 s of it to go at 10.0 s/s, 5 s left");
  p.log_at = 300'000'000'000;  // beyond its target is there
  EXPECT_NE(ProgressLine::text("standby", view).find("log 100.0 %, 0 s"), std::string::npos);
}

TEST(ProgressJson, ComesBackAsItWas) {
  ProgressView view = half_done();
  view.progress.log_from = 1, view.progress.log_at = 2, view.progress.log_until = 3;
  const Json json = progress_json(view);
  EXPECT_EQ(json["left_seconds"], 5);
  EXPECT_EQ(json["bytes_per_second"], 10 << 20);
  const auto all = [](const Progress& p) {
    return std::tuple(p.done_bytes, p.total_bytes, p.done_items, p.total_items, p.phase, p.log_from, p.log_at,
                      p.log_until);
  };
  EXPECT_EQ(all(progress_of(json)), all(view.progress));
  EXPECT_TRUE(progress_json(std::nullopt).is_null());
  EXPECT_EQ(progress_of(nullptr).done_bytes, 0u);
  view.left_known = false, view.bytes_per_second = 0;
  EXPECT_TRUE(progress_json(view)["left_seconds"].is_null());
}

}  // namespace
}  // namespace seabed
