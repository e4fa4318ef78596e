// Stage 1: every operation once, small.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"

namespace seabed {
namespace {

constexpr uint64_t kSmall = 1000;

constexpr IoNeed kLook{"list", "restore and window: sets, pieces and checkpoints are found by listing",
                       "s3:ListBucket"};
constexpr IoNeed kEmpty{"the directory is empty",
                        "a destination of someone else would get files that are not its own",
                        "s3:ListBucket"};
constexpr IoNeed kPut{"put", "nothing can be written: no backup, no log archive", "s3:PutObject"};
constexpr IoNeed kStat{"length of an object",
                       "restore, verify, and a log archive that goes on after a restart", "s3:GetObject"};
constexpr IoNeed kRead{"read", "restore, verify, and a log archive that goes on after a restart",
                       "s3:GetObject"};
constexpr IoNeed kRange{"read a range", "restore and quick restore: they read blocks and log by ranges",
                        "s3:GetObject"};
constexpr IoNeed kMissing{
    "a missing object is told as missing",
    "every first look for a file would be taken for a failure: setting a destination, backup, restore",
    "s3:ListBucket (S3 answers 403 instead of 404 without it)"};
constexpr IoNeed kList{"list after write",
                       "restore and window: sets, pieces and checkpoints are found by listing",
                       "s3:ListBucket"};
constexpr IoNeed kTags{"tags",
                       "delete_mode=tagging: cleanup cannot mark what a rule of the medium shall delete",
                       "s3:PutObjectTagging and s3:GetObjectTagging"};

}  // namespace

void IoTrial::connectivity() {
  ListPage page;
  refused_ = !check(kLook, [&]() -> Status {
    SEABED_TRY(page, store_.list("", "", 1000, io()));
    return ok();
  }) || !check(kEmpty, [&] { return check_empty(page); });
  if (refused_) return;
  if (!plain_object()) return;
  conditional_put();
  append();
  upload();
  tags();
}

/// Other runs may be there: they, too, have directories of their own.
Status IoTrial::check_empty(const ListPage& page) {
  for (const ListEntry& entry : page.entries)
    if (!entry.key.starts_with(kIoTestDirectory))
      return fail(Code::kConflict, store_.describe(), "holds " + entry.key,
                  "give a directory that is empty or new");
  return ok();
}

/// False when nothing can be written: nothing else can be tried then.
bool IoTrial::plain_object() {
  const std::string name = key("check_file/connect_file.obbak");
  if (!check(kPut, [&] { return put(name, 1, kSmall, PutMode::kReplace); })) return false;
  check(kStat, [&]() -> Status {
    SEABED_TRY(ObjectStat stat, store_.stat(name, io()));
    if (stat.size != kSmall)
      return fail(Code::kCorruption, name,
                  fmt::format("{} bytes were written, its length is {}", kSmall, stat.size));
    return ok();
  });
  check(kRead, [&] { return expect_read(name, 1, 0, kSmall); });
  check(kRange, [&]() -> Status {
    SEABED_CHECK(expect_read(name, 1, 500, 100));
    std::string behind(100, '\0');
    SEABED_TRY(size_t end, store_.read_at(name, kSmall - 10, behind, io()));
    SEABED_TRY(size_t none, store_.read_at(name, kSmall, behind, io()));
    if (end != 10 || none != 0)
      return fail(Code::kCorruption, name,
                  fmt::format("{} and {} bytes are read over and behind the end", end, none));
    return ok();
  });
  check(kMissing, [&]() -> Status {
    auto stat = store_.stat(key("check_file/missing.obbak"), io());
    if (stat)
      return fail(Code::kCorruption, key("check_file/missing.obbak"),
                  "exists, although it was never written");
    return stat.error().code == Code::kNotFound ? ok() : Status(fail(stat.error()));
  });
  check(kList, [&] { return list_sees(name); });
  return true;
}

/// At once where the medium claims it, else within 10 s.
Status IoTrial::list_sees(const std::string& name) {
  const auto until = after(std::chrono::seconds(can_.strong_list ? 0 : 10));
  while (true) {
    SEABED_TRY(auto listed, list_all(store_, key(""), io()));
    for (const ListEntry& entry : listed)
      if (entry.key == name) return ok();
    if (std::chrono::steady_clock::now() >= until)
      return fail(Code::kUnsupported, name, "was written but is not listed",
                  "the medium must list what was written");
    if (cancel_ && cancel_->wait_for(std::chrono::milliseconds(200)))
      return fail(Code::kCancelled, name, "cancelled");
  }
}

void IoTrial::tags() {
  if (!options_.tagging) return;
  check(kTags, [this]() -> Status {
    const std::string name = key("check_file/tagged.obbak");
    SEABED_CHECK(put(name, 7, kSmall, PutMode::kReplace));
    SEABED_CHECK(store_.set_tags(name, {{"seabed", "test"}}, io()));
    SEABED_TRY(auto tags, store_.get_tags(name, io()));
    if (tags != ObjectStore::Tags{{"seabed", "test"}})
      return fail(Code::kUnsupported, name, "does not keep its tag");
    return ok();
  });
}

}  // namespace seabed
