#include "core/format/key_ring.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"

namespace seabed {
namespace {

constexpr size_t kIdentityBytes = 16;

std::string bound_to(std::string_view subject) { return "seabed data key 1/" + std::string(subject); }

/// A random nonce: a key-wrapping key is used some thousand times in its life, far from where random ones may meet.
Result<std::string> wrap_bytes(const Secret& key, const Secret& under, std::string_view subject) {
  SEABED_TRY(std::string nonce, random_bytes(kNonceBytes));
  SEABED_TRY(std::string sealed, seal(under, nonce, bound_to(subject), key.view()));
  return nonce + sealed;
}

bool unwrap(const std::string& wrapped, const Secret& under, std::string_view subject, Secret* key) {
  if (wrapped.size() != kNonceBytes + kKeyBytes + kTagBytes) return false;
  const std::string_view all(wrapped);
  std::string plain;
  if (!unseal(under, all.substr(0, kNonceBytes), bound_to(subject), all.substr(kNonceBytes), &plain)) return false;
  *key = Secret(std::move(plain));
  return true;
}

tl::unexpected<Error> locked(const std::string& what, std::string reason, std::string next_step) {
  return fail(Error{Code::kPermissionDenied, what, std::move(reason), std::move(next_step), 0, 9047});
}

}  // namespace

Result<MasterKey> make_master_key(uint64_t id) {
  MasterKey key{id, {}, {}};
  SEABED_TRY(key.identity, random_bytes(kIdentityBytes));
  SEABED_TRY(key.secret, random_key());
  return key;
}

Result<meta::KeyWrap> wrap_key(const Secret& data_key, const MasterKey& master, std::string_view subject) {
  meta::KeyWrap wrap;
  wrap.set_master_key(master.identity);
  wrap.set_master_key_id(master.id);
  SEABED_TRY(*wrap.mutable_wrapped(), wrap_bytes(data_key, master.secret, subject));
  return wrap;
}

Result<meta::KeyWrap> wrap_key(const Secret& data_key, const Secret& password, std::string_view subject,
                               const ScryptCost& cost) {
  if (password.empty()) return fail(Code::kInvalidArgument, "password", "is empty", "give one");
  meta::KeyWrap wrap;
  SEABED_TRY(*wrap.mutable_salt(), random_bytes(kSaltBytes));
  wrap.set_scrypt_log_n(cost.log_n);
  wrap.set_scrypt_r(cost.r);
  wrap.set_scrypt_p(cost.p);
  SEABED_TRY(const Secret under, password_key(password, wrap.salt(), cost));
  SEABED_TRY(*wrap.mutable_wrapped(), wrap_bytes(data_key, under, subject));
  return wrap;
}

Result<Secret> KeyRing::open(const meta::KeyWrap& wrap, std::string_view subject, const std::string& what) const {
  Secret key;
  if (const auto known = data_keys_.find(wrap.wrapped()); known != data_keys_.end()) return known->second;
  if (wrap.salt().empty()) {
    const auto master = masters_.find(wrap.master_key());
    const std::string name = fmt::format("master key {} ({})", wrap.master_key_id(), to_hex(wrap.master_key()).substr(0, 8));
    if (master == masters_.end() && more_) {
      if (auto found = more_->data_key(wrap.wrapped()); found || found.error().code != Code::kNotFound) return found;
    }
    if (master == masters_.end())
      return locked(what, "is encrypted under " + name + ", which is not at hand", "give the key backup and its password");
    if (unwrap(wrap.wrapped(), master->second.secret, subject, &key)) return key;
    return locked(what, "does not open with " + name, "its key was damaged or belongs to something else: run seabed verify");
  }
  for (const Secret& password : passwords_) {
    SEABED_TRY(const Secret under, password_key(password, wrap.salt(), {wrap.scrypt_log_n(), wrap.scrypt_r(), wrap.scrypt_p()}));
    if (unwrap(wrap.wrapped(), under, subject, &key)) return key;
  }
  return locked(what, passwords_.empty() ? "is protected by a password, and none was given" : "does not open with the password",
                "give the password that SET ENCRYPTION had when it was written");
}

Result<Secret> clear_log_key(const MasterKey& master) {
  return derive_key(master.secret, std::string(kSaltBytes, '\0'), "seabed clear log 1");
}

Result<Secret> KeyRing::clear_key(const std::string& master_identity, const std::string& what) const {
  if (const auto master = masters_.find(master_identity); master != masters_.end()) return clear_log_key(master->second);
  if (more_) {
    if (auto found = more_->clear_key(master_identity); found || found.error().code != Code::kNotFound) return found;
  }
  return locked(what, "is in clear behind encrypted log, and the master key that allows it (" +
                          to_hex(master_identity).substr(0, 8) + ") is not at hand",
                "give the newest key backup and its password");
}

}  // namespace seabed
