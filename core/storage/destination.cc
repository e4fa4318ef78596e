#include "core/storage/destination.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/storage/changeable.h"
#include "core/storage/destination_keys.h"
#include "core/storage/driver/driver_store.h"
#include "core/storage/driver/registry.h"
#include "core/storage/numbers.h"
#include "core/storage/stack.h"

namespace seabed {

namespace {
class LoadedStorage : public Storage {
 public:
  LoadedStorage(StorageOptions options, DriverRegistry registry)
      : options_(std::move(options)), registry_(std::move(registry)) {}

  const std::vector<DriverInfo>& drivers() const override { return registry_.infos; }

  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override {
    // One store for each destination and set of parameters: its limits and figures hold for all who use it.
    std::lock_guard lock(mutex_);
    auto store = open_locked(uri);
    if (!store) return fail(numbered_open(std::move(store.error())));
    return std::shared_ptr<ObjectStore>(std::move(*store));
  }

  Status change(const Uri& uri) override {
    std::lock_guard lock(mutex_);
    SEABED_TRY(const auto wanted, open_locked(uri));
    for (auto& [key, known] : open_)
      if (auto store = known.store.lock(); store && store != wanted && known.identity == uri.identity())
        store->change(wanted->inner());
    return ok();
  }

 private:
  struct Opened {
    std::string identity;
    std::weak_ptr<ChangeableStore> store;
  };

  Result<std::shared_ptr<ChangeableStore>> open_locked(const Uri& uri) {
    Opened& known = open_[{uri.scheme + "://" + uri.location, uri.params}];
    if (auto store = known.store.lock()) return store;
    SEABED_TRY(auto inner, open_new(uri));
    auto store = std::make_shared<ChangeableStore>(std::move(inner));
    known = {uri.identity(), store};
    return store;
  }

  Result<std::shared_ptr<ObjectStore>> open_new(const Uri& uri) const {
    SEABED_TRY(const DriverInfo* info, driver_of(uri));
    SEABED_TRY(const auto keys, sort_keys(uri, defaults_of(uri.scheme), *info));
    SEABED_TRY(auto store, open_driver_store(registry_.by_scheme.at(uri.scheme), uri.scheme, uri.location,
                                             keys.driver, uri.redacted(), IoContext{}));
    return stack_store(std::move(store), keys.host, options_.max_attempts);
  }

  Result<const DriverInfo*> driver_of(const Uri& uri) const {
    for (const DriverInfo& info : registry_.infos) {
      const auto& schemes = info.schemes;
      if (info.error.empty() && std::find(schemes.begin(), schemes.end(), uri.scheme) != schemes.end())
        return &info;
    }
    return fail(Code::kUnsupported, uri.redacted(),
                "no driver for the scheme " + uri.scheme + " is loaded" + refused(),
                "see `seabed driver list`");
  }

  std::string refused() const {
    std::string out;
    for (const DriverInfo& info : registry_.infos)
      if (!info.error.empty()) out += "; refused: " + info.error;
    return out;
  }

  KeyValues defaults_of(const std::string& scheme) const {
    for (const auto& [name, values] : options_.driver_defaults)
      if (name == scheme) return values;
    return {};
  }

  StorageOptions options_;
  DriverRegistry registry_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::map<std::string, std::string>>, Opened> open_;
};
}  // namespace

Result<std::unique_ptr<Storage>> Storage::create(StorageOptions options) {
  SEABED_TRY(auto registry, scan_drivers(options.driver_directories));
  return std::make_unique<LoadedStorage>(std::move(options), std::move(registry));
}

}  // namespace seabed
