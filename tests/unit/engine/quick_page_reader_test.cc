#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "core/engine/quick/page_reader.h"
#include "core/flow/macroblock.h"
#include "core/media/tombstone.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {
namespace {

/// One set of one file of three macroblocks on a real file driver, and its data file by path: faults are made there.
struct QuickRig : Rig {
  explicit QuickRig(PageCompression tried = PageCompression::kNone, size_t end = 0) {
    compression = tried;
    content = noise(7, 2 * kMacroblockSize + 100'001) + std::string(end, 'i');
    files[1001].push_back({"000020.sst", "major", content});
    write_set(1, true, 40, 50);
    write_archive(90);
    auto media = restore::load_media(context, source(), cancel);
    EXPECT_TRUE(media);
    auto plan = restore::make_plan(context, **media, at(60));
    EXPECT_TRUE(plan);
    for (const auto& stream : plan->streams)
      if (stream.meta.ls_id() == 1001)
        EXPECT_TRUE(quick::write_page_index(*(*media)->data[0], stream, base + "/index"));
  }
  std::shared_ptr<quick::PageReader> open(quick::PageReaderOptions options = {}) {
    auto store = storage->open(*parse_uri("file://" + data_dir));
    auto reader = BackupReader::open(Medium{*store});
    EXPECT_TRUE(reader && reader->load());
    auto index = quick::read_page_index(base + "/index");
    EXPECT_TRUE(index) << index.error().message();
    return std::make_shared<quick::PageReader>(std::make_shared<BackupReader>(std::move(*reader)), *index, options);
  }
  std::string read(quick::PageReader& pages, uint64_t from, size_t n) {
    std::string out(n, '\0');
    auto got = pages.read("000020.sst", from, out);
    if (!got) return "error: " + got.error().message();
    return out.substr(0, *got);
  }
  /// Every data file of major data changed by `change`.
  void damage(const std::function<void(const fs::path&)>& change) {
    for (const auto& e : fs::recursive_directory_iterator(data_dir))
      if (e.path().filename().string().starts_with("macro_block_data")) change(e.path());
  }
  std::string content;
};

TEST(QuickPageReader, AnyRangeIsTheFilesOwn) {
  QuickRig rig;
  auto pages = rig.open();
  EXPECT_EQ(pages->sizes().at("000020.sst"), rig.content.size());
  for (uint64_t from : {0ull, 1ull, 65'535ull, 65'536ull, 2'097'151ull, 4'194'303ull, 4'290'000ull})
    for (size_t n : {1ul, 4096ul, 70'000ul, 300'000ul})
      EXPECT_EQ(rig.read(*pages, from, n), rig.content.substr(from, n)) << from << "+" << n;
  EXPECT_EQ(rig.read(*pages, rig.content.size(), 10), "");
  char one = 0;
  EXPECT_EQ(pages->read("../secret", 0, {&one, 1}).error().code, Code::kNotFound);
}

TEST(QuickPageReader, ReadAheadGrowsOnSequentialReadsOnly) {
  QuickRig rig;
  auto pages = rig.open();
  for (uint64_t at = 0; at < rig.content.size(); at += 10'000) rig.read(*pages, at, 10'000);
  EXPECT_LE(pages->counts().medium_reads, 12u);
  EXPECT_LE(pages->counts().medium_bytes, rig.content.size());
  auto jumps = rig.open();
  for (uint64_t i = 0; i < 20; ++i) rig.read(*jumps, (i * 37 % 60) * kPageSize, 100);
  EXPECT_LE(jumps->counts().medium_bytes, 21 * kPageSize);
}

TEST(QuickPageReader, OnlyTheSetsThatAreNeededAreAskedFor) {
  QuickRig rig;
  const Medium medium{*rig.storage->open(*parse_uri("file://" + rig.data_dir))};
  meta::FormatInfo format = BackupReader::open(medium)->format();
  const auto usable = [&](paths::SetId set) {
    const auto reader = BackupReader::open_sets(medium, format, {set});
    EXPECT_TRUE(reader) << reader.error().message();
    return reader && reader->usable_set(set.id) != nullptr;
  };
  EXPECT_TRUE(usable({1, true}));
  EXPECT_FALSE(usable({1, false})) << "it is a full one";
  EXPECT_FALSE(usable({7, true}));
  ASSERT_TRUE(write_tombstone(*medium.store, {.set = paths::SetId{1, true}, .dest_id = 1001, .deleted_scn = 5}, {}));
  EXPECT_FALSE(usable({1, true})) << "it is being deleted";
  format.set_tenant_id(format.tenant_id() + 2);
  const auto other = BackupReader::open_sets(medium, format, {{1, true}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kConflict);
}

TEST(QuickPageReader, OneCallIsOneFetchOfEachMacroblock) {
  QuickRig rig;
  auto pages = rig.open();
  EXPECT_EQ(rig.read(*pages, 3 * kPageSize + 5, 8 * kPageSize), rig.content.substr(3 * kPageSize + 5, 8 * kPageSize));
  EXPECT_EQ(pages->counts().medium_reads, 1u);
  EXPECT_EQ(pages->counts().medium_bytes, 9 * kPageSize);
  EXPECT_EQ(rig.read(*pages, kMacroblockSize - 10, 20), rig.content.substr(kMacroblockSize - 10, 20));
  EXPECT_EQ(pages->counts().medium_reads, 3u);
  EXPECT_EQ(rig.read(*pages, 3 * kPageSize, 8 * kPageSize), rig.content.substr(3 * kPageSize, 8 * kPageSize));
  EXPECT_EQ(pages->counts().medium_reads, 3u) << "all of it was kept";
}

TEST(QuickPageReader, ARunStopsAtWhatTheDiskHas) {
  QuickRig rig;
  quick::PageReaderOptions options;
  options.cache_path = rig.base + "/cache";
  options.disk_bytes = 16 << 20;
  EXPECT_EQ(rig.read(*rig.open(options), 2 * kPageSize, 10).size(), 10u);
  auto again = rig.open(options);
  EXPECT_EQ(rig.read(*again, 100, 5 * kPageSize), rig.content.substr(100, 5 * kPageSize));
  EXPECT_EQ(again->counts().medium_bytes, 5 * kPageSize) << "the third page was here";
}

/// As most sets are: a table's index is compressed, its pages before are not.
TEST(QuickPageReader, CompressedPagesAreKeptOnDiskToo) {
  for (const PageCompression tried : {PageCompression::kMetadata, PageCompression::kAll}) {
    QuickRig rig(tried, 3 * kPageSize);
    quick::PageReaderOptions options;
    options.cache_path = rig.base + "/cache";
    options.disk_bytes = 16 << 20;
    EXPECT_EQ(rig.read(*rig.open(options), 0, rig.content.size()), rig.content);
    auto again = rig.open(options);
    EXPECT_EQ(rig.read(*again, 0, rig.content.size()), rig.content);
    EXPECT_EQ(again->counts().medium_bytes, 0u);
  }
}

TEST(QuickPageReader, AnyPagesFitAsLongAsThereIsRoom) {
  QuickRig rig;
  const std::string path = rig.base + "/pages";
  constexpr uint64_t kSlots = 200;
  quick::DiskCache cache(path, kSlots * (kPageSize + 8));
  std::vector<std::pair<uint64_t, std::string>> pages;
  for (uint64_t n = 0; n < kSlots; ++n) {
    std::string page = noise(1000 + n, kPageSize);
    const uint64_t hash = quick::page_number_hash(page_hash(page));
    cache.write(hash, page);
    pages.emplace_back(hash, std::move(page));
  }
  const auto count = [&](quick::DiskCache& from) {
    uint64_t found = 0;
    std::string page(kPageSize, '\0');
    for (const auto& [hash, bytes] : pages) found += from.has(hash) && from.read(hash, page) && page == bytes;
    return found;
  };
  EXPECT_EQ(count(cache), kSlots);
  for (uint64_t n = 0; n < 20; ++n) {  // one goes for each that comes
    std::string page = noise(5000 + n, kPageSize);
    const uint64_t hash = quick::page_number_hash(page_hash(page));
    cache.write(hash, page);
    pages.emplace_back(hash, std::move(page));
  }
  EXPECT_EQ(count(cache), kSlots);
}

TEST(QuickPageReader, ParallelMissesOfAPageAreOneFetch) {
  QuickRig rig;
  auto pages = rig.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { EXPECT_EQ(rig.read(*pages, 1000, 100), rig.content.substr(1000, 100)); });
  for (auto& t : threads) t.join();
  EXPECT_EQ(pages->counts().medium_reads, 1u);
}

TEST(QuickPageReader, FlippedBitsAndShortFilesAreErrors) {
  QuickRig rig;
  auto pages = rig.open();
  EXPECT_EQ(rig.read(*pages, 0, 10), rig.content.substr(0, 10));
  rig.damage([](const fs::path& path) {
    std::fstream f(path, std::ios::in | std::ios::out | std::ios::binary);
    for (uint64_t at = 4096; at < fs::file_size(path); at += 16'384) f.seekp(at), f.put('\x55'), f.put('\xaa');
  });
  EXPECT_NE(rig.read(*pages, kPageSize, 10).find("checksum of the page does not hold"), std::string::npos);
  EXPECT_EQ(rig.read(*pages, 0, 10), rig.content.substr(0, 10));  // proved before, and kept
  rig.damage([](const fs::path& path) { fs::resize_file(path, 5000); });
  EXPECT_TRUE(rig.read(*pages, 3 * kPageSize, 10).starts_with("error: "));
  rig.damage([](const fs::path& path) { fs::remove(path); });
  EXPECT_TRUE(rig.read(*pages, 5 * kPageSize, 10).starts_with("error: "));
}

TEST(QuickPageReader, TheDiskCacheSurvivesARestartAndIsNeverTrusted) {
  QuickRig rig;
  quick::PageReaderOptions options;
  options.cache_path = rig.base + "/cache";
  options.disk_bytes = 16 << 20;
  options.memory_bytes = 4 * kPageSize;
  EXPECT_EQ(rig.read(*rig.open(options), 0, rig.content.size()), rig.content);
  {
    auto again = rig.open(options);
    EXPECT_EQ(rig.read(*again, 0, rig.content.size()), rig.content);
    EXPECT_EQ(again->counts().medium_bytes, 0u);
  }
  EXPECT_LE(fs::file_size(options.cache_path), options.disk_bytes + 4096);
  {
    std::fstream f(options.cache_path, std::ios::in | std::ios::out | std::ios::binary);
    for (uint64_t at = 4096; at < fs::file_size(options.cache_path); at += 1000) f.seekp(at), f.put('\x77');
  }
  auto after = rig.open(options);
  EXPECT_EQ(rig.read(*after, 0, rig.content.size()), rig.content);
  EXPECT_GT(after->counts().medium_bytes, 0u);
}

TEST(QuickPageReader, GoesOnWithoutACacheThatCannotBeWritten) {
  QuickRig rig;
  quick::PageReaderOptions options;
  options.cache_path = rig.base + "/cache";
  options.disk_bytes = 16 << 20;
  auto pages = rig.open(options);
  // A limit on file sizes stands for a full disk: writes to the cache fail.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string got = rig.read(*pages, 0, rig.content.size());
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(got, rig.content);
}

TEST(QuickPageReader, WhatAHydrationBroughtIsServedPageByPageWhereItHolds) {
  QuickRig rig;
  fs::create_directory(rig.base + "/local");
  std::string half = rig.content.substr(0, kMacroblockSize);
  half[5 * kPageSize + 7] ^= 1;
  ASSERT_TRUE(write_file_atomic(rig.base + "/local/000020.sst", half));
  quick::PageReaderOptions options;
  options.local_directory = rig.base + "/local";
  auto pages = rig.open(options);
  EXPECT_EQ(rig.read(*pages, 0, rig.content.size()), rig.content);
  EXPECT_GT(pages->counts().local_hits, 10u);
  EXPECT_GT(pages->counts().medium_bytes, kMacroblockSize);
  EXPECT_LT(pages->counts().medium_bytes, rig.content.size());
}

TEST(QuickPageReader, AReaderMayLeaveTheDiskCacheAsItIs) {
  QuickRig rig;
  quick::PageReaderOptions options;
  options.cache_path = rig.base + "/cache";
  options.disk_bytes = 16 << 20;
  options.fill_disk = false;
  EXPECT_EQ(rig.read(*rig.open(options), 0, rig.content.size()), rig.content);
  auto again = rig.open(options);
  EXPECT_EQ(rig.read(*again, 0, rig.content.size()), rig.content);
  EXPECT_EQ(again->counts().disk_hits, 0u);
}

TEST(QuickPageReader, AWholeLocalFileIsKnownByItsContent) {
  QuickRig rig;
  auto pages = rig.open();
  const auto& file = pages->index().at("000020.sst");
  std::string copy = rig.content;
  for (const bool sound : {true, false}) {
    ASSERT_TRUE(write_file_atomic(rig.base + "/copy", copy));
    const Fd fd(::open((rig.base + "/copy").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(pages->is_whole(file, fd.get()).value(), sound);
    copy.back() ^= 1;
  }
}

TEST(QuickPageReader, LinksAmongTheLocalFilesAreNotFollowed) {
  QuickRig rig;
  fs::create_directory(rig.base + "/local");
  ASSERT_TRUE(write_file_atomic(rig.base + "/elsewhere", rig.content));
  fs::create_symlink(rig.base + "/elsewhere", rig.base + "/local/000020.sst");
  quick::PageReaderOptions options;
  options.local_directory = rig.base + "/local";
  auto pages = rig.open(options);
  EXPECT_EQ(rig.read(*pages, 0, rig.content.size()), rig.content);
  EXPECT_EQ(pages->counts().local_hits, 0u);
}

TEST(QuickPageReader, AnIndexThatNamesPathsIsRefused) {
  QuickRig rig;
  for (const char* name : {"../000020.sst", "/etc/passwd", "a/b.sst", "..", "", "seabed_tenant.json"}) {
    std::string bytes;
    IndexWriter index(FileType::kMetaIndex, "quick", [&](std::string_view piece) {
      bytes += piece;
      return ok();
    });
    meta::FileMeta file;
    file.set_name(name);
    ASSERT_TRUE(index.add(file) && index.finish());
    ASSERT_TRUE(write_file_atomic(rig.base + "/index.files", bytes));
    const auto read = quick::read_page_index(rig.base + "/index");
    ASSERT_FALSE(read) << name;
    EXPECT_NE(read.error().message().find("impossible file"), std::string::npos) << read.error().message();
  }
}

TEST(QuickPageReader, ADamagedLocalIndexIsRefused) {
  QuickRig rig;
  for (const char* part : {".files", ".blocks"}) {
    const std::string path = rig.base + "/index" + part;
    for (uint64_t at = 0; at < fs::file_size(path); at += 7) {
      std::string whole(fs::file_size(path), '\0');
      std::ifstream(path, std::ios::binary).read(whole.data(), whole.size());
      std::string bad = whole;
      bad[at] ^= 4;
      std::ofstream(path, std::ios::binary) << bad;
      EXPECT_FALSE(quick::read_page_index(rig.base + "/index")) << part << " at " << at;
      std::ofstream(path, std::ios::binary) << whole;
    }
  }
}

}  // namespace
}  // namespace seabed::testing_restore
