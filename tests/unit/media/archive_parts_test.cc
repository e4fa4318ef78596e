// Log files in parts: what the writer makes of them, every way a part can be missing, cut, doubled or late, and that both
// forms are read on every medium.

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/bytes.h"
#include "core/media/archive_resume.h"
#include "core/media/archive_writer.h"
#include "core/media/log_object.h"
#include "core/media/log_object_check.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {
using test::DirStore;
using test::ScratchDir;

const ArchiveStreamId kId{1002, 1001, 1, 1001};
const std::string kFile = "piece_d1001r1p1/logstream_1001/log/1.obarc";

Lsn lsn(uint64_t n) {
  Lsn out;
  put_be64(out.bytes, n);
  return out;
}

EncodedGroup group(uint64_t n, uint64_t epoch = 1) {
  LogGroup g;
  g.scn_lo = n * 10;
  g.scn_hi = n * 10 + 5;
  g.incarnation = 7;
  g.begin = lsn(n);
  g.end = lsn(n + 1);
  g.payload = std::string(100 + n, static_cast<char>('a' + n % 26));
  return encode(g, epoch);
}

struct ArchivePartsTest : ::testing::Test {
  ScratchDir dir;
  std::shared_ptr<DirStore> store_ = std::make_shared<DirStore>(dir.path() + "/s3");
  DirStore& store = *store_;
  Medium medium{store_};
  IoContext ctx;

  ArchivePartsTest() { store.caps_.append = false; }
  ArchiveWriter writer(uint64_t epoch, LogFile last = {}, uint64_t size = 64 << 20) {
    return {store, kId, {epoch, "me", size}, std::move(last)};
  }
  Status write(ArchiveWriter& w, uint64_t n, uint64_t epoch = 1) { return w.append(std::vector{group(n, epoch)}, ctx); }
  /// A file of `groups` parts, sealed.
  LogFile sealed(uint64_t groups) {
    auto w = writer(1);
    EXPECT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
    for (uint64_t n = 0; n < groups; ++n) EXPECT_TRUE(write(w, n));
    EXPECT_TRUE(w.seal(ctx));
    return w.current();
  }
  StreamTail tail() {
    auto t = find_tail(store, kId, 1, 1, ctx);
    EXPECT_TRUE(t) << (t ? "" : t.error().message());
    return t ? *t : StreamTail{};
  }
  std::vector<std::string> names(const std::string& file = kFile) {
    std::vector<std::string> out;
    for (const auto& [key, size] : store.all())
      if (key.starts_with(file + "/")) out.push_back(key.substr(file.size() + 1));
    return out;
  }
  /// Keys of the parts in order of their start.
  std::vector<std::string> parts() {
    auto object = open_log_object(medium, kFile);
    std::vector<std::string> out;
    if (object && (*object)->parts())
      for (const auto& part : (*object)->parts()->chain) out.push_back(part.key);
    return out;
  }
  std::string content(const Medium& from) {
    auto object = open_log_object(from, kFile);
    if (!object) return "error: " + object.error().message();
    std::string out((*object)->size(), '\0');
    auto got = (*object)->read_at(0, out);
    return got && *got == out.size() ? out : "error: short";
  }
  std::string findings(uint64_t accepted, bool is_sealed = true) {
    auto found = check_log_object(medium, kFile, {accepted, is_sealed, true});
    if (!found) return "error: " + found.error().message();
    std::string out;
    for (const auto& f : *found) out += f.key.substr(f.key.rfind('/') + 1) + ": " + f.reason + "\n";
    return out;
  }
};

