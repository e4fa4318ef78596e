// Store's operations on whole objects, appended ones, lists and tags.

#include <algorithm>

#include "store_detail.h"

namespace seabed::check {

namespace {
int take_entry(void* data, const seabed_list_entry* entry) {
  if (!SEABED_HAS(entry, seabed_list_entry, size))
    return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->entries.emplace_back(entry->key, entry->size);
  return 0;
}
int take_tag(void* data, const seabed_pair* tag) {
  (*static_cast<std::map<std::string, std::string>*>(data))[tag->key] = tag->value;
  return 0;
}
void take_removed(void* data, uint32_t index, const seabed_error* error) {
  auto& results = *static_cast<std::vector<int32_t>*>(data);
  if (index >= results.size()) return;
  results[index] = results[index] == -1 ? (error == nullptr ? SEABED_OK : error->code) : -2;
}
}  // namespace

Answer Store::stat(const std::string& key, seabed_object_stat* out, const Call& call) {
  seabed_object_stat mine{};
  mine.struct_size = sizeof mine;
  const Answer answer = run("stat", call, [&](const seabed_context* c, seabed_error* e) {
    return table_->stat(store_, key.c_str(), c, &mine, e);
  });
  if (out != nullptr) *out = mine;
  return answer;
}

Answer Store::read(const std::string& key, uint64_t offset, size_t size, std::string* out, const Call& call) {
  constexpr size_t kGuard = 64;
  std::string room(size + kGuard, static_cast<char>(kCanary));
  size_t got = size + 1;
  const Answer answer = run("read_at", call, [&](const seabed_context* c, seabed_error* e) {
    return table_->read_at(store_, key.c_str(), offset, room.data(), size, c, &got, e);
  });
  if (room.find_first_not_of(static_cast<char>(kCanary), size) != room.npos)
    violated("read_at", "wrote behind the buffer");
  if (answer.ok() && got > size) violated("read_at", "told more bytes than the buffer holds");
  out->assign(room, 0, answer.ok() ? std::min(got, size) : 0);
  return answer;
}

Answer Store::put(const std::string& key, std::string_view bytes, uint32_t flags, const Call& call) {
  return put_pieces(key, {bytes}, flags, call);
}

Answer Store::put_pieces(const std::string& key, const std::vector<std::string_view>& pieces, uint32_t flags,
                         const Call& call) {
  std::vector<seabed_buffer> buffers;
  for (const auto& piece : pieces) buffers.push_back({piece.data(), piece.size()});
  const seabed_put_options options = put_options(flags);
  return run("put", call, [&](const seabed_context* c, seabed_error* e) {
    return table_->put(store_, key.c_str(), buffers.data(), static_cast<uint32_t>(buffers.size()), &options,
                       c, e);
  });
}

Answer Store::append(const std::string& key, uint64_t position, std::string_view bytes, uint64_t* length,
                     const Call& call) {
  const seabed_buffer buffer{bytes.data(), bytes.size()};
  uint64_t told = UINT64_MAX;
  const Answer answer = run("append", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(append);
    return operation ? operation(store_, key.c_str(), position, &buffer, 1, c, &told, e) : absent(e);
  });
  if (length != nullptr) *length = told;
  return answer;
}

Answer Store::list(const std::string& prefix, const std::string& token, uint32_t max, Page* out,
                   const Call& call) {
  *out = {};
  TextRoom next(SEABED_TOKEN_CAPACITY);
  const Answer answer = run("list", call, [&](const seabed_context* c, seabed_error* e) {
    return table_->list(store_, prefix.c_str(), token.c_str(), max, take_entry, out, c, &next.text, e);
  });
  if (next.text.size >= SEABED_TOKEN_CAPACITY) violated("list", "told a token larger than its room");
  if (answer.ok() && out->entries.size() > max) violated("list", "gave more entries than were asked for");
  if (!out->wrong.empty()) violated("a listing", "gave an entry with a wrong " + out->wrong);
  out->next = next.value();
  return answer;
}

Answer Store::remove(const std::vector<std::string>& keys, std::vector<int32_t>* results, const Call& call) {
  std::vector<const char*> names;
  for (const auto& key : keys) names.push_back(key.c_str());
  std::vector<int32_t> told(keys.size(), -1);
  const Answer answer = run("remove", call, [&](const seabed_context* c, seabed_error* e) {
    return table_->remove(store_, names.data(), static_cast<uint32_t>(names.size()), take_removed, &told, c,
                          e);
  });
  if (results != nullptr) *results = told;
  return answer;
}

Answer Store::set_tags(const std::string& key, const std::map<std::string, std::string>& tags,
                       const Call& call) {
  std::vector<seabed_pair> pairs;
  for (const auto& [name, value] : tags) pairs.push_back({name.c_str(), value.c_str(), 0, 0});
  return run("set_tags", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(set_tags);
    return operation ? operation(store_, key.c_str(), pairs.data(), static_cast<uint32_t>(pairs.size()), c, e)
                     : absent(e);
  });
}

Answer Store::get_tags(const std::string& key, std::map<std::string, std::string>* out, const Call& call) {
  out->clear();
  return run("get_tags", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(get_tags);
    return operation ? operation(store_, key.c_str(), take_tag, out, c, e) : absent(e);
  });
}

}  // namespace seabed::check
