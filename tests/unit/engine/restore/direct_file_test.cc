// Files written past the page cache are the same bytes, whatever their size and the file system.

#include "core/engine/restore/direct_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/base/fd.h"
#include "core/flow/macroblock.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::restore {
namespace {

/// Last block first, as lanes may have it.
std::string written(const std::string& directory, const std::string& content, bool* direct) {
  const std::string path = directory + "/file";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  *direct = begin_direct(fd.get(), content.size());
  BlockBuffer buffer;
  for (uint64_t block = block_count(content.size()); block-- > 0;) {
    const uint64_t at = block * kMacroblockSize;
    const auto room = buffer.room(std::min<uint64_t>(kMacroblockSize, content.size() - at));
    std::copy_n(content.data() + at, room.size(), room.data());
    EXPECT_TRUE(write_block(fd.get(), *direct, room, at, "file"));
  }
  if (*direct) EXPECT_TRUE(end_direct(fd.get(), content.size(), "file"));
  return *read_file(path);
}

TEST(DirectFile, TheSameBytesWhateverTheSize) {
  std::string direct_at = (std::filesystem::temp_directory_path() / "seabed-direct-XXXXXX").string();
  ASSERT_NE(::mkdtemp(direct_at.data()), nullptr);
  std::string memory_at = "/dev/shm/seabed-direct-XXXXXX";  // a file system without direct writes, on most kernels
  const bool memory = ::mkdtemp(memory_at.data()) != nullptr;
  for (const uint64_t size : {uint64_t{1}, uint64_t{1} << 20, (uint64_t{1} << 20) + 1, kMacroblockSize - 1, kMacroblockSize,
                              3 * kMacroblockSize + 4095, 3 * kMacroblockSize + 4096, 3 * kMacroblockSize + 777}) {
    const std::string content = testing_restore::noise(size, size);
    bool direct = true;
    EXPECT_EQ(written(direct_at, content, &direct), content) << size;
    if (memory) EXPECT_EQ(written(memory_at, content, &direct), content) << size;
  }
  std::filesystem::remove_all(direct_at);
  if (memory) std::filesystem::remove_all(memory_at);
}

TEST(DirectFile, AWriteThatIsRefusedGoesTheUsualWay) {
  std::string at = (std::filesystem::temp_directory_path() / "seabed-direct-XXXXXX").string();
  ASSERT_NE(::mkdtemp(at.data()), nullptr);
  Fd fd(::open((at + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const bool direct = begin_direct(fd.get(), kMacroblockSize);
  BlockBuffer buffer;
  const auto room = buffer.room(kMacroblockSize);
  std::fill(room.begin(), room.end(), 'x');
  // Not on a boundary of the disk: EINVAL of a direct write.
  EXPECT_TRUE(write_block(fd.get(), direct, room.subspan(0, 5000), 7, "file"));
  EXPECT_TRUE(end_direct(fd.get(), 5007, "file"));
  EXPECT_EQ(*read_file(at + "/file"), std::string(7, '\0') + std::string(5000, 'x'));
  std::filesystem::remove_all(at);
}

}  // namespace
}  // namespace seabed::restore
