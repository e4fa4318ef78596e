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
  bool plain() const { return !compress && wrap.empty(); }
};
/// Asked once for each new file, on the stream's thread: what it says holds until the next one.
using LogFormFn = std::function<Result<LogFileForm>()>;

}  // namespace seabed
