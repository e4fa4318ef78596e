#include "tests/unit/engine/tagged_storage.h"

#include "core/storage/store_call.h"
#include "core/storage/tag_delete.h"

namespace seabed::testing_clean {
namespace {

class TaggedStore final : public AroundStore<TaggedStore> {
 public:
  TaggedStore(std::shared_ptr<ObjectStore> inner, std::string root, TaggedStorage::Tags& tags, bool strong_list)
      : AroundStore(std::move(inner)), root_(std::move(root)), tags_(tags), can_(inner_->capabilities()) {
    can_.tags = true, can_.strong_list = strong_list;
  }
  template <class F>
  auto around(const StoreCall&, F&& next) -> decltype(next()) {
    return next();
  }
  const Capabilities& capabilities() const override { return can_; }
  Result<Tags> get_tags(const std::string& key, const IoContext& io) override {
    SEABED_CHECK(inner_->stat(key, io));
    std::lock_guard lock(tags_.mutex);
    return tags_.of[{root_, key}];
  }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& io) override {
    SEABED_CHECK(inner_->stat(key, io));
    std::lock_guard lock(tags_.mutex);
    tags_.of[{root_, key}] = tags;
    return ok();
  }

 private:
  const std::string root_;
  TaggedStorage::Tags& tags_;
  Capabilities can_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> TaggedStorage::open(const Uri& uri) {
  Uri plain = uri;
  const bool tagging = plain.params.erase("delete_mode") != 0;
  SEABED_TRY(auto store, inner_.open(plain));
  store = std::make_shared<TaggedStore>(std::move(store), plain.location, tags_, strong_list);
  return tagging ? with_tag_delete(std::move(store)) : store;
}

bool TaggedStorage::tagged(const std::string& root, const std::string& key) const {
  std::lock_guard lock(tags_.mutex);
  const auto found = tags_.of.find({root, key});
  return found != tags_.of.end() && found->second == ObjectStore::Tags{{"delete_mode", "tagging"}};
}

}  // namespace seabed::testing_clean
