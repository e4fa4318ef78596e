#include "core/storage/driver/driver_store.h"

#include <algorithm>
#include <cstring>

#include "core/storage/driver/driver_context.h"
#include "core/storage/driver/driver_error.h"
#include "core/storage/driver/registry.h"

namespace seabed {

namespace {
constexpr uint32_t kPage = 1000;  // uploads and parts asked for at a time

/// Room for a text that the driver writes.
template <size_t N>
class TextRoom {
 public:
  TextRoom() { raw_ = {room_, N, 0}; }
  seabed_text* raw() { return &raw_; }
  std::string take() const { return std::string(room_, std::min(raw_.size, N)); }

 private:
  char room_[N] = {};
  seabed_text raw_{};
};

/// A sink must not throw through the driver: out of memory becomes "stop".
template <class Function>
int no_throw(Function&& function) noexcept {
  try {
    function();
    return 0;
  } catch (...) {
    return 1;
  }
}

std::vector<seabed_buffer> to_buffers(Buffers bytes) {
  std::vector<seabed_buffer> out;
  out.reserve(bytes.size());
  for (const auto& piece : bytes)
    if (!piece.empty()) out.push_back({piece.data(), piece.size()});
  return out;
}

PartInfo to_part(const seabed_part& part) {
  return {part.number, part.size, std::string(part.tag, strnlen(part.tag, sizeof part.tag))};
}

seabed_put_options put_options(PutMode mode) {
  seabed_put_options o{};
  o.struct_size = sizeof o;
  o.flags = mode == PutMode::kIfAbsent ? uint32_t{SEABED_PUT_IF_ABSENT} : 0;
  return o;
}

class DriverStore : public ObjectStore {
 public:
  DriverStore(const seabed_driver_v1* driver, seabed_store* store, std::string shown)
      : driver_(driver),
        store_(store),
        shown_(std::move(shown)),
        capabilities_(capabilities_of(driver, store)) {}
  ~DriverStore() override { driver_->close(store_); }

