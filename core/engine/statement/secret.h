#pragma once
// Which statements have a secret in them, and from where on their words are not shown to anybody.

#include <optional>
#include <string>
#include <string_view>

namespace seabed::statement {

struct Secret {
  std::string word;  // what says so: "IDENTIFIED BY", "access_key="
  size_t begin = 0;  // that word, or the first quote before it: a stray quote makes bare words of a secret
};

/// access_key= and its like, PASSWORD=, external_kms_info=, IDENTIFIED BY, ENCRYPTED BY; in any case.
std::optional<Secret> find_secret(std::string_view text);

}  // namespace seabed::statement
