#pragma once
// Data keys and what opens them (docs/format/encryption.md). A data key is random, belongs to one set or one writer of
// log files, and lies on the media wrapped under the tenant's master key or under a password.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/cipher.h"

namespace seabed::meta {
class KeyWrap;
}

namespace seabed {

struct MasterKey {
  uint64_t id = 0;        // rises with each rotation
  std::string identity;   // 16 random bytes: what a wrap names
  Secret secret;
};
Result<MasterKey> make_master_key(uint64_t id);

/// `subject` says whose key it is ("set/1002/7"); a wrap that is moved to another subject does not open.
Result<meta::KeyWrap> wrap_key(const Secret& data_key, const MasterKey& master, std::string_view subject);
Result<meta::KeyWrap> wrap_key(const Secret& data_key, const Secret& password, std::string_view subject,
                               const ScryptCost& cost = {});

/// What proves that a log file is in clear because its tenant wanted it so (stored_group.h).
Result<Secret> clear_log_key(const MasterKey& master);

/// Keys that are looked for only when a ring has none itself: finding them may cost a scrypt. Thread-safe.
class MoreKeys {
 public:
  virtual ~MoreKeys() = default;
  /// By the bytes that it is wrapped as. kNotFound: not here.
  virtual Result<Secret> data_key(const std::string& wrapped) const = 0;
  virtual Result<Secret> clear_key(const std::string& master_identity) const = 0;
};

/// What a reader may use. Thread-safe once filled.
class KeyRing {
 public:
  void add(MasterKey key) { masters_[key.identity] = std::move(key); }
  void add_password(Secret password) { passwords_.push_back(std::move(password)); }
  /// A data key by the bytes that it is wrapped as: of what was opened before and kept beside what it is used for.
  void add_data_key(const std::string& wrapped, Secret key) { data_keys_[wrapped] = std::move(key); }
  /// kPermissionDenied with ob_error 9047: neither it nor its master key is there.
  Result<Secret> clear_key(const std::string& master_identity, const std::string& what) const;
  void add_more(std::shared_ptr<const MoreKeys> more) { more_ = std::move(more); }
  bool empty() const { return masters_.empty() && passwords_.empty() && data_keys_.empty(); }
  /// kPermissionDenied with ob_error 9047: the master key or the password is not there, or is another one. `what` names
  /// the set or file. A password costs a scrypt each time: callers keep the answer.
  Result<Secret> open(const meta::KeyWrap& wrap, std::string_view subject, const std::string& what) const;

 private:
  std::map<std::string, MasterKey> masters_;
  std::vector<Secret> passwords_;
  std::map<std::string, Secret> data_keys_;
  std::shared_ptr<const MoreKeys> more_;
};

}  // namespace seabed
