// Large parts of the file driver go past the page cache where memory and place allow it: whatever way they took, the
// object is what was sent.

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "tests/conformance/fixture.h"

namespace seabed::test {
namespace {

constexpr size_t kPage = 4096, kPart = 2 << 20;

/// Bytes at a chosen distance from a page boundary.
class Memory {
 public:
  Memory(size_t size, size_t shift, uint64_t seed) : size_(size), shift_(shift) {
    base_.reset(static_cast<char*>(std::aligned_alloc(kPage, (size + shift + kPage - 1) / kPage * kPage)));
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < size; ++i) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      base_.get()[shift + i] = static_cast<char>(x);
    }
  }
  std::string_view view() const { return {base_.get() + shift_, size_}; }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> base_;
  size_t size_, shift_;
};

struct Shape {
  size_t last, shift;   // bytes of the last part; distance of all memory from a page
};

class DirectWrite : public Conformance, public testing::WithParamInterface<Shape> {
 protected:
  void SetUp() override { Conformance::SetUp(); }
};

TEST_P(DirectWrite, AnObjectOfLargePartsIsWhatWasSent) {
  const auto [last, shift] = GetParam();
  std::vector<Memory> memory;
  for (uint64_t n = 0; n < 3; ++n) memory.emplace_back(n < 2 ? kPart : last, shift, n + 1);
  auto id = bare->begin_upload("large", ctx);
  SEABED_OK_OR_FAIL(id);
  std::vector<PartInfo> parts(3);
  std::string expected;
  for (const uint32_t n : {0u, 2u, 1u, 0u}) {   // out of order, one twice
    const std::string_view bytes = memory[n].view();
    auto part = bare->upload_part("large", *id, n + 1, Buffers(&bytes, 1), ctx);
    SEABED_OK_OR_FAIL(part);
    parts[n] = *part;
  }
  for (const auto& m : memory) expected += m.view();
  SEABED_OK_OR_FAIL(bare->complete_upload("large", *id, parts, ctx));
  EXPECT_TRUE(get("large") == expected);
}

TEST_F(Conformance, APartFarBehindTheOthersClaimsNoRoomBetween) {
  const Memory part(kPart, 0, 1);
  const std::string_view bytes = part.view();
  auto id = bare->begin_upload("sparse", ctx);
  SEABED_OK_OR_FAIL(id);
  SEABED_OK_OR_FAIL(bare->upload_part("sparse", *id, 500, Buffers(&bytes, 1), ctx));
  uint64_t used = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path())) {
    struct stat st {};
    if (entry.is_regular_file() && ::stat(entry.path().c_str(), &st) == 0) used += static_cast<uint64_t>(st.st_blocks) * 512;
  }
  EXPECT_GE(used, kPart);
  EXPECT_LT(used, 8 * kPart) << "499 parts lie between";
  SEABED_OK_OR_FAIL(bare->abort_upload("sparse", *id, ctx));
}

TEST_F(Conformance, AnObjectOfShortAndLongAppendsIsWhatWasSent) {
  if (!bare->capabilities().append) GTEST_SKIP() << "no append here";
  constexpr size_t kLong = 9 << 20;   // more than one direct write
  const Memory memory(kLong, 3, 1);
  std::string expected;
  // Ends within a block, at its end, one byte behind; long ones of one buffer and of many.
  for (const size_t size : {size_t{100}, kLong, size_t{1}, kLong - 7, kPage - (kLong * 2 + 94) % kPage, kLong / kPage * kPage,
                            kPage, (size_t{512} << 10) - 1, size_t{1} << 20, size_t{3}}) {
    const std::string_view all = memory.view().substr(0, size);
    std::vector<std::string_view> pieces;
    for (size_t at = 0, step = 1; at < size; at += step, step = step * 3 + 1) pieces.push_back(all.substr(at, step));
    const auto length = bare->append("log", expected.size(), pieces, ctx);
    SEABED_OK_OR_FAIL(length);
    expected += all;
    EXPECT_EQ(*length, expected.size());
    ASSERT_TRUE(get("log") == expected) << "behind an append of " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, DirectWrite,
                         ::testing::Values(Shape{kPart, 0}, Shape{kPart - 1, 0}, Shape{(1 << 20) + kPage + 7, 0},
                                         Shape{1, 0}, Shape{kPart, 8}, Shape{kPart - 1, 511}));

}  // namespace
}  // namespace seabed::test
