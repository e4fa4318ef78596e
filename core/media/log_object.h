#pragma once
// One archive file wherever it lies: a plain object today, a prefix of @APD_PART@ fragments on S3-like media
// later. Everything that reads log/<n>.obarc goes through here.

#include <memory>

#include "core/media/medium.h"

namespace seabed {

/// Not thread-safe.
class LogObject {
 public:
  virtual ~LogObject() = default;
  virtual uint64_t size() const = 0;
  /// Fewer bytes only at the end.
  virtual Result<size_t> read_at(uint64_t offset, std::span<char> buffer) = 0;
};

/// kNotFound when there is neither form.
Result<std::unique_ptr<LogObject>> open_log_object(const Medium& medium, const std::string& key);

}  // namespace seabed
