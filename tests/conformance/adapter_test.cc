// The host's side of each operation: what goes through the C ABI and the decorators comes back unchanged.
// What an operation must do on a medium is seabed-driver-check's subject (sdk/conformance), not this one's.

#include <algorithm>
#include <thread>

#include "core/storage/driver/driver_store.h"
#include "core/storage/driver/registry.h"
#include "tests/conformance/fixture.h"

namespace seabed::test {

namespace {
std::string text_of(ObjectStore& store, const std::string& key) {
  const auto bytes = read_object(store, key, 1 << 30, IoContext());
  return bytes ? *bytes : "not readable: " + bytes.error().message();
}

void objects(ObjectStore& store, const IoContext& ctx) {
  const std::string_view pieces[] = {"he", "", "llo"};
  SEABED_OK_OR_FAIL(store.put("o/a", pieces, PutMode::kIfAbsent, ctx));
  EXPECT_EQ(code_of(put_object(store, "o/a", "again", PutMode::kIfAbsent, ctx)), Code::kAlreadyExists);
  EXPECT_EQ(store.stat("o/a", ctx).value().size, 5u);
  EXPECT_EQ(text_of(store, "o/a"), "hello");
  char two[2];
  EXPECT_EQ(store.read_at("o/a", 4, two, ctx).value(), 1u);
  EXPECT_EQ(code_of(store.stat("o/b", ctx)), Code::kNotFound);
}

void pages(ObjectStore& store, const IoContext& ctx) {
  for (const char* key : {"p/1", "p/2", "p/3"})
    SEABED_OK_OR_FAIL(put_object(store, key, key, PutMode::kReplace, ctx));
  const auto first = store.list("p/", "", 2, ctx).value();
  ASSERT_EQ(first.entries.size(), 2u);
  EXPECT_EQ(first.entries[1].key, "p/2");
  EXPECT_EQ(first.entries[1].size, 3u);
  const auto second = store.list("p/", first.next, 2, ctx).value();
  ASSERT_EQ(second.entries.size(), 1u);
  EXPECT_TRUE(second.next.empty());
  const std::vector<std::string> gone = {"p/1", "p/none", "p/3"};
  const auto removed = store.remove(gone, ctx).value();
  EXPECT_TRUE(std::all_of(removed.begin(), removed.end(), [](const Status& s) { return s.has_value(); }));
  EXPECT_EQ(list_all(store, "p/", ctx).value().size(), 1u);
}

void uploads(ObjectStore& store, const IoContext& ctx) {
  const std::string_view bytes[] = {"on", "e"};
  const auto id = store.begin_upload("u/k", ctx).value();
  const auto second = store.upload_part("u/k", id, 2, Buffers(bytes, 1), ctx).value();
  const auto first = store.upload_part("u/k", id, 1, bytes, ctx).value();
  EXPECT_EQ(first.size, 3u);
  ASSERT_EQ(store.list_uploads("u/", ctx).value().size(), 1u);
  EXPECT_EQ(store.list_uploads("u/", ctx).value()[0].upload_id, id);
  const auto listed = store.list_parts("u/k", id, ctx).value();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[1].size, second.size);
  SEABED_OK_OR_FAIL(store.complete_upload("u/k", id, listed, ctx));
  EXPECT_EQ(text_of(store, "u/k"), "oneon");
  const auto other = store.begin_upload("u/k", ctx).value();
  SEABED_OK_OR_FAIL(store.abort_upload("u/k", other, ctx));
  EXPECT_EQ(code_of(store.abort_upload("u/k", other, ctx)), Code::kNotFound);
}

void appends(ObjectStore& store, const IoContext& ctx) {
  const std::string_view bytes[] = {"ab", "c"};
  EXPECT_EQ(store.append("l/1", 0, bytes, ctx).value(), 3u);
  EXPECT_EQ(store.append("l/1", 3, bytes, ctx).value(), 6u);
  EXPECT_EQ(code_of(store.append("l/1", 4, bytes, ctx)), Code::kConflict);
  EXPECT_EQ(text_of(store, "l/1"), "abcabc");
}

void every_operation(ObjectStore& store, const IoContext& ctx) {
  objects(store, ctx);
  pages(store, ctx);
  uploads(store, ctx);
  appends(store, ctx);
}
}  // namespace

using Adapter = Conformance;

TEST_F(Adapter, EveryOperation) { every_operation(*bare, ctx); }

TEST_F(Adapter, AListingOfManyPartsAndUploadsIsWhole) {
  const auto id = bare->begin_upload("k", ctx).value();
  const std::string_view byte = "x";
  for (uint32_t n = 1; n <= 1003; ++n)
    ASSERT_TRUE(bare->upload_part("k", id, n, Buffers(&byte, 1), ctx).has_value());
  EXPECT_EQ(bare->list_parts("k", id, ctx).value().size(), 1003u);
  for (int i = 0; i < 1002; ++i) ASSERT_TRUE(bare->begin_upload("many", ctx).has_value());
  EXPECT_EQ(bare->list_uploads("many", ctx).value().size(), 1002u);
}

/// tests/conformance/abi/v1: compiled against the headers of 1.0, which nobody may change.
TEST(FrozenDriver, WorksOnTodaysHost) {
  const ScratchDir scratch;
  StorageOptions options;
  options.driver_directories = {SEABED_FROZEN_DRIVERS};
  const auto made = Storage::create(options).value();
  ASSERT_EQ(made->drivers().size(), 1u);
  ASSERT_EQ(made->drivers()[0].error, "");
  EXPECT_EQ(made->drivers()[0].abi, "1.0");
  const auto store = made->open(parse_uri("acme://" + scratch / "objects").value()).value();
  const IoContext ctx;
  every_operation(*store, ctx);
  const ObjectStore::Tags tags = {{"a", "1"}, {"b", "2"}};
  SEABED_OK_OR_FAIL(store->set_tags("o/a", tags, ctx));
  EXPECT_EQ(store->get_tags("o/a", ctx).value(), tags);
}

}  // namespace seabed::test
