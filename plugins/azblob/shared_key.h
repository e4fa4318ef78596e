#pragma once
// Authorization of a request by the account's key: Azure's "Shared Key" of version 2015-02-21 and later.

#include <string>
#include <vector>

#include "http.h"

namespace seabed_azblob {

using Query = std::vector<std::pair<std::string, std::string>>;  // raw, not percent-encoded

struct ToSign {
  std::string method;
  std::string path;  // percent-encoded, as in the URL, with the account when it is part of the path
  const Query& query;
  const std::vector<seabed_http::Header>& headers;  // all that are sent, the x-ms- ones among them
  uint64_t body_size = 0;
};

/// Value of the Authorization header. `key` raw.
std::string shared_key(const std::string& account, const std::string& key, const ToSign& request);

}  // namespace seabed_azblob
