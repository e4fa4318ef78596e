// Stage 3: what a backup writes: small metadata, and data in parts that arrive side by side.
#include <spdlog/fmt/fmt.h>

#include <thread>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"

namespace seabed {
namespace {

constexpr uint64_t kObject = 31, kParts = 4, kLanes = 2;

constexpr IoNeed kMeta{"metadata of a set", "backup", "s3:PutObject"};
constexpr IoNeed kData{"macroblock data in parts of different size", "backup: macroblock data and indexes",
                       "s3:PutObject (multipart)"};

}  // namespace

void IoTrial::backup_data() {
  check(kMeta, [this]() -> Status {
    const std::string name = key("backup_set_1_full/single_backup_set_info.obbak");
    SEABED_CHECK(put(name, 30, 3000, PutMode::kIfAbsent));
    return expect_read(name, 30, 0, 3000);
  });
  check(kData, [this] { return upload_data(); });
}

Status IoTrial::upload_data() {
  const std::string name = key("backup_set_1_full/macro_block_data.0.obbak");
  const uint64_t low = std::max<uint64_t>(can_.min_part_bytes, 1 << 20);
  const TestContent content(kObject);
  std::vector<uint64_t> ends{0};
  for (uint64_t i = 0; i < kParts; ++i) ends.push_back(ends.back() + between(low, low + (1 << 20)));
  SEABED_TRY(std::string id, store_.begin_upload(name, io()));
  wrote_ = true;
  std::vector<Result<PartInfo>> done(kParts, fail(Code::kInternal, name, "not sent"));
  {
    std::vector<std::jthread> lanes;
    for (uint64_t lane = 0; lane < kLanes; ++lane)
      lanes.emplace_back([&, lane] {
        for (uint64_t i = kParts; i-- > 0;)  // the last first: parts come in any order
          if (i % kLanes == lane)
            done[i] =
                store_.upload_part(name, id, static_cast<uint32_t>(i + 1),
                                   content.pieces(ends[i], ends[i + 1] - ends[i]), io(ends[i + 1] - ends[i]));
      });
  }
  std::vector<PartInfo> parts;
  for (auto& part : done) {
    SEABED_CHECK(part);
    parts.push_back(std::move(*part));
  }
  if (auto done = store_.complete_upload(name, id, parts, io()); !done && done.error().code != Code::kOutcomeUnknown)
    return done;   // what is not known is read below
  SEABED_TRY(ObjectStat stat, store_.stat(name, io()));
  if (stat.size != ends.back())
    return fail(Code::kCorruption, name, fmt::format("has {} bytes of {}", stat.size, ends.back()));
  for (uint64_t i = 1; i < kParts; ++i) SEABED_CHECK(expect_read(name, kObject, ends[i] - 1000, 2000));
  note(fmt::format("{} bytes in {} parts", ends.back(), kParts));
  return ok();
}

}  // namespace seabed