TEST_F(ArchivePartsTest, NamesOfTheIntroductionAndTheBytesOfAPlainFile) {
  const LogFile file = sealed(3);
  const auto there = names();
  ASSERT_EQ(there.size(), 5u);
  EXPECT_EQ(std::count(there.begin(), there.end(), "@APD_PART@FORMAT_META.obarc"), 1);
  EXPECT_EQ(std::count(there.begin(), there.end(), "@APD_PART@SEAL_META.obarc"), 1);
  const auto keys = parts();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_TRUE(keys[0].starts_with(kFile + "/@APD_PART@0-")) << keys[0];
  EXPECT_TRUE(keys[2].ends_with("-" + std::to_string(file.length) + ".obarc")) << keys[2];
  EXPECT_EQ(store.appends, 0u);

  DirStore plain(dir.path() + "/plain");
  ArchiveWriter w(plain, kId, {1, "me", 64 << 20}, {});
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  for (uint64_t n = 0; n < 3; ++n) ASSERT_TRUE(w.append(std::vector{group(n)}, ctx));
  EXPECT_EQ(w.current().hash, file.hash);
  EXPECT_EQ(content(medium), content(Medium{std::make_shared<DirStore>(dir.path() + "/plain")}));
  EXPECT_EQ(hash128(content(medium)), file.hash);
  EXPECT_EQ(findings(file.length), "");
}

TEST_F(ArchivePartsTest, ReadsOfAnyRangeCrossTheParts) {
  const LogFile file = sealed(5);
  const std::string all = content(medium);
  auto object = open_log_object(medium, kFile);
  ASSERT_TRUE(object);
  for (uint64_t at = 0; at <= all.size(); at += 37)
    for (uint64_t size : {1u, 90u, 300u, 100'000u}) {
      std::string out(size, '\0');
      auto got = (*object)->read_at(at, out);
      ASSERT_TRUE(got);
      out.resize(*got);
      ASSERT_EQ(out, all.substr(at, size)) << at;
    }
}

TEST_F(ArchivePartsTest, BothFormsAreReadOnEveryMedium) {
  sealed(3);
  const std::string all = content(medium);
  auto moved = std::make_shared<DirStore>(dir.path() + "/s3");  // the same objects on a medium with append
  EXPECT_EQ(content(Medium{moved}), all);
  DirStore plain(dir.path() + "/plain");
  ASSERT_TRUE(put_object(plain, kFile, all, PutMode::kReplace, ctx));
  auto like_s3 = std::make_shared<DirStore>(dir.path() + "/plain");
  like_s3->caps_.append = false;
  EXPECT_EQ(content(Medium{like_s3}), all);
  EXPECT_EQ(open_log_object(Medium{like_s3}, "piece_d1001r1p1/logstream_1001/log/2.obarc").error().code, Code::kNotFound);
}

TEST_F(ArchivePartsTest, AFileWithoutDataIsItsHeader) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  EXPECT_EQ(names().size(), 1u) << "one put makes a file";
  EXPECT_EQ(tail().last.length, w.current().length);
  EXPECT_EQ(hash128(content(medium)), w.current().hash);
  EXPECT_EQ(findings(w.current().length, false), "");
  auto next = writer(2, tail().last);
  ASSERT_TRUE(next.open_file(1, 7, lsn(0), 2, ctx));
  ASSERT_TRUE(write(next, 0, 2));
  ASSERT_TRUE(write(w, 8));  // the old writer's first part arrives late: only its header counts
  EXPECT_EQ(tail().end, lsn(1));
  EXPECT_TRUE(tail().damage.empty());
  EXPECT_EQ(w.open_file(1, 7, lsn(9), 3, ctx).error().code, Code::kFenced);
}

TEST_F(ArchivePartsTest, ALostAnswerIsLookedAfter) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  store.lose_next_part = true;
  ASSERT_FALSE(write(w, 0));
  const auto before = store.puts.load();
  ASSERT_TRUE(w.append(std::vector{group(0), group(1)}, ctx));  // more has come since
  EXPECT_EQ(store.puts, before + 1) << "the part that had arrived is not written again";
  EXPECT_EQ(parts().size(), 2u);
  EXPECT_EQ(tail().end, lsn(2));
  EXPECT_EQ(tail().last.hash, w.current().hash);
}

