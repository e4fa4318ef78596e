#pragma once
// The Ed25519 key (OpenSSL) that reports of drills are signed with: made at first use, kept in the state
// directory with mode 0600. The public half is for whoever checks reports elsewhere.

#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace seabed::drill {

/// Public half. Thread-safe.
class PublicKey {
 public:
  static Result<PublicKey> from_pem(const std::string& pem, const std::string& object);
  /// Hex SHA-256 of the DER form (SubjectPublicKeyInfo).
  const std::string& id() const { return id_; }
  const std::string& pem() const { return pem_; }
  bool verify(std::string_view bytes, std::string_view signature) const;

 private:
  friend class SigningKey;
  static Result<PublicKey> of(std::shared_ptr<void> key, const std::string& object);
  std::shared_ptr<void> key_;  // EVP_PKEY
  std::string id_, pem_;
};

class SigningKey {
 public:
  /// "<state_directory>/drill_key.pem"; of two processes that make it at once, one wins. kPermissionDenied
  /// when others may read it.
  static Result<SigningKey> load_or_make(const std::string& state_directory);
  /// kNotFound when there is none.
  static Result<SigningKey> load(const std::string& state_directory);
  /// 64 bytes.
  Result<std::string> sign(std::string_view bytes) const;
  const PublicKey& public_key() const { return public_; }

 private:
  PublicKey public_;
};

}  // namespace seabed::drill
