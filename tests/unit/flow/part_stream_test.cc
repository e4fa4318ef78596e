#include "core/flow/part_stream.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <set>

#include "core/flow/lanes.h"

namespace seabed {
namespace {

const std::string kHeader(40, 'H');

/// Collects parts as a store would, and checks what S3 and fixed-place media rely on.
struct Files {
  std::mutex mutex;
  uint64_t part_bytes;
  std::map<uint32_t, std::map<uint32_t, std::string>> parts;
  std::set<uint32_t> ended;

  void take(const StreamPart& part) {
    std::lock_guard lock(mutex);
    ASSERT_TRUE(parts[part.file].emplace(part.number, part.bytes).second) << "a part came twice";
    if (part.last) {
      ASSERT_TRUE(ended.insert(part.file).second);
    } else {
      ASSERT_EQ(part.bytes.size(), part_bytes) << "only the last part may be shorter";
    }
  }
  std::string file(uint32_t id) {
    std::string out;
    uint32_t expected = 1;
    for (auto& [number, bytes] : parts[id]) {
      EXPECT_EQ(number, expected++);
      out += bytes;
    }
    return out;
  }
};

void drain(PartStream& stream, Files& files) {
  while (auto part = stream.claim()) {
    files.take(*part);
    stream.release(*part);
  }
}

TEST(PartStream, AnEmptyStreamHasNoFile) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 1 << 20, .header = kHeader}, nullptr);
  stream->finish();
  EXPECT_FALSE(stream->claim());
  EXPECT_EQ(stream->files(), 0u);
}

TEST(PartStream, FilesRollOverBeforeTheyGrowTooLong) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 10'000, .header = kHeader}, nullptr);
  Files files{.part_bytes = 8192};
  for (char c : std::string("abcdef")) {
    auto slot = *stream->reserve(4000);
    std::memset(slot.data, c, slot.length);
    stream->commit(slot);
    drain(*stream, files);
  }
  stream->finish();
  drain(*stream, files);
  ASSERT_EQ(stream->files(), 3u);
  EXPECT_EQ(files.file(0), kHeader + std::string(4000, 'a') + std::string(4000, 'b'));
  EXPECT_EQ(files.file(2), kHeader + std::string(4000, 'e') + std::string(4000, 'f'));
  EXPECT_EQ(stream->bytes_out(), 3 * 40 + 6 * 4000u);
}

TEST(PartStream, AFileThatEndsAtAPartsEndStillEnds) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 1 << 20, .header = kHeader}, nullptr);
  Files files{.part_bytes = 8192};
  auto slot = *stream->reserve(8192 - 40);
  std::memset(slot.data, 'x', slot.length);
  stream->commit(slot);
  EXPECT_FALSE(stream->claim()) << "whether it is the last part is not known yet";
  stream->finish();
  drain(*stream, files);
  EXPECT_EQ(files.file(0).size(), 8192u);
  EXPECT_TRUE(files.ended.contains(0));
}

TEST(PartStream, NothingIsClaimedBeforeItIsFilled) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 1 << 20, .header = kHeader}, nullptr);
  auto first = *stream->reserve(8000);
  auto second = *stream->reserve(8000);
  stream->commit(second);
  EXPECT_FALSE(stream->claim());
  stream->commit(first);
  EXPECT_TRUE(stream->claim());
}

TEST(PartStream, ManyLanesPutEveryBlockWhereItsSlotSaid) {
  constexpr uint64_t kPart = 64 << 10;
  auto stream = *PartStream::create({.part_bytes = kPart, .file_bytes = 700'000, .header = kHeader}, nullptr);
  Files files{.part_bytes = kPart};
  std::mutex mutex;
  std::vector<std::pair<StreamSlot, char>> written;
  auto status = run_lanes(4, [&](uint32_t lane) -> Status {
    std::mt19937 random(lane);
    for (int i = 0; i < 400; ++i) {
      SEABED_TRY(auto slot, stream->reserve(random() % kPart + 1));
      const char fill = static_cast<char>(random());
      std::memset(slot.data, fill, slot.length);
      stream->commit(slot);
      {
        std::lock_guard lock(mutex);
        written.emplace_back(slot, fill);
      }
      drain(*stream, files);
    }
    return ok();
  }, [&] { stream->stop(); });
  ASSERT_TRUE(status) << status.error().message();
  stream->finish();
  drain(*stream, files);
  std::map<uint32_t, std::string> whole;
  uint64_t bytes = 0;
  for (uint32_t id = 0; id < stream->files(); ++id) {
    whole[id] = files.file(id);
    bytes += whole[id].size();
    EXPECT_LE(whole[id].size(), 700'000u);
    EXPECT_EQ(whole[id].substr(0, 40), kHeader);
    EXPECT_TRUE(files.ended.contains(id));
  }
  EXPECT_GT(stream->files(), 10u);
  EXPECT_EQ(bytes, stream->bytes_out());
  for (const auto& [slot, fill] : written)
    ASSERT_EQ(whole[slot.file].substr(slot.offset, slot.length), std::string(slot.length, fill));
}

TEST(PartStream, StopWakesAWaiter) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 1 << 20, .header = kHeader}, nullptr);
  auto status = run_lanes(2, [&](uint32_t lane) -> Status {
    if (lane == 1) return fail(Code::kIo, "source", "broke");
    while (true) SEABED_CHECK(stream->reserve(8192));   // nobody commits: it must come to wait
  }, [&] { stream->stop(); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "broke") << "the first error, not the one it caused";
}

/// One lane reads and never sends, the other has nothing to read.
TEST(PartStream, WhoeverWaitsForPartsGetsThemAllAndThenTheEnd) {
  auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 50'000, .header = kHeader}, nullptr);
  Files files{.part_bytes = 8192};
  uint64_t sent = 0;
  auto status = run_lanes(2, [&](uint32_t lane) -> Status {
    if (lane == 1) {
      while (stream->wait_ready())
        while (auto part = stream->claim()) {
          files.take(*part);
          sent += part->bytes.size();
          stream->release(*part);
        }
      return ok();
    }
    for (int i = 0; i < 200; ++i) {   // many times the ring: it goes on only as parts are sent
      SEABED_TRY(auto slot, stream->reserve(3000));
      stream->commit(slot);
    }
    stream->finish();
    return ok();
  }, [&] { stream->stop(); });
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(sent, stream->bytes_out());
  EXPECT_EQ(files.ended.size(), stream->files());
  EXPECT_FALSE(stream->wait_ready());
}

TEST(PartStream, WaitingForPartsEndsWithAStopOrACancel) {
  CancelToken cancel;
  for (const bool by_stop : {true, false}) {
    auto stream = *PartStream::create({.part_bytes = 8192, .file_bytes = 1 << 20, .header = kHeader}, &cancel);
    auto slot = *stream->reserve(8192);
    auto status = run_lanes(2, [&](uint32_t lane) -> Status {
      if (lane == 0) return stream->wait_ready() ? Status(fail(Code::kInternal, "part", "none is complete")) : ok();
      by_stop ? stream->stop() : cancel.cancel();
      return ok();
    }, [] {});
    EXPECT_TRUE(status) << status.error().message();
    if (by_stop) stream->commit(slot);
    if (by_stop) EXPECT_FALSE(stream->wait_ready()) << "nothing is sent any more";
  }
}

}  // namespace
}  // namespace seabed
