// Media that say success for what they did not do: the writer sees it before it counts the bytes, and writes them again.

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_resume.h"
#include "core/media/archive_writer.h"
#include "core/media/paths.h"
#include "core/media/read_back.h"
#include "core/storage/fault.h"
#include "tests/unit/media/archive_dir_store.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

const ArchiveStreamId kId{1002, 1001, 1, 1001};

EncodedGroup group(uint64_t n) {
  LogGroup g;
  g.scn_lo = n * 10, g.scn_hi = n * 10 + 5, g.incarnation = 7;
  put_be64(g.begin.bytes, n), put_be64(g.end.bytes, n + 1);
  g.payload = std::string(100, static_cast<char>('a' + n % 26));
  return encode(g, 1);
}

/// With and without append.
struct LyingMedium : ::testing::TestWithParam<bool> {
  test::ScratchDir dir;
  std::shared_ptr<test::DirStore> real = std::make_shared<test::DirStore>(dir.path());
  int lies = 0;    // left
  std::shared_ptr<ObjectStore> store = with_faults(real, [this](const StoreCall& call) -> std::optional<Fault> {
    const bool write = call.op == StoreOp::kAppend || call.op == StoreOp::kPut;
    if (!write || lies <= 0) return std::nullopt;
    --lies;
    return Fault{Fault::When::kSkip, {}};
  });
  IoContext ctx;
  LyingMedium() { real->caps_.append = GetParam(); }

  /// How often it took.
  int until_done(const std::function<Status()>& step) {
    for (int tries = 1; tries < 9; ++tries) {
      const Status done = step();
      if (done) return tries;
      EXPECT_TRUE(done.error().retryable()) << done.error().message();
      EXPECT_NE(done.error().reason.find("confirmed"), std::string::npos) << done.error().message();
    }
    return 9;
  }
};

TEST_P(LyingMedium, LogThatDidNotArriveIsSentAgainOnce) {
  ArchiveWriter writer(*store, kId, {1, "me"}, {});
  Lsn begin;
  put_be64(begin.bytes, 0);
  lies = 1;
  EXPECT_EQ(until_done([&] { return writer.open_file(1, 7, begin, 1, ctx); }), 2);
  for (uint64_t n = 0; n < 6; ++n) {
    lies = n % 3 == 1 ? 2 : 0;
    const int wanted = lies + 1;
    EXPECT_EQ(until_done([&] { return writer.append(std::vector{group(n)}, ctx); }), wanted);
  }
  const auto tail = find_tail(*real, kId, 1, 1, ctx);
  ASSERT_TRUE(tail) << tail.error().message();
  EXPECT_EQ(tail->last.length, writer.current().length);
  EXPECT_EQ(tail->last.hash, writer.current().hash);
  EXPECT_EQ(tail->last.groups, 6u);
  EXPECT_TRUE(tail->torn.empty()) << tail->torn;
}

TEST_P(LyingMedium, ASmallObjectThatDidNotArriveIsNoSuccess) {
  meta::HoleRecord hole;
  hole.set_reason("a file was ingested");
  const std::string key = paths::hole(kId.piece(1), 1001, 7);
  lies = 2;
  EXPECT_EQ(until_done([&]() -> Status {
    SEABED_CHECK(put_once(*store, key, FileType::kHole, hole, ctx));
    return ok();
  }), 3);
  EXPECT_TRUE(real->stat(key, ctx));
}

INSTANTIATE_TEST_SUITE_P(Media, LyingMedium, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Append" : "Parts"; });

struct ReadBack : ::testing::Test {
  test::MemoryStore store;
  IoContext ctx;
  meta::BackupSetDescriptor set;
  void add(const std::string& key, uint64_t size) {
    auto* file = set.add_files();
    file->set_key(key);
    file->set_size(size);
    store.objects["set/" + key] = std::string(size, 'x');
  }
  ReadBack() { add("a", 10), add("infos/b", 20); }
};

TEST_F(ReadBack, AWholeSetHasEveryFileInItsSize) {
  EXPECT_TRUE(read_back_set(store, "set/", set, ctx));
  store.objects["set/more"] = "a leftover is no harm";
  EXPECT_TRUE(read_back_set(store, "set/", set, ctx));
  store.objects["set/infos/b"].pop_back();
  const auto cut = read_back_set(store, "set/", set, ctx);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Code::kCorruption);
  EXPECT_EQ(cut.error().object, "set/infos/b");
  store.objects.erase("set/infos/b");
  EXPECT_FALSE(read_back_set(store, "set/", set, ctx));
}

/// A medium whose listing is late and has no sizes.
struct PoorLister final : AroundStore<PoorLister> {
  using AroundStore::AroundStore;
  template <class F>
  auto around(const StoreCall&, F&& next) -> decltype(next()) {
    auto result = next();
    if constexpr (std::is_same_v<decltype(next()), Result<ListPage>>) {
      if (result && !result->entries.empty()) result->entries.pop_back();
      if (result)
        for (auto& entry : result->entries) entry.size = 0;
    }
    return result;
  }
};

TEST_F(ReadBack, WhatAListingDoesNotShowIsAskedForByItself) {
  auto shared = std::make_shared<test::MemoryStore>();
  shared->objects = store.objects;
  PoorLister poor(shared);
  EXPECT_TRUE(read_back_set(poor, "set/", set, ctx));
  shared->objects["set/a"].pop_back();
  EXPECT_FALSE(read_back_set(poor, "set/", set, ctx));
}

}  // namespace
}  // namespace seabed
