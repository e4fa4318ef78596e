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
constexpr uint32_t kRacers = 4;

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
constexpr IoNeed kConditional{"conditional put",
                              "leases, log files and every small file of a set or piece are created only "
                              "if absent: no log archive, no backup",
                              "s3:PutObject with If-None-Match"};
constexpr IoNeed kAppend{
    "append",
    "the log archive writes an @APD_PART@ object for each flush: archive_lag_target of at "
    "least 60 s, more requests",
    "PutObject with append"};
constexpr IoNeed kUpload{"upload in parts", "backup: macroblock data and indexes are uploaded in parts",
                         "s3:PutObject (multipart)"};
constexpr IoNeed kAbort{"abort an upload",
                        "a cancelled or failed backup leaves parts that nobody sees and that cost space",
                        "s3:AbortMultipartUpload"};
constexpr IoNeed kListUploads{
    "list uploads and their parts",
    "parts of a backup that was killed are not found: it begins again, and they cost "
    "space",
    "s3:ListBucketMultipartUploads and s3:ListMultipartUploadParts"};
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

void IoTrial::upload() {
  const bool parts = check(kUpload, [this]() -> Status {
    if (!can_.uploads)
      return fail(Code::kUnsupported, store_.describe(), "this medium joins no objects from parts");
    return upload_steps();
  });
  if (!parts) return;
  check(kAbort, [this] { return abort_steps(); });
  if (!can_.list_uploads)
    return limited(kListUploads, "this medium does not list uploads",
                   "give it a rule that removes old incomplete uploads");
  check(kListUploads, [this] { return list_steps(); });
}

Status IoTrial::list_steps() {
  const std::string name = key("check_file/listed_upload.obbak");
  SEABED_TRY(std::string id, store_.begin_upload(name, io()));
  Status listed = [&]() -> Status {
    SEABED_CHECK(store_.upload_part(name, id, 1, TestContent(8).pieces(0, 1000), io()));
    SEABED_TRY(auto uploads, store_.list_uploads(name, io()));
    const bool there = std::any_of(uploads.begin(), uploads.end(),
                                   [&](const UploadInfo& u) { return u.key == name && u.upload_id == id; });
    if (!there) return fail(Code::kUnsupported, name, "its upload was begun but is not listed");
    SEABED_TRY(auto parts, store_.list_parts(name, id, io()));
    if (parts.size() == 1 && parts[0].number == 1 && parts[0].size == 1000) return ok();
    return fail(Code::kUnsupported, name,
                fmt::format("its upload has one part, {} are listed", parts.size()));
  }();
  Status aborted = store_.abort_upload(name, id, io());
  return listed ? aborted : listed;
}

Status IoTrial::upload_steps() {
  const std::string name = key("check_file/uploaded.obbak");
  const uint64_t part = std::max<uint64_t>(can_.min_part_bytes, 1000);
  const TestContent content(5);
  SEABED_TRY(std::string id, store_.begin_upload(name, io()));
  wrote_ = true;
  std::vector<PartInfo> parts;
  for (uint32_t number = 1; number <= 2; ++number) {
    const uint64_t length = number == 1 ? part : 1;
    SEABED_TRY(PartInfo info,
               store_.upload_part(name, id, number, content.pieces((number - 1) * part, length), io(length)));
    parts.push_back(std::move(info));
  }
  auto early = store_.stat(name, io());
  if (early)
    return fail(Code::kUnsupported, name, "is seen before its upload is complete",
                "a reader could take half a file");
  SEABED_CHECK(store_.complete_upload(name, id, parts, io()));
  SEABED_TRY(ObjectStat stat, store_.stat(name, io()));
  if (stat.size != part + 1)
    return fail(Code::kCorruption, name, fmt::format("has {} bytes of {}", stat.size, part + 1));
  return expect_read(name, 5, part - 100, 101);
}

Status IoTrial::abort_steps() {
  const std::string name = key("check_file/aborted.obbak");
  SEABED_TRY(std::string id, store_.begin_upload(name, io()));
  const TestContent content(6);
  SEABED_CHECK(store_.upload_part(name, id, 1, content.pieces(0, 1000), io()));
  SEABED_CHECK(store_.abort_upload(name, id, io()));
  if (store_.stat(name, io())) return fail(Code::kCorruption, name, "exists although its upload was aborted");
  if (!can_.list_uploads) return ok();
  auto left = store_.list_uploads(name, io());
  if (!left) return ok();  // the next check tells
  for (const UploadInfo& upload : *left)
    if (upload.upload_id == id)
      return fail(Code::kUnsupported, name, "its upload is still listed after it was aborted");
  return ok();
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
