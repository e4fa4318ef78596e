// Interrupted uploads: found by their lists and resumed; and media that do not claim uploads.

#include <algorithm>
#include <chrono>

#include "world.h"

namespace seabed::check {
namespace {

/// The medium's clock may be another than this machine's.
bool told_truly(uint64_t started_ns) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto now = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count());
  constexpr uint64_t kDay = 86'400'000'000'000;
  return started_ns == 0 || (started_ns + kDay > now && started_ns < now + kDay);
}

}  // namespace

CHECK_TEST("upload.is_listed_and_resumed", SEABED_CAP_UPLOAD | SEABED_CAP_LIST_UPLOADS) {
  const std::string key = world.key("a/k");
  const size_t full = std::max<uint64_t>(world.capabilities().min_part_bytes, 70'000);
  const std::string third = "33", first(full, '1'), second(full, '2');
  const std::string id = world.begin(key), other = world.begin(world.key("b/k"));
  world.part(key, id, 3, third);
  world.part(key, id, 1, first);
  const auto later = world.open_another();  // as after a restart
  Page uploads;
  expect_ok(later->list_uploads(world.key("a/"), "", 100, &uploads), "list_uploads");
  expect_equal(uploads.ids.size(), 1, "uploads listed below a/");
  expect_equal(uploads.entries[0].first, key, "the listed key");
  expect_equal(uploads.ids[0], id, "the listed id");
  expect(told_truly(uploads.started_ns[0]), "started_ns is neither 0 (not told) nor within a day of now: what is stale is told by it");
  Page page;
  expect_ok(later->list_parts(key, id, "", 100, &page), "list_parts");
  expect_equal(page.parts.size(), 2, "parts listed");
  expect_equal(page.parts[0].number, 1, "the first listed number");
  expect_equal(page.parts[0].size, first.size(), "the first listed size");
  expect_equal(page.parts[1].number, 3, "the second listed number");
  std::vector<seabed_part> parts = page.parts;
  parts.insert(parts.begin() + 1, world.part(key, id, 2, second));
  expect_ok(later->complete(key, id, parts), "complete from listed parts");
  expect_equal(world.get(key), first + second + third, "the object");
  expect_ok(world.store().abort(world.key("b/k"), other), "abort");
}

CHECK_TEST("upload.listings_have_pages", SEABED_CAP_UPLOAD | SEABED_CAP_LIST_UPLOADS) {
  std::vector<std::string> ids, listed;
  for (int i = 0; i < 7; ++i) ids.push_back(world.begin(world.key("k" + std::to_string(i / 2))));
  std::string token;
  for (int page_number = 0; page_number < 50; ++page_number) {
    Page page;
    expect_ok(world.store().list_uploads(world.prefix(), token, 2, &page), "list_uploads");
    expect(page.ids.size() <= 2, "list_uploads gave more than was asked for");
    listed.insert(listed.end(), page.ids.begin(), page.ids.end());
    if ((token = page.next).empty()) break;
  }
  std::sort(ids.begin(), ids.end()), std::sort(listed.begin(), listed.end());
  expect(listed == ids, "pages of 2 list " + std::to_string(listed.size()) + " uploads, not the 7 begun");
}

CHECK_TEST("upload.parts_are_listed_in_pages", SEABED_CAP_UPLOAD | SEABED_CAP_LIST_UPLOADS) {
  const std::string key = world.key("k"), id = world.begin(key);
  for (uint32_t n = 1; n <= 7; ++n) world.part(key, id, n, std::string(n, 'x'));
  std::string token;
  uint32_t expected = 1;
  for (int page_number = 0; page_number < 50; ++page_number) {
    Page page;
    expect_ok(world.store().list_parts(key, id, token, 3, &page), "list_parts");
    for (const seabed_part& part : page.parts) {
      expect_equal(part.number, expected, "the next listed part");
      expect_equal(part.size, expected++, "its size");
    }
    if ((token = page.next).empty()) break;
  }
  expect_equal(expected, 8, "the number behind the last listed part");
  expect_code(world.store().list_parts(key, "seabed-no-such-upload", "", 3, std::make_unique<Page>().get()),
              SEABED_NOT_FOUND, "list_parts of an upload that is not there");
}

CHECK_TEST_WITHOUT("unclaimed.upload", SEABED_CAP_UPLOAD) {
  std::string id;
  expect_code(world.store().begin(world.key("k"), &id), SEABED_UNSUPPORTED, "an upload that is not claimed");
  expect_code(world.store().part(world.key("k"), "id", 1, "x"), SEABED_UNSUPPORTED, "a part");
  expect_code(world.store().complete(world.key("k"), "id", {}), SEABED_UNSUPPORTED, "a complete");
  expect_code(world.store().abort(world.key("k"), "id"), SEABED_UNSUPPORTED, "an abort");
}

CHECK_TEST_WITHOUT("unclaimed.list_uploads", SEABED_CAP_LIST_UPLOADS) {
  Page page;
  expect_code(world.store().list_uploads(world.prefix(), "", 10, &page), SEABED_UNSUPPORTED,
              "a list of uploads that is not claimed");
  expect_code(world.store().list_parts(world.key("k"), "id", "", 10, &page), SEABED_UNSUPPORTED,
              "a list of parts that is not claimed");
}

CHECK_TEST_WITHOUT("unclaimed.conditional_complete", SEABED_CAP_CONDITIONAL_COMPLETE) {
  if (!world.can(SEABED_CAP_UPLOAD)) throw Skip("not claimed: upload");
  const std::string key = world.key("k"), id = world.begin(key);
  const seabed_part one = world.part(key, id, 1, "x");
  expect_code(world.store().complete(key, id, {one}, SEABED_PUT_IF_ABSENT), SEABED_UNSUPPORTED,
              "a conditional complete that is not claimed");
  world.store().abort(key, id);
}

}  // namespace seabed::check
