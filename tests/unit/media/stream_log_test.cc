// The chained log of a stream, written by ArchiveWriter and read back by StreamLog.

#include "core/media/stream_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/bytes.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_writer.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;

class StreamLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "seabed-stream-log-XXXXXX").string();
    ASSERT_TRUE(::mkdtemp(name.data()));
    root_ = name;
    store_ = std::make_shared<test::DirStore>(root_);
    medium_.store = store_;
  }
  void TearDown() override { fs::remove_all(root_); }

  static Lsn lsn(uint64_t n) {
    Lsn l;
    put_be64(l.bytes, n);
    return l;
  }
  static LogGroup group(uint64_t n) {
    LogGroup g;
    g.scn_lo = 1000 * n;
    g.scn_hi = 1000 * n + 500;
    g.begin = lsn(n);
    g.end = lsn(n + 1);
    g.payload = std::string(3000, static_cast<char>('a' + n % 26));
    return g;
  }

  /// Groups [from, to) into the piece; about four to a file.
  void write(ArchiveWriter& writer, uint64_t piece, uint64_t from, uint64_t to) {
    for (uint64_t n = from; n < to; ++n) {
      if (writer.needs_file() || writer.piece_id() != piece) {
        if (writer.current().file_id != 0 && writer.piece_id() == piece) closed_.push_back(writer.current());
        ASSERT_TRUE(writer.open_file(piece, 1, lsn(n), n, {}));
      }
      EncodedGroup g = encode(group(n), 7);
      ASSERT_TRUE(writer.append(std::span(&g, 1), {}));
    }
  }
  ArchiveWriter writer(LogFile last = {}, uint64_t epoch = 7) {
    return ArchiveWriter(*store_, id_, {epoch, "test", 12'000}, last);
  }

  PieceFacts piece(uint64_t id, uint32_t first, const LogFile& last) {
    PieceFacts p;
    p.key = id_.piece(id);
    auto* ls = p.descriptor.add_ls();
    ls->set_ls_id(1001);
    ls->set_first_file_id(first);
    ls->set_last_file_id(last.file_id);
    ls->set_last_file_length(last.length);
    ls->set_last_file_hash128(std::string(view(last.hash)));
    return p;
  }
  /// The same piece as its freezing lists it.
  PieceFacts frozen(PieceFacts p, const std::vector<LogFile>& files) {
    p.frozen = true;
    meta::LsFileList list;
    list.set_ls_id(1001);
    for (const LogFile& f : files) {
      auto* info = list.add_files();
      info->set_file_id(f.file_id);
      info->set_length(f.length);
      info->set_hash128(std::string(view(f.hash)));
    }
    EXPECT_TRUE(put_once(*store_, paths::ls_file_info(p.key, 1001), FileType::kLsFileList, list, {}));
    return p;
  }

  /// The numbers of the groups, or the error.
  Result<std::vector<uint64_t>> read(std::vector<PieceFacts> pieces, StreamLogStart start = {}) {
    StreamLog log(medium_, std::move(pieces), 1001, start);
    std::vector<uint64_t> numbers;
    for (LogGroup g;;) {
      SEABED_TRY(bool more, log.next(&g));
      if (!more) return numbers;
      numbers.push_back(load_be64(g.begin.bytes.data()));
      EXPECT_EQ(g.payload, group(numbers.back()).payload);
    }
  }
  static std::vector<uint64_t> numbers(uint64_t from, uint64_t to) {
    std::vector<uint64_t> out;
    for (; from < to; ++from) out.push_back(from);
    return out;
  }
  std::string path(uint64_t piece, uint32_t file) {
    return root_ + "/" + paths::log_file(id_.piece(piece), 1001, file);
  }
  void flip(const std::string& file, uint64_t at) {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(static_cast<std::streamoff>(at));
    char c = static_cast<char>(f.get() ^ 0x10);
    f.seekp(static_cast<std::streamoff>(at));
    f.put(c);
  }

  std::string root_;
  std::shared_ptr<test::DirStore> store_;
  Medium medium_;
  std::vector<LogFile> closed_;
  const ArchiveStreamId id_{1002, 1001, 1, 1001};
};

TEST_F(StreamLogTest, GroupsOverFilesAndPieces) {
  auto w = writer();
  write(w, 1, 0, 10);
  std::vector<LogFile> files = closed_;
  files.push_back(w.current());
  ASSERT_GE(files.size(), 3u);
  PieceFacts first = frozen(piece(1, 1, w.current()), files);
  write(w, 3, 10, 17);
  PieceFacts empty = piece(2, 0, {});  // the stream was idle
  PieceFacts last = piece(3, 1, w.current());
  auto all = read({first, empty, last});
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(*all, numbers(0, 17));
  EXPECT_EQ(*read({first, empty, last}, {lsn(5), 0}), numbers(5, 17));
  EXPECT_EQ(*read({last}), numbers(10, 17));
}

TEST_F(StreamLogTest, MetadataIsTakenByItsStampOrItsPlace) {
  auto w = writer();
  ASSERT_TRUE(w.open_file(1, 1, lsn(1), 1, {}));
  for (const uint64_t n : {1, 2, 3}) {
    LogGroup g = group(n);
    g.type = GroupType::kManifest;
    g.end = g.begin;
    EncodedGroup encoded = encode(g, 7);
    ASSERT_TRUE(w.append(std::span(&encoded, 1), {}));
  }
  const auto from = [&](uint64_t place, Scn scn) { return read({piece(1, 1, w.current())}, {lsn(place), scn}); };
  EXPECT_EQ(*from(9, 9999), numbers(0, 0));
  EXPECT_EQ(*from(9, 2499), numbers(2, 4)) << "above the base's stamp";
  EXPECT_EQ(*from(2, 9999), numbers(2, 4)) << "beside exact stamps it may be below, and still belong to the log behind";
}

TEST_F(StreamLogTest, WhatLiesBehindTheAcceptedLengthIsNobodys) {
  auto old = writer();
  write(old, 1, 0, 2);
  const LogFile accepted = old.current();
  auto taker = writer(accepted, 8);
  write(taker, 1, 2, 4);
  write(old, 1, 90, 91);  // the fenced writer wakes up
  auto all = read({piece(1, 1, taker.current())});
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(*all, numbers(0, 4));
  // The newest checkpoint may be older than the file: only what it names is used.
  EXPECT_EQ(*read({piece(1, 1, accepted)}), numbers(0, 2));
}

TEST_F(StreamLogTest, AMissingFileIsAGapThatNamesIt) {
  for (uint32_t lost : {1u, 2u, 3u}) {
    TearDown();
    SetUp();
    auto w = writer();
    write(w, 1, 0, 12);
    ASSERT_EQ(w.current().file_id, 3u);
    fs::remove(path(1, lost));
    auto all = read({piece(1, 1, w.current())});
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().code, Code::kGap);
    EXPECT_NE(all.error().object.find("log/" + std::to_string(lost) + ".obarc"), std::string::npos)
        << all.error().object;
  }
}

