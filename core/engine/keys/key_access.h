#pragma once
// What an operator gives to open what is encrypted. Secrets: never logged, never in an error, never kept.

#include <memory>
#include <string>
#include <vector>

namespace seabed {

class KeyRing;

struct KeyAccess {
  std::vector<std::string> passwords;    // of backup sets, SET DECRYPTION: the full set's first
  std::string key_uri, key_password;     // the key backup and what opens it; empty: this catalog's keys only
  std::shared_ptr<const KeyRing> known{};   // may be null: what a program without the catalog's lock has read from it
};

}  // namespace seabed