TEST_F(ArchivePartsTest, ALostAnswerOfTheCreateIsLookedAfter) {
  auto w = writer(1);
  store.lose_next_part = true;
  EXPECT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  EXPECT_TRUE(write(w, 0));
  EXPECT_EQ(tail().files[0].groups, 1u);
}

TEST_F(ArchivePartsTest, ARetryKeepsTheNameOfAPartThatMayArriveLate) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  std::string late;
  store.set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (op != "put") return ok();
    late = key;
    return fail(Code::kOutcomeUnknown, key, "under way");
  });
  ASSERT_FALSE(write(w, 0));
  store.set_hook(nullptr);
  ASSERT_TRUE(w.append(std::vector{group(0), group(1)}, ctx));
  EXPECT_EQ(parts().size(), 2u);
  EXPECT_EQ(parts()[0], late) << "whenever it comes, it is the same object";
  EXPECT_EQ(tail().end, lsn(2));
}

TEST_F(ArchivePartsTest, RepeatedAndOverlappingPartsAreTheSameBytesOrNamed) {
  const LogFile file = sealed(3);
  const std::string all = content(medium);
  const std::string twice = paths::log_part(kFile, 0, all.size() - 10), inside = paths::log_part(kFile, 50, 200);
  ASSERT_TRUE(put_object(store, twice, all.substr(0, all.size() - 10), PutMode::kIfAbsent, ctx));
  ASSERT_TRUE(put_object(store, inside, all.substr(50, 150), PutMode::kIfAbsent, ctx));
  EXPECT_EQ(content(medium), all);
  EXPECT_EQ(findings(file.length), "");
  std::string other = all.substr(50, 150);
  other[70] ^= 1;
  ASSERT_TRUE(put_object(store, inside, other, PutMode::kReplace, ctx));
  EXPECT_NE(findings(file.length).find("holds other bytes"), std::string::npos) << findings(file.length);
}

TEST_F(ArchivePartsTest, AMissingPartIsAGapThatNamesIt) {
  const LogFile file = sealed(4);
  const auto keys = parts();
  for (size_t i = 0; i < keys.size(); ++i) {
    std::filesystem::rename(store.path(keys[i]), dir.path() + "/away");
    auto object = open_log_object(medium, kFile);
    ASSERT_TRUE(object);
    EXPECT_LT((*object)->size(), file.length);
    EXPECT_EQ((*object)->short_of(file.length).code, Code::kGap);
    if (i + 1 < keys.size()) {
      EXPECT_EQ((*object)->short_of(file.length).object, keys[i]);
    }
    EXPECT_NE(findings(file.length).find(keys[i].substr(keys[i].rfind('/') + 1) + ": is missing"), std::string::npos)
        << findings(file.length);
    std::filesystem::rename(dir.path() + "/away", store.path(keys[i]));
  }
  EXPECT_EQ(findings(file.length), "");
}

TEST_F(ArchivePartsTest, EveryObjectTakenAwayCutOrFlippedIsNoticed) {
  const LogFile file = sealed(3);
  auto reads_whole = [&] { return hash128(content(medium)) == file.hash; };
  for (const auto& name : names()) {
    const std::string path = store.path(kFile + "/" + name), kept = dir.path() + "/kept";
    std::filesystem::copy_file(path, kept);
    std::filesystem::remove(path);
    EXPECT_NE(findings(file.length), "") << name << " missing";
    std::filesystem::copy_file(kept, path);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    EXPECT_NE(findings(file.length), "") << name << " cut";
    for (uint64_t bit = 3; bit < std::filesystem::file_size(kept) * 8; bit += 101) {
      std::filesystem::copy_file(kept, path, std::filesystem::copy_options::overwrite_existing);
      std::fstream f(path, std::ios::in | std::ios::out | std::ios::binary);
      f.seekg(static_cast<std::streamoff>(bit / 8));
      const char c = static_cast<char>(f.get() ^ (1 << bit % 8));
      f.seekp(static_cast<std::streamoff>(bit / 8));
      f.put(c);
      f.close();
      EXPECT_TRUE(findings(file.length) != "" || !reads_whole()) << name << " bit " << bit;
    }
    std::filesystem::rename(kept, path);
  }
  EXPECT_EQ(findings(file.length), "");
}

