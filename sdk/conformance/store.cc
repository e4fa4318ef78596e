#include "store.h"

#include <time.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace seabed::check {

uint64_t monotonic_ns() {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec);
}

const char* code_word(int32_t code) {
  static const char* const kWords[] = {"OK",          "INVALID_ARGUMENT", "NOT_FOUND",  "ALREADY_EXISTS",
                                       "PERMISSION_DENIED", "UNSUPPORTED", "CONFLICT",  "CORRUPTION",
                                       "NO_SPACE",    "UNAVAILABLE",      "TIMEOUT",    "CANCELLED",
                                       "IO",          "INTERNAL"};
  return code >= 0 && code <= SEABED_INTERNAL ? kWords[code] : "a code that is not in the set";
}

std::string Answer::text() const {
  static const char* const kRetry[] = {"permanent", "transient", "throttled", "outcome unknown"};
  if (ok()) return "OK";
  const bool known = error.retry >= 0 && error.retry <= SEABED_RETRY_OUTCOME_UNKNOWN;
  return std::string(code_word(code)) + ", " + (known ? kRetry[error.retry] : "a retry class that is not in the set") +
         ": " + std::string(error.message, strnlen(error.message, sizeof error.message));
}

void Violations::add(const std::string& text) {
  std::lock_guard lock(mutex_);
  if (texts_.size() < 20) texts_.push_back(text);
}
std::vector<std::string> Violations::all() const {
  std::lock_guard lock(mutex_);
  return texts_;
}

bool secret_key(const seabed_driver_v1* table, const std::string& key) {
  for (const seabed_key* const* known = table->keys; *known != nullptr; ++known)
    if (key == (*known)->name) return ((*known)->flags & SEABED_KEY_SECRET) != 0;
  return false;
}

namespace {
constexpr unsigned char kCanary = 0xA5;

/// The error with guarded room behind it.
struct GuardedError {
  seabed_error error{};
  unsigned char guard[64];
  GuardedError() {
    error.struct_size = sizeof error;
    std::memset(guard, kCanary, sizeof guard);
  }
  bool overrun() const {
    return std::any_of(std::begin(guard), std::end(guard), [](unsigned char c) { return c != kCanary; });
  }
};

int poll_cancel(void* data) { return (*static_cast<const std::function<bool()>*>(data))() ? 1 : 0; }

template <size_t N>
bool terminated(const char (&text)[N]) {
  return std::memchr(text, 0, N) != nullptr;
}

struct TextRoom {
  std::vector<char> room;
  seabed_text text;
  explicit TextRoom(size_t capacity) : room(capacity, 0), text{room.data(), capacity, 0} {}
  std::string value() const { return std::string(room.data(), std::min(text.size, text.capacity)); }
};

seabed_put_options put_options(uint32_t flags) {
  seabed_put_options options{};
  options.struct_size = sizeof options;
  options.flags = flags;
  return options;
}

int take_entry(void* data, const seabed_list_entry* entry) {
  if (!SEABED_HAS(entry, seabed_list_entry, size)) return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->entries.emplace_back(entry->key, entry->size);
  return 0;
}
int take_upload(void* data, const seabed_upload_entry* entry) {
  if (!SEABED_HAS(entry, seabed_upload_entry, upload_id))
    return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->entries.emplace_back(entry->key, 0);
  static_cast<Page*>(data)->ids.emplace_back(entry->upload_id);
  return 0;
}
int take_part(void* data, const seabed_part* part) {
  if (!SEABED_HAS(part, seabed_part, tag)) return static_cast<Page*>(data)->wrong = "its struct_size", 0;
  static_cast<Page*>(data)->parts.push_back(*part);
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

Answer Store::run(const char* what, const Call& call,
                  const std::function<int32_t(const seabed_context*, seabed_error*)>& body) {
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = call.deadline_ns != 0 ? call.deadline_ns : monotonic_ns() + 60'000'000'000u;
  if (call.cancelled) {
    context.cancelled = poll_cancel;
    context.cancel_data = const_cast<std::function<bool()>*>(&call.cancelled);
  }
  GuardedError guarded;
  Answer answer;
  try {
    answer.code = body(&context, &guarded.error);
  } catch (...) {
    violated(what, "let an exception cross the ABI");
    answer.code = guarded.error.code = SEABED_INTERNAL;
    std::strcpy(guarded.error.message, "threw");
  }
  answer.error = guarded.error;
  if (guarded.overrun()) violated(what, "wrote behind the error struct");
  if (answer.code < 0 || answer.code > SEABED_INTERNAL)
    violated(what, "answered " + std::to_string(answer.code) + ", which is no code of the set");
  if (answer.ok()) return answer;
  const seabed_error& error = answer.error;
  if (error.struct_size != sizeof error) violated(what, "changed the error's struct_size");
  if (error.code != answer.code) violated(what, "returned one code and wrote another into the error");
  if (error.retry < 0 || error.retry > SEABED_RETRY_OUTCOME_UNKNOWN)
    violated(what, "wrote a retry class that is not in the set");
  if (!terminated(error.message) || !terminated(error.vendor_code) || !terminated(error.request_id))
    violated(what, "wrote text without its NUL");
  else if (error.message[0] == 0)
    violated(what, std::string("failed with ") + code_word(answer.code) + " and no message");
  const std::string_view all(reinterpret_cast<const char*>(&error), sizeof error);
  for (const std::string& secret : secrets_)
    if (secret.size() >= 6 && all.find(secret) != all.npos) violated(what, "wrote a secret into the error");
  return answer;
}

void Store::violated(const char* what, const std::string& text) {
  violations_->add(std::string(what) + " " + text);
}

Answer Store::open(const seabed_driver_v1* table, const Destination& destination, seabed_store** out,
                   Violations* violations) {
  std::vector<seabed_pair> pairs;
  for (const auto& [key, value] : destination.params) {
    const uint32_t flags = secret_key(table, key) ? SEABED_KEY_SECRET : 0;
    pairs.push_back({key.c_str(), value.c_str(), flags, 0});
  }
  seabed_open_args args{sizeof args, static_cast<uint32_t>(pairs.size()), destination.scheme.c_str(),
                        destination.location.c_str(), pairs.data()};
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = monotonic_ns() + 60'000'000'000u;
  GuardedError guarded;
  Answer answer;
  answer.code = table->open(&args, &context, out, &guarded.error);
  answer.error = guarded.error;
  if (guarded.overrun()) violations->add("open wrote behind the error struct");
  if (answer.ok() && *out == nullptr) violations->add("open succeeded without a store");
  return answer;
}

Store::Store(const seabed_driver_v1* table, const Destination& destination, Violations* violations)
    : table_(table), violations_(violations) {
  for (const auto& [key, value] : destination.params)
    if (secret_key(table, key)) secrets_.push_back(value);
  const Answer answer = open(table, destination, &store_, violations);
  if (!answer.ok()) throw std::runtime_error("the destination cannot be opened: " + answer.text());
}

Store::~Store() { table_->close(store_); }

seabed_capabilities Store::capabilities() const {
  seabed_capabilities out{};
  out.struct_size = sizeof out;
  table_->capabilities(store_, &out);
  return out;
}

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
    return table_->put(store_, key.c_str(), buffers.data(), static_cast<uint32_t>(buffers.size()), &options, c, e);
  });
}

