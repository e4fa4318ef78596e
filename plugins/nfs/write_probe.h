#pragma once
// Does a client of NFS write what it is given? Looked at, not believed: a pattern over several requests is written,
// read back through the same client and compared.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace seabed_nfs {

/// A client's calls, each empty when it went well, else its words.
struct ProbedClient {
  std::function<std::string(std::string_view bytes)> write;            // a new file of these bytes, one call
  std::function<std::string(uint64_t most, std::string* bytes)> read;  // the file, up to `most` bytes
  std::function<void()> remove;
  uint64_t write_size = 0;   // of one request
};

/// Empty: what was written came back. Else what was measured, in words. The file is removed in any case.
std::string probe_writes(const ProbedClient& client);

}  // namespace seabed_nfs