TEST_F(ArchivePartsTest, ATailBehindAMissingPartIsNobodys) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  for (uint64_t n = 0; n < 3; ++n) ASSERT_TRUE(write(w, n));
  std::filesystem::remove(store.path(parts()[1]));
  auto t = tail();
  EXPECT_EQ(t.end, lsn(1));
  EXPECT_NE(t.torn.find("is missing"), std::string::npos) << t.torn;
  auto next = writer(2, t.last);
  ASSERT_TRUE(next.open_file(1, 7, t.end, 2, ctx));
  ASSERT_TRUE(write(next, 1, 2));
  t = tail();
  EXPECT_EQ(t.end, lsn(2));
  EXPECT_TRUE(t.damage.empty());
}

TEST_F(ArchivePartsTest, TheFileBeforeIsSealedAtItsAcceptedLength) {
  auto w = writer(1, {}, 300);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(w, 0));
  const LogFile first = w.current();
  ASSERT_TRUE(w.open_file(1, 7, lsn(1), 1, ctx));
  EXPECT_EQ(findings(first.length), "");
  const auto seal = read_log_seal(store, kFile, ctx);
  ASSERT_TRUE(seal) << seal.error().message();
  EXPECT_EQ(seal->length, first.length);
  EXPECT_EQ(seal->hash, view(first.hash));
  EXPECT_EQ(seal->part_ends, std::vector<uint64_t>{first.length});
  // A process that dies seals nothing; the one that follows does.
  auto next = writer(2, tail().last);
  const std::string second = "piece_d1001r1p1/logstream_1001/log/2.obarc";
  EXPECT_EQ(read_log_seal(store, second, ctx).error().code, Code::kNotFound);
  ASSERT_TRUE(next.open_file(1, 7, lsn(1), 2, ctx));
  EXPECT_TRUE(read_log_seal(store, second, ctx));
}

TEST_F(ArchivePartsTest, LostPartsAreNotTakenForSuccess) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  for (uint64_t n = 0; n < 2; ++n) ASSERT_TRUE(write(w, n));
  std::filesystem::remove(store.path(parts()[1]));
  EXPECT_EQ(w.open_file(1, 7, lsn(2), 1, ctx).error().code, Code::kGap) << "it would be sealed with a gap";
}

TEST_F(ArchivePartsTest, NamesAreReadStrictly) {
  const auto parse = [](const std::string& name) { return paths::parse_log_part(kFile, kFile + "/@APD_PART@" + name); };
  EXPECT_EQ(parse("0-32472973.obarc"), std::pair(uint64_t{0}, uint64_t{32472973}));
  for (const char* bad : {"00-5.obarc", "5-5.obarc", "9-5.obarc", "0-5", "-5.obarc", "0-.obarc", "0-5.obarc.tmp", "+0-5.obarc",
                          "0-99999999999999999999.obarc", "FORMAT_META.obarc"})
    EXPECT_FALSE(parse(bad)) << bad;
  const std::string log = "piece_d1001r1p1/logstream_1001/log/";
  EXPECT_EQ(paths::parse_log_file(log, kFile), 1u);
  EXPECT_EQ(paths::parse_log_file(log, kFile + "/@APD_PART@FORMAT_META.obarc"), 1u);
  EXPECT_FALSE(paths::parse_log_file(log, log + "01.obarc"));
  EXPECT_FALSE(paths::parse_log_file(log, log + "1.obarc/other"));
}

}  // namespace
}  // namespace seabed
