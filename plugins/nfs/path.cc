#include "path.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace seabed_nfs {

int32_t check_key(std::string_view key, Error& error) {
  if (key.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "the key is empty");
  if (key.size() > kMaxKey) return error.fail(SEABED_INVALID_ARGUMENT, "the key is over %zu bytes", kMaxKey);
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const auto part = key.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      return error.fail(SEABED_INVALID_ARGUMENT, "the key has an empty, '.' or '..' component");
    if (part.size() > 255) return error.fail(SEABED_INVALID_ARGUMENT, "a part of the key is over 255 bytes");
    if (begin == 0 && part == kTempDir)
      return error.fail(SEABED_INVALID_ARGUMENT, "the name %s is reserved", kTempDir);
    begin = end + 1;
  }
  return SEABED_OK;
}

SplitKey split(std::string_view key) {
  const size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

std::string unique_name(const char* prefix) {
  uint64_t random[2] = {};
  if (getrandom(random, sizeof random, 0) != sizeof random) random[0] = static_cast<uint64_t>(getpid());
  char text[64];
  std::snprintf(text, sizeof text, "%s%016llx%016llx", prefix, static_cast<unsigned long long>(random[0]),
                static_cast<unsigned long long>(random[1]));
  return text;
}

}  // namespace seabed_nfs
