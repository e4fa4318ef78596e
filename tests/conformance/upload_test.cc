// Objects in parts.

#include <algorithm>
#include <thread>

#include "tests/conformance/fixture.h"

namespace seabed::test {

class Uploads : public Conformance {
 protected:
  PartInfo part(const std::string& key, const std::string& id, uint32_t number, std::string_view bytes) {
    auto result = bare->upload_part(key, id, number, Buffers(&bytes, 1), ctx);
    EXPECT_TRUE(result.has_value()) << result.error().message();
    return result.value_or(PartInfo{});
  }
  std::string begin(const std::string& key) { return bare->begin_upload(key, ctx).value(); }
};

TEST_F(Uploads, NothingIsVisibleBeforeComplete) {
  const auto id = begin("a/k");
  const std::vector parts = {part("a/k", id, 1, "one"), part("a/k", id, 2, "tw")};
  EXPECT_EQ(code_of(bare->stat("a/k", ctx)), Code::kNotFound);
  EXPECT_TRUE(keys().empty());
  SEABED_OK_OR_FAIL(bare->complete_upload("a/k", id, parts, ctx));
  EXPECT_EQ(get("a/k"), "onetw");
  EXPECT_EQ(keys(), std::vector<std::string>{"a/k"});
}

TEST_F(Uploads, PartsOfAnySizeInAnyOrder) {
  const std::vector<std::string> texts = {std::string(70000, 'a'), "b", std::string(100000, 'c'),
                                          std::string(5, 'd')};
  std::string whole;
  for (const auto& text : texts) whole += text;
  std::vector<uint32_t> order = {1, 2, 3, 4};
  do {
    const auto id = begin("k");
    std::vector<PartInfo> parts(4);
    for (const uint32_t n : order) parts[n - 1] = part("k", id, n, texts[n - 1]);
    SEABED_OK_OR_FAIL(bare->complete_upload("k", id, parts, ctx));
    EXPECT_EQ(get("k"), whole);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Uploads, EqualPartsInParallel) {
  const auto id = begin("big");
  constexpr int kParts = 12;
  std::vector<PartInfo> parts(kParts);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = t; i < kParts; i += 4)
        parts[i] =
            part("big", id, i + 1, std::string(i == kParts - 1 ? 100 : 1 << 20, static_cast<char>('a' + i)));
    });
  for (auto& thread : threads) thread.join();
  SEABED_OK_OR_FAIL(bare->complete_upload("big", id, parts, ctx));
  const auto bytes = get("big");
  ASSERT_EQ(bytes.size(), (uint64_t{kParts - 1} << 20) + 100);
  for (int i = 0; i < kParts; ++i) EXPECT_EQ(bytes[uint64_t(i) << 20], 'a' + i);
}

TEST_F(Uploads, ThePartThatCameLastCounts) {
  const auto id = begin("k");
  part("k", id, 1, "old old old");
  const auto first = part("k", id, 1, "new");
  const auto second = part("k", id, 2, "!");
  SEABED_OK_OR_FAIL(bare->complete_upload("k", id, std::vector{first, second}, ctx));
  EXPECT_EQ(get("k"), "new!");
}

TEST_F(Uploads, OnlyTheNamedPartsAreJoined) {
  const auto id = begin("k");
  const auto one = part("k", id, 1, "11");
  part("k", id, 2, "22");
  const auto three = part("k", id, 3, "33");
  SEABED_OK_OR_FAIL(bare->complete_upload("k", id, std::vector{one, three}, ctx));
  EXPECT_EQ(get("k"), "1133");
}

TEST_F(Uploads, CompleteRefusesWhatIsNotThere) {
  const auto id = begin("k");
  auto one = part("k", id, 1, "11");
  auto ghost = one;
  ghost.number = 2;
  EXPECT_FALSE(bare->complete_upload("k", id, std::vector{one, ghost}, ctx).has_value());
  EXPECT_FALSE(bare->complete_upload("k", id, {}, ctx).has_value());
  EXPECT_EQ(code_of(bare->complete_upload("k", "u-00000000000000000000000000000000", std::vector{one}, ctx)),
            Code::kNotFound);
  EXPECT_EQ(code_of(bare->complete_upload("k", "../../etc", std::vector{one}, ctx)), Code::kNotFound);
  EXPECT_EQ(code_of(bare->complete_upload("other", id, std::vector{one}, ctx)), Code::kNotFound);
  SEABED_OK_OR_FAIL(bare->complete_upload("k", id, std::vector{one}, ctx));
  EXPECT_EQ(code_of(bare->complete_upload("k", id, std::vector{one}, ctx)), Code::kNotFound) << "it is over";
}

TEST_F(Uploads, AbortLeavesNothing) {
  const auto id = begin("k");
  const auto one = part("k", id, 1, "11");
  SEABED_OK_OR_FAIL(bare->abort_upload("k", id, ctx));
  EXPECT_EQ(code_of(bare->abort_upload("k", id, ctx)), Code::kNotFound);
  EXPECT_FALSE(bare->complete_upload("k", id, std::vector{one}, ctx).has_value());
  EXPECT_EQ(code_of(bare->stat("k", ctx)), Code::kNotFound);
  EXPECT_TRUE(bare->list_uploads("", ctx).value().empty());
}

TEST_F(Uploads, AnInterruptedOneIsResumedFromItsList) {
  const auto id = begin("a/k");
  begin("b/k");
  part("a/k", id, 3, "33");
  part("a/k", id, 1, "111");
  bare = open_bare();  // another process
  const auto uploads = bare->list_uploads("a/", ctx).value();
  ASSERT_EQ(uploads.size(), 1u);
  EXPECT_EQ(uploads[0].key, "a/k");
  EXPECT_EQ(uploads[0].upload_id, id);
  EXPECT_EQ(bare->list_uploads("", ctx).value().size(), 2u);
  auto parts = bare->list_parts("a/k", id, ctx).value();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].number, 1u);
  EXPECT_EQ(parts[1].size, 2u);
  parts.insert(parts.begin() + 1, part("a/k", id, 2, "22"));
  SEABED_OK_OR_FAIL(bare->complete_upload("a/k", id, parts, ctx));
  EXPECT_EQ(get("a/k"), "1112233");
}

TEST_F(Uploads, ManyPartsAndUploadsAreListedInPages) {
  const auto id = begin("k");
  for (uint32_t n = 1; n <= 1003; ++n) part("k", id, n, "x");
  EXPECT_EQ(bare->list_parts("k", id, ctx).value().size(), 1003u);
  for (int i = 0; i < 1002; ++i) begin("many");
  EXPECT_EQ(bare->list_uploads("many", ctx).value().size(), 1002u);
}

}  // namespace seabed::test
