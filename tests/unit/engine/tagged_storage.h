#pragma once
// A medium that has tags around one that has none, so that delete_mode=tagging runs on a local directory.

#include <map>
#include <mutex>

#include "core/storage/destination.h"

namespace seabed::testing_clean {

/// Tags live as long as this does, whoever opens the destination. Thread-safe.
class TaggedStorage : public Storage {
 public:
  explicit TaggedStorage(Storage& inner) : inner_(inner) {}
  const std::vector<DriverInfo>& drivers() const override { return inner_.drivers(); }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override;
  /// The object was deleted as far as a reader of the medium is concerned.
  bool tagged(const std::string& root, const std::string& key) const;

  bool strong_list = true;  // of stores opened from now on

  struct Tags {
    mutable std::mutex mutex;
    std::map<std::pair<std::string, std::string>, ObjectStore::Tags> of;  // by (directory, key)
  };

 private:
  Storage& inner_;
  Tags tags_;
};

}  // namespace seabed::testing_clean
