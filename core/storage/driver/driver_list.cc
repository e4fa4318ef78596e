#include "core/storage/driver/driver_store_class.h"

namespace seabed {

namespace {
constexpr uint32_t kPage = 1000;  // uploads and parts asked for at a time
}  // namespace

PartInfo to_part(const seabed_part& part) {
  return {part.number, part.size, std::string(part.tag, strnlen(part.tag, sizeof part.tag))};
}

Result<ListPage> DriverStore::list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                                   const IoContext& ctx) {
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

Result<std::vector<UploadInfo>> DriverStore::list_uploads(const std::string& prefix, const IoContext& ctx) {
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

Result<std::vector<PartInfo>> DriverStore::list_parts(const std::string& key, const std::string& id,
                                                      const IoContext& ctx) {
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

Result<std::vector<Status>> DriverStore::remove(std::span<const std::string> keys, const IoContext& ctx) {
  struct Results {
    DriverStore* self;
    std::span<const std::string> keys;
    std::vector<Status> statuses;
  } results{this, keys,
            std::vector<Status>(
                keys.size(), fail(Code::kOutcomeUnknown, shown_, "the driver told no result for this key"))};
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

Result<ObjectStore::Tags> DriverStore::get_tags(const std::string& key, const IoContext& ctx) {
  if (!SEABED_HAS(driver_, seabed_driver_v1, get_tags) || !driver_->get_tags) return unsupported(key, "tags");
  Tags out;
  const seabed_tag_sink sink = [](void* data, const seabed_pair* tag) noexcept {
    return no_throw([&] { static_cast<Tags*>(data)->emplace_back(tag->key, tag->value); });
  };
  SEABED_CHECK(
      call(key, ctx, driver_->get_tags, store_, key.c_str(), sink, static_cast<void*>(&out), Ctx{}, Err{}));
  return out;
}

Status DriverStore::set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) {
  if (!SEABED_HAS(driver_, seabed_driver_v1, set_tags) || !driver_->set_tags) return unsupported(key, "tags");
  std::vector<seabed_pair> raw;
  for (const auto& [k, v] : tags) raw.push_back({k.c_str(), v.c_str(), 0, 0});
  return call(key, ctx, driver_->set_tags, store_, key.c_str(), raw.data(), static_cast<uint32_t>(raw.size()),
              Ctx{}, Err{});
}

}  // namespace seabed
