#pragma once
// Opening a destination: URI -> driver -> decorated store. The only entry of the engine into this folder's driver/.

#include <memory>
#include <string>
#include <vector>

#include "core/base/uri.h"
#include "core/storage/object_store.h"

namespace seabed {

/// One loaded driver, for `seabed driver list|show`.
struct DriverInfo {
  std::string path;                  // of the shared object
  std::string name, version;
  std::string abi;                   // "1.0"
  std::vector<std::string> schemes;
  std::string error;                 // why it was refused; then the rest may be empty
  struct Key {
    std::string name, type, default_value, help;
    bool secret = false, required = false;
  };
  std::vector<Key> keys;
  Capabilities capabilities;         // as published before a destination is opened
};

struct StorageOptions {
  std::vector<std::string> driver_directories;  // absolute; searched in order, *.so
  /// Per scheme defaults from the configuration ([driver.s3] …), under the URI's own parameters.
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> driver_defaults;
  int max_attempts = 8;
  std::vector<std::string> allowed_destinations;   // to tenants' admins (tenant_destinations.h); empty: no list
};

/// Loads every driver once, at construction; never unloads. Thread-safe.
class Storage {
 public:
  static Result<std::unique_ptr<Storage>> create(StorageOptions options);
  virtual ~Storage() = default;
  virtual const std::vector<DriverInfo>& drivers() const = 0;
  /// The store of one destination with capability check, retry, throttle and metrics around it.
  virtual Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) = 0;
  /// What is open of the destination of `uri` (Uri::identity()) goes on with these parameters: new credentials, limits.
  virtual Status change(const Uri& uri) {
    auto opened = open(uri);
    return opened ? ok() : Status(fail(opened.error()));
  }
};

}  // namespace seabed