  const Capabilities& capabilities() const override { return capabilities_; }
  std::string describe() const override { return shown_; }

  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override {
    seabed_object_stat out{};
    out.struct_size = sizeof out;
    SEABED_CHECK(call(key, ctx, driver_->stat, store_, key.c_str(), Ctx{}, &out, Err{}));
    return ObjectStat{out.size, out.modified_ns, std::string(out.etag, strnlen(out.etag, sizeof out.etag))};
  }

  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    size_t got = 0;
    SEABED_CHECK(call(key, ctx, driver_->read_at, store_, key.c_str(), offset,
                      static_cast<void*>(buffer.data()), buffer.size(), Ctx{}, &got, Err{}));
    if (got > buffer.size()) return broken(key, "returned more bytes than were asked for");
    return got;
  }

  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    const auto buffers = to_buffers(bytes);
    const auto options = put_options(mode);
    return call(key, ctx, driver_->put, store_, key.c_str(), buffers.data(),
                static_cast<uint32_t>(buffers.size()), &options, Ctx{}, Err{});
  }

  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override {
    if (!driver_->upload_begin) return unsupported(key, "uploads in parts");
    TextRoom<SEABED_UPLOAD_ID_CAPACITY> id;
    const auto options = put_options(PutMode::kReplace);
    SEABED_CHECK(
        call(key, ctx, driver_->upload_begin, store_, key.c_str(), &options, Ctx{}, id.raw(), Err{}));
    return id.take();
  }

  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    if (!driver_->upload_part) return unsupported(key, "uploads in parts");
    const auto buffers = to_buffers(bytes);
    seabed_part part{};
    part.struct_size = sizeof part;
    SEABED_CHECK(call(key, ctx, driver_->upload_part, store_, key.c_str(), id.c_str(), number, buffers.data(),
                      static_cast<uint32_t>(buffers.size()), Ctx{}, &part, Err{}));
    return to_part(part);
  }

  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    if (!driver_->upload_complete) return unsupported(key, "uploads in parts");
    std::vector<seabed_part> raw(parts.size());
    std::vector<const seabed_part*> pointers(parts.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      raw[i].struct_size = sizeof raw[i];
      raw[i].number = parts[i].number;
      raw[i].size = parts[i].size;
      if (parts[i].tag.size() >= sizeof raw[i].tag)
        return fail(Code::kInvalidArgument, name(key), "a part's tag is too long");
      parts[i].tag.copy(raw[i].tag, parts[i].tag.size());
      pointers[i] = &raw[i];
    }
    const auto options = put_options(PutMode::kReplace);
    return call(key, ctx, driver_->upload_complete, store_, key.c_str(), id.c_str(), pointers.data(),
                static_cast<uint32_t>(pointers.size()), &options, Ctx{}, Err{});
  }

  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override {
    if (!driver_->upload_abort) return unsupported(key, "uploads in parts");
    return call(key, ctx, driver_->upload_abort, store_, key.c_str(), id.c_str(), Ctx{}, Err{});
  }

  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override {
    if (!SEABED_HAS(driver_, seabed_driver_v1, list_uploads) || !driver_->list_uploads)
      return unsupported(prefix, "listing of interrupted uploads");
    std::vector<UploadInfo> out;
    const seabed_upload_sink sink = [](void* data, const seabed_upload_entry* e) noexcept {
      return no_throw([&] {
        static_cast<std::vector<UploadInfo>*>(data)->push_back({e->key, e->upload_id, e->started_ns});
      });
    };
    SEABED_CHECK(every_page(prefix, [&](const char* token, seabed_text* next) {
      return call(prefix, ctx, driver_->list_uploads, store_, prefix.c_str(), token, kPage, sink,
                  static_cast<void*>(&out), Ctx{}, next, Err{});
    }));
    return out;
  }

  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext& ctx) override {
    if (!SEABED_HAS(driver_, seabed_driver_v1, list_parts) || !driver_->list_parts)
      return unsupported(key, "listing of an upload's parts");
    std::vector<PartInfo> out;
    const seabed_part_sink sink = [](void* data, const seabed_part* p) noexcept {
      return no_throw([&] { static_cast<std::vector<PartInfo>*>(data)->push_back(to_part(*p)); });
    };
    SEABED_CHECK(every_page(key, [&](const char* token, seabed_text* next) {
      return call(key, ctx, driver_->list_parts, store_, key.c_str(), id.c_str(), token, kPage, sink,
                  static_cast<void*>(&out), Ctx{}, next, Err{});
    }));
    return out;
  }

  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                        const IoContext& ctx) override {
    ListPage page;
    const seabed_list_sink sink = [](void* data, const seabed_list_entry* e) noexcept {
      return no_throw([&] { static_cast<ListPage*>(data)->entries.push_back({e->key, e->size}); });
    };
    TextRoom<SEABED_TOKEN_CAPACITY> next;
    SEABED_CHECK(call(prefix, ctx, driver_->list, store_, prefix.c_str(), token.c_str(), max_keys, sink,
                      static_cast<void*>(&page), Ctx{}, next.raw(), Err{}));
    page.next = next.take();
    if (page.entries.size() > max_keys) return broken(prefix, "listed more keys than were asked for");
    if (!page.next.empty() && page.next == token) return broken(prefix, "gave the same page token again");
    return page;
  }

  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    struct Results {
      DriverStore* self;
      std::span<const std::string> keys;
      std::vector<Status> statuses;
    } results{this, keys,
              std::vector<Status>(keys.size(), fail(Code::kOutcomeUnknown, shown_,
                                                    "the driver told no result for this key"))};
    const seabed_remove_sink sink = [](void* data, uint32_t index, const seabed_error* e) noexcept {
      no_throw([&] {
        auto& r = *static_cast<Results*>(data);
        if (index >= r.keys.size()) return;
        if (e == nullptr || e->code == SEABED_OK)
          r.statuses[index] = ok();
        else
          r.statuses[index] = fail(to_error(e->code, e, r.self->name(r.keys[index])));
      });
    };
    std::vector<const char*> raw;
    for (const auto& key : keys) raw.push_back(key.c_str());
    SEABED_CHECK(call("", ctx, driver_->remove, store_, raw.data(), static_cast<uint32_t>(raw.size()), sink,
                      static_cast<void*>(&results), Ctx{}, Err{}));
    return std::move(results.statuses);
  }

  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    if (!SEABED_HAS(driver_, seabed_driver_v1, append) || !driver_->append) return unsupported(key, "append");
    const auto buffers = to_buffers(bytes);
    uint64_t length = 0;
    SEABED_CHECK(call(key, ctx, driver_->append, store_, key.c_str(), position, buffers.data(),
                      static_cast<uint32_t>(buffers.size()), Ctx{}, &length, Err{}));
    return length;
  }

  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override {
    if (!SEABED_HAS(driver_, seabed_driver_v1, get_tags) || !driver_->get_tags)
      return unsupported(key, "tags");
    Tags out;
    const seabed_tag_sink sink = [](void* data, const seabed_pair* tag) noexcept {
      return no_throw([&] { static_cast<Tags*>(data)->emplace_back(tag->key, tag->value); });
    };
    SEABED_CHECK(
        call(key, ctx, driver_->get_tags, store_, key.c_str(), sink, static_cast<void*>(&out), Ctx{}, Err{}));
    return out;
  }

  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override {
    if (!SEABED_HAS(driver_, seabed_driver_v1, set_tags) || !driver_->set_tags)
      return unsupported(key, "tags");
    std::vector<seabed_pair> raw;
    for (const auto& [k, v] : tags) raw.push_back({k.c_str(), v.c_str(), 0, 0});
    return call(key, ctx, driver_->set_tags, store_, key.c_str(), raw.data(),
                static_cast<uint32_t>(raw.size()), Ctx{}, Err{});
  }

 private:
  // Where call() puts the context and the error among an operation's arguments.
  struct Ctx {};
  struct Err {};

  template <class T>
  static T&& place(T&& value, const DriverContext&, DriverError&) {
    return std::forward<T>(value);
  }
  static const seabed_context* place(Ctx, const DriverContext& context, DriverError&) {
    return context.raw();
  }
  static seabed_error* place(Err, const DriverContext&, DriverError& error) { return error.raw(); }

  template <class Operation, class... Args>
  Status call(const std::string& key, const IoContext& ctx, Operation operation, Args&&... args) {
    const DriverContext context(ctx);
    DriverError error;
    const int32_t code = operation(place(std::forward<Args>(args), context, error)...);
    if (code == SEABED_OK) return ok();
    return fail(to_error(code, error.raw(), name(key)));
  }

  template <class Page>
  Status every_page(const std::string& key, Page&& page) {
    std::string token;
    while (true) {
      TextRoom<SEABED_TOKEN_CAPACITY> next;
      SEABED_CHECK(page(token.c_str(), next.raw()));
      const std::string following = next.take();
      if (following.empty()) return ok();
      if (following == token) return broken(key, "gave the same page token again");
      token = following;
    }
  }

  std::string name(const std::string& key) const { return key.empty() ? shown_ : shown_ + " " + key; }
  tl::unexpected<Error> unsupported(const std::string& key, const char* what) const {
    return fail(Code::kUnsupported, name(key),
                std::string("the driver ") + driver_->name + " has no " + what);
  }
  tl::unexpected<Error> broken(const std::string& key, const char* what) const {
    return fail(Code::kInternal, name(key), std::string("the driver ") + driver_->name + " " + what,
                "report it to its vendor");
  }

  const seabed_driver_v1* driver_;
  seabed_store* store_;
  std::string shown_;
  Capabilities capabilities_;
};
}  // namespace

Result<std::shared_ptr<ObjectStore>> open_driver_store(const seabed_driver_v1* driver,
                                                       const std::string& scheme, const std::string& location,
                                                       const std::vector<DriverPair>& pairs,
                                                       std::string shown, const IoContext& ctx) {
  std::vector<seabed_pair> raw;
  for (const auto& p : pairs)
    raw.push_back({p.key.c_str(), p.value.c_str(), p.secret ? uint32_t{SEABED_KEY_SECRET} : 0, 0});
  seabed_open_args args{};
  args.struct_size = sizeof args;
  args.pair_count = static_cast<uint32_t>(raw.size());
  args.scheme = scheme.c_str();
  args.location = location.c_str();
  args.pairs = raw.data();
  const DriverContext context(ctx);
  DriverError error;
  seabed_store* store = nullptr;
  const int32_t code = driver->open(&args, context.raw(), &store, error.raw());
  if (code != SEABED_OK) return fail(to_error(code, error.raw(), shown));
  if (store == nullptr)
    return fail(Code::kInternal, shown, std::string("the driver ") + driver->name + " opened nothing");
  return std::make_shared<DriverStore>(driver, store, std::move(shown));
}

}  // namespace seabed
