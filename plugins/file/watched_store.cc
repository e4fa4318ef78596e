#include "watched_store.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "transfer.h"

namespace seabed_file {

namespace {
/// Bytes that outlive the caller's, in one piece that may go past the page cache.
class OwnBytes {
 public:
  explicit OwnBytes(Buffers from) : OwnBytes(total_size(from)) {
    char* to = data_.get();
    for (const seabed_buffer& piece : from)
      if (piece.size > 0) std::memcpy(to, piece.data, piece.size), to += piece.size;
  }
  explicit OwnBytes(size_t size) : size_(size) {
    constexpr size_t kPage = 4096;
    data_.reset(static_cast<char*>(std::aligned_alloc(kPage, (size / kPage + 1) * kPage)));
    if (!data_) throw std::bad_alloc();
    view_ = {data_.get(), size_};
  }
  Buffers buffers() const { return {&view_, 1}; }
  char* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> data_;
  size_t size_;
  seabed_buffer view_{};
};

struct Nothing {};
constexpr auto kNoAnswer = [](Nothing&) {};
}  // namespace

int32_t WatchedStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->stat(key, context, out, error);
  struct Answer {
    ObjectStat stat;
    std::string etag;   // the store's lies with the worker's thread
  };
  const auto work = [store = store_, key = std::string(key)](Answer& answer, const Context& c, Error& e) {
    const int32_t code = store->stat(key.c_str(), c, &answer.stat, e);
    answer.etag = answer.stat.etag;
    return code;
  };
  return ask<Answer>(false, context, error, work, [out](Answer& answer) {
    thread_local std::string etag;
    etag = std::move(answer.etag);
    *out = answer.stat;
    out->etag = etag.c_str();
  });
}

int32_t WatchedStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                              size_t* out, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->read_at(key, offset, buffer, size, context, out, error);
  struct Answer {
    std::shared_ptr<OwnBytes> bytes;
    size_t used = 0;
  };
  const auto work = [store = store_, key = std::string(key), offset, size](Answer& answer, const Context& c, Error& e) {
    answer.bytes = std::make_shared<OwnBytes>(size);
    return store->read_at(key.c_str(), offset, answer.bytes->data(), size, c, &answer.used, e);
  };
  return ask<Answer>(false, context, error, work, [buffer, out](Answer& answer) {
    *out = answer.used;
    if (answer.used > 0) std::memcpy(buffer, answer.bytes->data(), answer.used);
  });
}

int32_t WatchedStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                          Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->put(key, bytes, options, context, error);
  const auto work = [store = store_, key = std::string(key), own = std::make_shared<OwnBytes>(bytes), options](
                        Nothing&, const Context& c, Error& e) {
    return store->put(key.c_str(), own->buffers(), options, c, e);
  };
  return ask<Nothing>(true, context, error, work, kNoAnswer);
}

int32_t WatchedStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                             uint64_t* length, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->append(key, position, bytes, context, length, error);
  const auto work = [store = store_, key = std::string(key), own = std::make_shared<OwnBytes>(bytes), position](
                        uint64_t& answer, const Context& c, Error& e) {
    return store->append(key.c_str(), position, own->buffers(), c, &answer, e);
  };
  return ask<uint64_t>(true, context, error, work, [length](uint64_t answer) { *length = answer; });
}

int32_t WatchedStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->remove(call, context, error);
  using Results = std::vector<std::pair<uint32_t, seabed_error>>;
  const auto work = [store = store_, keys = std::vector<std::string>(call.keys.begin(), call.keys.end())](
                        Results& answer, const Context& c, Error& e) {
    std::vector<const char*> names;
    for (const std::string& key : keys) names.push_back(key.c_str());
    const auto keep = [](void* to, uint32_t index, const seabed_error* result) {
      seabed_error none{};
      none.struct_size = sizeof none;
      static_cast<Results*>(to)->emplace_back(index, result == nullptr ? none : *result);
    };
    return store->remove(RemoveCall{names, keep, &answer}, c, e);
  };
  return ask<Results>(true, context, error, work, [&call](Results& answer) {
    for (const auto& [index, result] : answer) call.failed(index, result);
  });
}

int32_t WatchedStore::upload_begin(const char* key, const PutOptions& options, const Context& context, Text* id,
                                   Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->upload_begin(key, options, context, id, error);
  struct Answer {
    char room[128] = {};
    seabed_text text{room, sizeof room, 0};
  };
  const auto work = [store = store_, key = std::string(key), options](Answer& answer, const Context& c, Error& e) {
    Text text(&answer.text);
    return store->upload_begin(key.c_str(), options, c, &text, e);
  };
  bool fits = true;
  const int32_t code = ask<Answer>(true, context, error, work, [&](Answer& answer) {
    fits = id->assign(answer.room, answer.text.size);
  });
  return fits ? code : error.fail(SEABED_INTERNAL, "the host's room is too small");
}

int32_t WatchedStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                                  const Context& context, seabed_part* out, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->upload_part(key, id, number, bytes, context, out, error);
  const auto work = [store = store_, key = std::string(key), id = std::string(id), number, part = *out,
                     own = std::make_shared<OwnBytes>(bytes)](seabed_part& answer, const Context& c, Error& e) {
    answer = part;
    return store->upload_part(key.c_str(), id.c_str(), number, own->buffers(), c, &answer, e);
  };
  return ask<seabed_part>(true, context, error, work, [out](const seabed_part& answer) { *out = answer; });
}

int32_t WatchedStore::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                      const PutOptions& options, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->upload_complete(key, id, parts, options, context, error);
  std::vector<seabed_part> copies;
  for (const seabed_part* part : parts) {
    copies.push_back({});
    std::memcpy(&copies.back(), part, std::min<size_t>(part->struct_size, sizeof *part));
  }
  const auto work = [store = store_, key = std::string(key), id = std::string(id), copies = std::move(copies), options](
                        Nothing&, const Context& c, Error& e) {
    std::vector<const seabed_part*> own;
    for (const seabed_part& part : copies) own.push_back(&part);
    return store->upload_complete(key.c_str(), id.c_str(), own, options, c, e);
  };
  return ask<Nothing>(true, context, error, work, kNoAnswer);
}

int32_t WatchedStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->upload_abort(key, id, context, error);
  const auto work = [store = store_, key = std::string(key), id = std::string(id)](Nothing&, const Context& c, Error& e) {
    return store->upload_abort(key.c_str(), id.c_str(), c, e);
  };
  return ask<Nothing>(true, context, error, work, kNoAnswer);
}

}  // namespace seabed_file
