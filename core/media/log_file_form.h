#pragma once
// How new log files of a stream are stored (docs/format/encryption.md).

#include <functional>
#include <string>

#include "core/format/cipher.h"

namespace seabed {

struct LogFileForm {
  bool compress = false;
  std::string wrap;     // serialized KeyWrap of `data_key`, for the header; empty: plain
  Secret data_key;
  std::string clear_master;   // in clear, of a tenant that has keys: its newest master key's identity, and
  Secret clear_key;           // clear_log_key of it; empty: it never had one
  bool plain() const { return !compress && wrap.empty(); }
};
/// Asked once for each new file, on the stream's thread: what it says holds until the next one.
using LogFormFn = std::function<Result<LogFileForm>()>;

}  // namespace seabed
