#pragma once
// Secrets of destinations, encrypted under a key of this host (AES-256-GCM; OpenSSL). Text form: "gcm1:" + hex of
// nonce (12), ciphertext, tag (16).

#include <string>

#include "core/base/status.h"

namespace seabed {

class SecretBox {
 public:
  /// Reads the 32-byte key, or makes it with mode 0600 when `may_create`. kPermissionDenied when others may read the
  /// file or own it.
  static Result<SecretBox> open(const std::string& key_path, bool may_create);
  /// `context` is authenticated with it: a text moved to another row does not open.
  Result<std::string> seal(const std::string& plain, const std::string& context) const;
  Result<std::string> open_text(const std::string& sealed, const std::string& context) const;

 private:
  std::string key_, path_;
};

}  // namespace seabed