TEST_F(StreamLogTest, EveryTruncationAndSampledFlipIsSeen) {
  auto w = writer();
  write(w, 1, 0, 12);
  const PieceFacts p = piece(1, 1, w.current());
  ASSERT_TRUE(read({p}));
  for (uint32_t file : {1u, 2u, 3u}) {
    const std::string target = path(1, file), keep = root_ + "/keep";
    fs::copy_file(target, keep, fs::copy_options::overwrite_existing);
    const uint64_t size = fs::file_size(target);
    for (uint64_t cut : {uint64_t{0}, uint64_t{10}, uint64_t{200}, size / 2, size - 1}) {
      fs::resize_file(target, cut);
      auto all = read({p});
      ASSERT_FALSE(all) << file << " cut at " << cut;
      EXPECT_EQ(all.error().code, Code::kCorruption) << all.error().message();
      fs::copy_file(keep, target, fs::copy_options::overwrite_existing);
    }
    for (uint64_t at = 0; at < size; at += 61) {
      flip(target, at);
      EXPECT_FALSE(read({p})) << file << " flipped at " << at;
      flip(target, at);
    }
  }
  EXPECT_TRUE(read({p}));
}

TEST_F(StreamLogTest, AFileOfAnotherPlaceIsRefused) {
  auto w = writer();
  write(w, 1, 0, 12);
  const PieceFacts p = piece(1, 1, w.current());
  fs::copy_file(path(1, 1), path(1, 2), fs::copy_options::overwrite_existing);
  auto all = read({p});
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Code::kCorruption);
}

TEST_F(StreamLogTest, AFrozenPieceIsReadByItsList) {
  auto w = writer();
  write(w, 1, 0, 6);
  std::vector<LogFile> files = closed_;
  files.push_back(w.current());
  PieceFacts p = frozen(piece(1, 1, w.current()), files);
  ASSERT_EQ(*read({p}), numbers(0, 6));
  fs::remove(root_ + "/" + paths::ls_file_info(p.key, 1001));
  EXPECT_FALSE(read({p}));
  files.pop_back();
  p = frozen(p, files);
  auto all = read({p});
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().reason.find("does not list"), std::string::npos);
}

}  // namespace
}  // namespace seabed
