// Objects in parts.

#include <algorithm>

#include "world.h"

namespace seabed::check {

namespace {
/// A part that may stand anywhere: as large as the medium wants, of one letter.
std::string full_part(World& world, char letter) {
  return std::string(std::max<uint64_t>(world.capabilities().min_part_bytes, 70'000), letter);
}
}  // namespace

CHECK_TEST("upload.nothing_is_visible_before_complete", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("a/k"), first = full_part(world, '1');
  const std::string id = world.begin(key, first.size());
  const std::vector<seabed_part> parts = {world.part(key, id, 1, first), world.part(key, id, 2, "tw")};
  expect_code(world.store().stat(key), SEABED_NOT_FOUND, "stat before complete");
  expect_equal(world.keys().size(), 0, "keys before complete");
  world.complete(key, id, parts);
  expect_equal(world.get(key), first + "tw", "the object");
  if (world.can(SEABED_CAP_STRONG_LIST)) expect_equal(world.keys(), {"a/k"}, "the list");
}

CHECK_TEST("upload.parts_in_any_order", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("k");
  const std::vector<std::string> texts = {full_part(world, 'a'), full_part(world, 'b') + "more",
                                          full_part(world, 'c'), "end"};
  for (const std::vector<uint32_t>& order : {std::vector<uint32_t>{4, 2, 3, 1}, {3, 1, 4, 2}}) {
    const std::string id = world.begin(key);
    std::vector<seabed_part> parts(4);
    for (const uint32_t n : order) parts[n - 1] = world.part(key, id, n, texts[n - 1]);
    world.complete(key, id, parts);
    expect(world.get(key) == texts[0] + texts[1] + texts[2] + texts[3],
           "the parts were not joined by number");
  }
}

CHECK_TEST("upload.parts_in_parallel", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("big");
  std::string whole;
  std::vector<std::string> texts;
  for (int i = 0; i < 6; ++i)
    whole += texts.emplace_back(i == 5 ? "end" : full_part(world, static_cast<char>('a' + i)));
  const std::string id = world.begin(key, texts[0].size());
  std::vector<seabed_part> parts(6);
  std::vector<Answer> answers(6);
  together(6, [&](int i) {
    answers[i] = world.store().part(key, id, static_cast<uint32_t>(i + 1), texts[i], &parts[i]);
  });
  for (const Answer& answer : answers) expect_ok(answer, "one of six parts at a time");
  world.complete(key, id, parts);
  expect(world.get(key) == whole, "the bytes that were read are not the bytes of the parts");
}

CHECK_TEST("upload.the_part_that_came_last_counts", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("k");
  const std::string id = world.begin(key);
  world.part(key, id, 1, full_part(world, 'o') + "old");
  const seabed_part first = world.part(key, id, 1, full_part(world, 'n'));
  const seabed_part second = world.part(key, id, 2, "!");
  world.complete(key, id, {first, second});
  expect_equal(world.get(key), full_part(world, 'n') + "!", "the object");
}

CHECK_TEST("upload.only_the_named_parts_are_joined", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("k");
  const std::string id = world.begin(key);
  const seabed_part one = world.part(key, id, 1, full_part(world, '1'));
  world.part(key, id, 2, full_part(world, '2'));
  const seabed_part three = world.part(key, id, 3, "33");
  world.complete(key, id, {one, three});
  expect_equal(world.get(key), full_part(world, '1') + "33", "the object");
}

CHECK_TEST("upload.complete_refuses_what_is_not_there", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("k");
  const std::string id = world.begin(key);
  const seabed_part one = world.part(key, id, 1, "11");
  seabed_part ghost = one;
  ghost.number = 2;
  expect(!world.store().complete(key, id, {one, ghost}).ok(), "complete joined a part that was never sent");
  expect_code(world.store().stat(key), SEABED_NOT_FOUND, "stat after a refused complete");
  expect(!world.store().complete(key, "seabed-no-such-upload", {one}).ok(),
         "complete of an upload that is not there succeeded");
  expect(!world.store().complete(world.key("other"), id, {one}).ok(),
         "complete under another key than it was begun with succeeded");
  expect_code(world.store().stat(world.key("other")), SEABED_NOT_FOUND, "stat of the other key");
  world.store().abort(key, id);
}

CHECK_TEST("upload.abort_leaves_nothing", SEABED_CAP_UPLOAD) {
  const std::string key = world.key("k");
  const std::string id = world.begin(key);
  const seabed_part one = world.part(key, id, 1, "11");
  expect_ok(world.store().abort(key, id), "upload_abort");
  expect_code(world.store().abort(key, id), SEABED_NOT_FOUND, "a second abort");
  expect(!world.store().complete(key, id, {one}).ok(), "complete of an aborted upload succeeded");
  expect_code(world.store().stat(key), SEABED_NOT_FOUND, "stat after abort");
  if (!world.can(SEABED_CAP_LIST_UPLOADS)) return;
  Page page;
  expect_ok(world.store().list_uploads(world.prefix(), "", 100, &page), "list_uploads");
  expect_equal(page.ids.size(), 0, "uploads listed after abort");
}

CHECK_TEST("upload.old_object_stays_readable", SEABED_CAP_UPLOAD | SEABED_CAP_READ_WHILE_UPLOADING) {
  const std::string key = world.key("k");
  world.put(key, "old");
  const std::string id = world.begin(key);
  const seabed_part one = world.part(key, id, 1, "new bytes");
  expect_equal(world.get(key), "old", "the object during the upload");
  world.complete(key, id, {one});
  expect_equal(world.get(key), "new bytes", "the object after it");
}

CHECK_TEST("upload.conditional_complete", SEABED_CAP_UPLOAD | SEABED_CAP_CONDITIONAL_COMPLETE) {
  const std::string key = world.key("k");
  std::vector<std::string> ids;
  std::vector<seabed_part> parts;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(world.begin(key));
    parts.push_back(world.part(key, ids[i], 1, i == 0 ? "first" : "second"));
  }
  expect_ok(world.store().complete(key, ids[0], {parts[0]}, SEABED_PUT_IF_ABSENT),
            "the first conditional complete");
  expect_code(world.store().complete(key, ids[1], {parts[1]}, SEABED_PUT_IF_ABSENT), SEABED_ALREADY_EXISTS,
              "the second conditional complete");
  expect_equal(world.get(key), "first", "the object");
}

}  // namespace seabed::check