#define CHECK_OPTIONAL(operation)                                                                  \
  (SEABED_HAS(table_, seabed_driver_v1, operation) && table_->operation != nullptr                 \
       ? table_->operation                                                                         \
       : nullptr)

namespace {
/// What a host makes of an operation that is not there.
int32_t absent(seabed_error* error) {
  error->code = SEABED_UNSUPPORTED;
  std::strcpy(error->message, "is not in the table");
  return SEABED_UNSUPPORTED;
}
}  // namespace

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
    return table_->remove(store_, names.data(), static_cast<uint32_t>(names.size()), take_removed, &told, c, e);
  });
  if (results != nullptr) *results = told;
  return answer;
}

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
    return operation ? operation(store_, key.c_str(), id.c_str(), number, &buffer, 1, c, &mine, e) : absent(e);
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
    return operation ? operation(store_, prefix.c_str(), token.c_str(), max, take_upload, out, c, &next.text, e)
                     : absent(e);
  });
  if (!out->wrong.empty()) violated("a listing", "gave an entry with a wrong " + out->wrong);
  out->next = next.value();
  return answer;
}

Answer Store::list_parts(const std::string& key, const std::string& id, const std::string& token, uint32_t max,
                         Page* out, const Call& call) {
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

Answer Store::set_tags(const std::string& key, const std::map<std::string, std::string>& tags,
                       const Call& call) {
  std::vector<seabed_pair> pairs;
  for (const auto& [name, value] : tags) pairs.push_back({name.c_str(), value.c_str(), 0, 0});
  return run("set_tags", call, [&](const seabed_context* c, seabed_error* e) {
    const auto operation = CHECK_OPTIONAL(set_tags);
    return operation
               ? operation(store_, key.c_str(), pairs.data(), static_cast<uint32_t>(pairs.size()), c, e)
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
