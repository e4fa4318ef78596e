// Stage 1: what keeps two writers apart: conditional put and append.
#include <spdlog/fmt/fmt.h>

#include <atomic>
#include <thread>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"

namespace seabed {
namespace {

constexpr uint64_t kSmall = 1000;
constexpr uint32_t kRacers = 4;

constexpr IoNeed kConditional{"conditional put",
                              "leases, log files and every small file of a set or piece are created only "
                              "if absent: no log archive, no backup",
                              "s3:PutObject with If-None-Match"};
constexpr IoNeed kAppend{
    "append",
    "the log archive writes an @APD_PART@ object for each flush: archive_lag_target of at "
    "least 60 s, more requests",
    "PutObject with append"};

}  // namespace

void IoTrial::conditional_put() {
  check(kConditional, [this]() -> Status {
    const std::string name = key("check_file/conditional.obbak");
    if (!can_.conditional_put)
      return fail(Code::kUnsupported, store_.describe(), "this medium creates no object only if it is absent",
                  "use another medium, or another driver for it");
    SEABED_CHECK(put(name, 2, kSmall, PutMode::kIfAbsent));
    Status again = put(name, 3, kSmall, PutMode::kIfAbsent);
    if (again)
      return fail(Code::kUnsupported, name, "was created twice: the condition is not obeyed",
                  "the medium must obey If-None-Match: *");
    if (again.error().code != Code::kAlreadyExists) return again;
    SEABED_CHECK(expect_read(name, 2, 0, kSmall));
    return race();
  });
}

Status IoTrial::race() {
  const std::string name = key("check_file/race.obbak");
  std::atomic<int> won = 0, lost = 0;
  std::vector<Status> others(kRacers, ok());
  {
    std::vector<std::jthread> racers;
    for (uint32_t i = 0; i < kRacers; ++i)
      racers.emplace_back([&, i] {
        Status status = put(name, 10 + i, kSmall, PutMode::kIfAbsent);
        if (status)
          ++won;
        else if (status.error().code == Code::kAlreadyExists)
          ++lost;
        else
          others[i] = std::move(status);
      });
  }
  for (Status& status : others) SEABED_CHECK(status);
  if (won != 1)
    return fail(Code::kUnsupported, name,
                fmt::format("{} of {} writers at a time created it", won.load(), kRacers),
                "two log archives would write the same file: use another medium");
  note(fmt::format("1 of {} writers wins", kRacers));
  return ok();
}

void IoTrial::append() {
  if (!can_.append) return limited(kAppend, "this medium has no append");
  const IoNeed need{kAppend.operation, "log archive: it is written by appends here", kAppend.privilege};
  check(need, [this] { return append_steps(); });
}

Status IoTrial::append_steps() {
  const std::string name = key("check_file/appended.obarc");
  const TestContent content(4);
  const auto first = content.pieces(0, 300), second = content.pieces(300, 700);
  wrote_ = true;
  SEABED_TRY(uint64_t length, store_.append(name, 0, first, io()));
  SEABED_CHECK(expect_read(name, 4, 0, 300));
  auto wrong = store_.append(name, length + 1, second, io());
  if (wrong || wrong.error().code != Code::kConflict)
    return fail(Code::kUnsupported, name, "an append at a wrong position is not refused",
                "a writer that wakes up late could overwrite log: use another medium");
  SEABED_TRY(length, store_.append(name, length, second, io()));
  if (length != kSmall)
    return fail(Code::kCorruption, name, fmt::format("has {} bytes after appends of {}", length, kSmall));
  return expect_read(name, 4, 0, kSmall);
}

}  // namespace seabed
