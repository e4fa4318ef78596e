// Store's operations on uploads.

#include "store_detail.h"

namespace seabed::check {

namespace {
int take_upload(void* data, const seabed_upload_entry* entry) {
  if (!SEABED_HAS(entry, seabed_upload_entry, upload_id))
    return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->entries.emplace_back(entry->key, 0);
  static_cast<Page*>(data)->ids.emplace_back(entry->upload_id);
  static_cast<Page*>(data)->started_ns.push_back(SEABED_HAS(entry, seabed_upload_entry, started_ns) ? entry->started_ns : 0);
  return 0;
}
int take_part(void* data, const seabed_part* part) {
  if (!SEABED_HAS(part, seabed_part, tag)) return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->parts.push_back(*part);
  return 0;
}
}  // namespace

Answer Store::begin(const std::string& key, std::string* id, uint64_t part_bytes, const Call& call) {
  TextRoom room(SEABED_UPLOAD_ID_CAPACITY);
  seabed_put_options options = put_options(0);
  options.part_bytes = part_bytes;
  const Answer answer = run("upload_begin", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(upload_begin);
    return operation ? operation(store_, key.c_str(), &options, c, &room.text, e) : absent(e);
  });
  *id = room.value();
  if (answer.ok() && id->empty()) violated("upload_begin", "succeeded without an id");
  return answer;
}

Answer Store::part(const std::string& key, const std::string& id, uint32_t number, std::string_view bytes,
                   seabed_part* out, const Call& call) {
  const seabed_buffer buffer{bytes.data(), bytes.size()};
  seabed_part mine{};
  mine.struct_size = sizeof mine;
  mine.number = number;
  const Answer answer = run("upload_part", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(upload_part);
    return operation ? operation(store_, key.c_str(), id.c_str(), number, &buffer, 1, c, &mine, e)
                     : absent(e);
  });
  if (answer.ok() && (mine.number != number || mine.size != bytes.size()))
    violated("upload_part", "told another number or size than it was given");
  if (out != nullptr) *out = mine;
  return answer;
}

Answer Store::complete(const std::string& key, const std::string& id, const std::vector<seabed_part>& parts,
                       uint32_t flags, const Call& call) {
  std::vector<const seabed_part*> pointers;
  for (const auto& part : parts) pointers.push_back(&part);
  const seabed_put_options options = put_options(flags);
  return run("upload_complete", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(upload_complete);
    return operation ? operation(store_, key.c_str(), id.c_str(), pointers.data(),
                                 static_cast<uint32_t>(pointers.size()), &options, c, e)
                     : absent(e);
  });
}

Answer Store::abort(const std::string& key, const std::string& id, const Call& call) {
  return run("upload_abort", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(upload_abort);
    return operation ? operation(store_, key.c_str(), id.c_str(), c, e) : absent(e);
  });
}

Answer Store::list_uploads(const std::string& prefix, const std::string& token, uint32_t max, Page* out,
                           const Call& call) {
  *out = {};
  TextRoom next(SEABED_TOKEN_CAPACITY);
  const Answer answer = run("list_uploads", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(list_uploads);
    return operation
               ? operation(store_, prefix.c_str(), token.c_str(), max, take_upload, out, c, &next.text, e)
               : absent(e);
  });
  if (!out->wrong.empty()) violated("a listing", "gave an entry with a wrong " + out->wrong);
  out->next = next.value();
  return answer;
}

Answer Store::list_parts(const std::string& key, const std::string& id, const std::string& token,
                         uint32_t max, Page* out, const Call& call) {
  *out = {};
  TextRoom next(SEABED_TOKEN_CAPACITY);
  const Answer answer = run("list_parts", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(list_parts);
    return operation ? operation(store_, key.c_str(), id.c_str(), token.c_str(), max, take_part, out, c,
                                 &next.text, e)
                     : absent(e);
  });
  if (!out->wrong.empty()) violated("a listing", "gave an entry with a wrong " + out->wrong);
  out->next = next.value();
  return answer;
}

}  // namespace seabed::check
