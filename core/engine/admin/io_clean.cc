// Stage 5: what cleanup does. Runs after a failure and a cancel too.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/io_trial.h"

namespace seabed {
namespace {

constexpr IoNeed kDelete{"delete", "cleanup: what is obsolete stays and costs space", "s3:DeleteObject"};
constexpr IoNeed kBatch{"batch delete", "cleanup: what is obsolete stays and costs space", "s3:DeleteObject"};
constexpr IoNeed kGone{"nothing is left", "cleanup: what is obsolete stays and costs space",
                       "s3:DeleteObject"};
constexpr IoNeed kTagged{"tags for delete_mode=tagging", "cleanup: the medium's rule finds nothing to delete",
                         "s3:PutObjectTagging and s3:GetObjectTagging"};

}  // namespace

void IoTrial::clean() {
  if (can_.list_uploads)  // of steps that failed half-way
    if (auto uploads = store_.list_uploads(key(""), io()))
      for (const UploadInfo& upload : *uploads) (void)store_.abort_upload(upload.key, upload.upload_id, io());
  check(kDelete, [this] { return delete_one(); });
  check(kBatch, [this] { return delete_all(); });
  check(options_.tagging ? kTagged : kGone, [this] { return count_left(); });
}

Status IoTrial::delete_one() {
  const std::string one[] = {key("check_file/connect_file.obbak")};
  SEABED_TRY(auto removed, store_.remove(one, io()));
  SEABED_CHECK(removed.at(0));
  if (options_.tagging) return ok();
  auto stat = store_.stat(one[0], io());
  if (stat) return fail(Code::kUnsupported, one[0], "exists after it was deleted");
  return stat.error().code == Code::kNotFound ? ok() : Status(fail(stat.error()));
}

/// The rest, and one that is gone already: a retry meets such.
Status IoTrial::delete_all() {
  SEABED_TRY(auto listed, list_all(store_, key(""), io()));
  std::vector<std::string> keys{key("check_file/missing.obbak")};
  for (const ListEntry& entry : listed) keys.push_back(entry.key);
  SEABED_TRY(auto removed, store_.remove(keys, io()));
  for (Status& status : removed) SEABED_CHECK(status);
  note(fmt::format("{} objects", listed.size()));
  return ok();
}

Status IoTrial::count_left() {
  SEABED_TRY(auto listed, list_all(store_, key(""), io()));
  report_.left_behind = listed.size();
  if (!options_.tagging) {
    if (listed.empty()) return ok();
    return fail(Code::kUnsupported, listed.front().key,
                fmt::format("{} objects are listed after they were deleted", listed.size()),
                "remove the directory by hand");
  }
  for (const ListEntry& entry : listed) {
    SEABED_TRY(auto tags, store_.get_tags(entry.key, io()));
    const std::pair<std::string, std::string> mark("delete_mode", "tagging");
    if (std::find(tags.begin(), tags.end(), mark) == tags.end())
      return fail(Code::kUnsupported, entry.key, "has no tag delete_mode=tagging");
  }
  note(fmt::format("{} objects are tagged; the medium's rule deletes them", listed.size()));
  return ok();
}

}  // namespace seabed
