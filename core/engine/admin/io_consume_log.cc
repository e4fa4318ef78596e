// Stage 4: what a restore reads.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/log_object.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

constexpr uint64_t kFirstObject = 21, kLongestRead = 1 << 20;

constexpr IoNeed kFiles{"list log files", "restore and window: the files of a stream are found by listing",
                        "s3:ListBucket"};
constexpr IoNeed kWhole{"ranged reads of a whole log file", "restore: it reads the log by ranges",
                        "s3:GetObject"};
constexpr IoNeed kPartial{"ranged reads of the last log file", "restore to the latest moment",
                          "s3:GetObject"};

}  // namespace

void IoTrial::consume_log() {
  check(kFiles, [this] { return list_log(); });
  check(kWhole, [this] { return read_log(1, full_log_); });
  check(kPartial, [this] { return read_log(2, partial_log_); });
}

Status IoTrial::list_log() {
  const std::string dir = key("log/");
  SEABED_TRY(auto listed, list_all(store_, dir, io()));
  uint32_t smallest = UINT32_MAX, largest = 0;
  for (const ListEntry& entry : listed)
    if (auto file = paths::parse_log_file(dir, entry.key))
      smallest = std::min(smallest, *file), largest = std::max(largest, *file);
  if (smallest != 1 || largest != 2)
    return fail(Code::kUnsupported, dir,
                fmt::format("files {} to {} are listed, 1 and 2 were written", smallest, largest),
                "the medium must list what is there");
  note("files 1 to 2");
  return ok();
}

/// File 2 has a header in front of its content, which is kept by offset.
Status IoTrial::read_log(uint32_t file, uint64_t length) {
  const uint64_t header = file == 2 ? encode_log_file_header(meta::LogFileHeader()).size() : 0;
  const TestContent content(kFirstObject + file - 1);
  const IoContext now = io(options_.read_bytes);  // of all the reads
  SEABED_TRY(auto object, open_log_object(store_, log_key(file), now));
  uint64_t done = 0, reads = 0;
  std::string buffer;
  while (done < options_.read_bytes / 2) {
    const uint64_t at = between(header, length - 1), size = std::min(between(1, kLongestRead), length - at);
    buffer.resize(size);
    SEABED_TRY(size_t got, object->read_at(at, buffer));
    if (got != size || !content.holds(at, buffer))
      return fail(Code::kCorruption, log_key(file),
                  fmt::format("bytes {} to {} come back other than they were written", at, at + size));
    done += got;
    ++reads;
  }
  note(fmt::format("{} bytes in {} reads", done, reads));
  return ok();
}

}  // namespace seabed
