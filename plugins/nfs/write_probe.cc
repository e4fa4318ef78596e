#include "write_probe.h"

#include <algorithm>

namespace seabed_nfs {

namespace {
constexpr uint64_t kMostRequest = 1u << 20, kOdd = 4097;

/// No two pages of it are alike, and no page is all zeros.
std::string pattern(uint64_t size) {
  std::string out(size, '\0');
  uint64_t x = 88172645463325252u;
  for (char& c : out) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    c = static_cast<char>(x | 1);
  }
  return out;
}

std::string judge(const ProbedClient& client, const std::string& wrote) {
  const std::string size = std::to_string(wrote.size());
  if (const std::string why = client.write(wrote); !why.empty()) return "a write of " + size + " bytes failed: " + why;
  std::string got;
  if (const std::string why = client.read(wrote.size() + 1, &got); !why.empty())
    return "what was written cannot be read: " + why;
  if (got == wrote) return {};
  if (got.size() != wrote.size())
    return "of " + size + " written bytes " + std::to_string(got.size()) + " came back";
  const auto at = std::mismatch(got.begin(), got.end(), wrote.begin()).first - got.begin();
  return "of " + size + " written bytes other ones came back, from offset " +
         std::to_string(at) + " on";
}
}  // namespace

std::string probe_writes(const ProbedClient& client) {
  const uint64_t request = std::clamp<uint64_t>(client.write_size, 4096, kMostRequest);
  std::string found;
  for (const uint64_t size : {kOdd, 3 * request + kOdd}) {   // the bug of libnfs 4.0.0 begins at 4 KB
    found = judge(client, pattern(size));
    client.remove();
    if (!found.empty()) break;
  }
  return found;
}

}  // namespace seabed_nfs
