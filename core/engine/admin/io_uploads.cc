// Stage 1: uploads in parts, completed, aborted, listed.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"

namespace seabed {
namespace {

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

}  // namespace

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
  if (auto done = store_.complete_upload(name, id, parts, io()); !done && done.error().code != Code::kOutcomeUnknown)
    return done;   // what is not known is read below
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

}  // namespace seabed
