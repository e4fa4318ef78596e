// Stage 2: what a log archive writes, with its own code for log files.
#include <spdlog/fmt/fmt.h>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/log_form.h"
#include "core/media/log_object.h"

namespace seabed {
namespace {

constexpr uint64_t kObject = 21, kFlushes = 6, kMaxFlush = 512 << 10;

constexpr IoNeed kRound{"round start", "log archive: a round begins with this file", "s3:PutObject"};
constexpr IoNeed kWhole{"a whole log file in one put", "copying an archive to this medium", "s3:PutObject"};
constexpr IoNeed kSteps{"a log file in steps, opened again, sealed", "log archive", "s3:PutObject"};
constexpr IoNeed kCheckpoint{"a checkpoint that moves on", "log archive: readers take the newest checkpoint",
                             "s3:PutObject, s3:DeleteObject, s3:ListBucket"};

}  // namespace

void IoTrial::archive_log() {
  check(kRound, [this] { return put(key("rounds/round_d1r1_start.obarc"), 20, 200, PutMode::kIfAbsent); });
  check(kWhole, [this] { return whole_log_file(); });
  check(kSteps, [this] { return log_file_in_steps(); });
  check(kCheckpoint, [this] { return move_checkpoint(); });
}

Status IoTrial::whole_log_file() {
  full_log_ = options_.log_file_bytes;
  if (can_.max_put_bytes != 0) full_log_ = std::min(full_log_, can_.max_put_bytes);
  SEABED_CHECK(put(log_key(1), kObject, full_log_, PutMode::kIfAbsent));
  SEABED_TRY(ObjectStat stat, store_.stat(log_key(1), io()));
  if (stat.size != full_log_)
    return fail(Code::kCorruption, log_key(1),
                fmt::format("{} bytes were written, its length is {}", full_log_, stat.size));
  note(fmt::format("{} bytes", full_log_));
  return ok();
}

/// Content of object kObject + 1 behind a log file's header.
Status IoTrial::log_file_in_steps() {
  const std::string header = encode_log_file_header(meta::LogFileHeader()), name = log_key(2);
  const TestContent content(kObject + 1);
  wrote_ = true;
  auto form = make_log_form(store_);
  SEABED_CHECK(form->create(name, header, io()));
  Hasher128 hash;
  hash.update(header);
  uint64_t length = header.size();
  for (uint64_t flush = 0; flush < kFlushes; ++flush) {
    if (flush == kFlushes / 2) {  // as after a restart: only the medium knows the length
      const IoContext now = io();
      SEABED_TRY(auto object, open_log_object(store_, name, now));
      if (object->size() != length)
        return fail(Code::kCorruption, name,
                    fmt::format("has {} bytes, {} were appended", object->size(), length));
    }
    const uint64_t size = between(1, kMaxFlush);
    const auto pieces = content.pieces(length, size);
    SEABED_CHECK(form->append(name, length, pieces, io(size)));
    for (std::string_view piece : pieces) hash.update(piece);
    length += size;
  }
  SEABED_CHECK(form->seal(name, length, hash.digest(), 1, io()));
  const IoContext now = io();
  SEABED_TRY(auto object, open_log_object(store_, name, now));
  if (object->size() != length)
    return fail(Code::kCorruption, name,
                fmt::format("has {} bytes, {} were appended", object->size(), length));
  partial_log_ = length;
  note(fmt::format("{} bytes in {} {}", length, kFlushes, can_.append ? "appends" : "@APD_PART@ objects"));
  return ok();
}

Status IoTrial::move_checkpoint() {
  const std::string older = key("checkpoint/checkpoint.1.obarc"),
                    newer = key("checkpoint/checkpoint.2.obarc");
  SEABED_CHECK(put(older, 23, 100, PutMode::kIfAbsent));
  SEABED_CHECK(put(newer, 24, 100, PutMode::kIfAbsent));
  const std::string gone[] = {older};
  SEABED_TRY(auto removed, store_.remove(gone, io()));
  for (Status& status : removed) SEABED_CHECK(status);
  SEABED_TRY(auto listed, list_all(store_, key("checkpoint/"), io()));
  const size_t wanted = options_.tagging ? 2 : 1;  // a tag hides nothing: readers take the largest
  if (listed.size() != wanted || listed.back().key != newer)
    return fail(Code::kUnsupported, newer,
                fmt::format("{} checkpoints are listed after the older was deleted", listed.size()),
                "the medium must list what is there");
  return ok();
}

}  // namespace seabed
