#include "core/storage/tag_delete.h"

#include "core/storage/store_call.h"

namespace seabed {

namespace {
class TagDeleteStore : public AroundStore<TagDeleteStore> {
 public:
  using AroundStore::AroundStore;

  template <class F>
  auto around(const StoreCall&, F&& next) -> decltype(next()) {
    return next();
  }

  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    std::vector<Status> out;
    for (const std::string& key : keys) {
      auto status = inner_->set_tags(key, {{"delete_mode", "tagging"}}, ctx);
      if (!status && status.error().code == Code::kNotFound) status = ok();
      out.push_back(std::move(status));
    }
    return out;
  }
};
}  // namespace

std::shared_ptr<ObjectStore> with_tag_delete(std::shared_ptr<ObjectStore> inner) {
  return std::make_shared<TagDeleteStore>(std::move(inner));
}

}  // namespace seabed
