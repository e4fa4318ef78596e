#pragma once
// An upload on the server: .seabed-tmp/n-<id>/ with
//   about   when it began (decimal ns), a line end, the key
//   data    part n at (n - 1) * slot, the slot being announced, or the size of the first part that came
//   index   64 bytes of header {magic, slot}, then a record a part: how large it is and where
//   x<n>    a part that does not fit its slot; complete then joins by copying
// Parts are written unstable and made durable by complete (or when they are listed): a record counts only
// with the write verifier that the server still tells, so a part that a restart may have lost is no part. One
// process at a time uploads.

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "directories.h"
#include "transfer.h"

namespace seabed_nfs {

inline constexpr uint32_t kMaxParts = 10000;

struct UploadRecord {
  uint32_t number = 0;  // from 1; 0: no part
  uint32_t apart = 0;   // 1: in x<n>
  uint64_t size = 0;
  char verifier[NFS3_WRITEVERFSIZE] = {};
  uint64_t reserved = 0;
};
static_assert(sizeof(UploadRecord) == 32);

/// Slot sizes that this process decided on, so that parts that come at the same time agree. Thread-safe.
class UploadSlots {
 public:
  std::mutex& mutex() { return mutex_; }
  std::map<std::string, uint64_t>& sizes() { return sizes_; }  // under the mutex

 private:
  std::mutex mutex_;
  std::map<std::string, uint64_t> sizes_;
};

/// The open files of one upload.
struct Upload {
  std::string id, key;
  uint64_t started_ns = 0;
  Handle temp, dir, data, index;
};

std::string part_file(uint32_t number);
int32_t make_upload(Call& call, Directories& directories, const std::string& key, uint64_t slot,
                    std::string* id);
/// SEABED_NOT_FOUND when there is no such upload (of `key`, if not null), also when it is already published.
int32_t find_upload(Call& call, Directories& directories, const std::string& id, const char* key,
                    Upload* out);
/// The slot; the first to ask decides on `proposal` (0: only asks).
int32_t upload_slot(Call& call, const Upload& upload, UploadSlots& slots, uint64_t proposal, uint64_t* out);
int32_t write_record(Call& call, const Upload& upload, const UploadRecord& record,
                     const std::string& verifier);
/// Makes the parts durable and tells those that surely are, rising by number.
int32_t read_records(Call& call, const Upload& upload, std::vector<UploadRecord>* out);
void destroy_upload(Call& call, Directories& directories, const Upload& upload);
/// Removes an upload that is in no listing: its process died while it made, published or aborted it.
void remove_if_dead(Call& call, Directories& directories, const std::string& id);

}  // namespace seabed_nfs
