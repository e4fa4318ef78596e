#pragma once
// One archive file wherever it lies: a plain object, or a prefix of @APD_PART@ objects (docs/format/log-parts.md). Both
// forms are taken on every medium, so that a tree copied from one to another can be read. Everything that reads
// log/<n>.obarc goes through here.

#include <memory>

#include "core/media/log_parts.h"
#include "core/media/medium.h"

namespace seabed {

/// Not thread-safe.
class LogObject {
 public:
  virtual ~LogObject() = default;
  /// Of a file in parts: what can be read from the front without a gap.
  virtual uint64_t size() const = 0;
  /// Fewer bytes only at the end.
  virtual Result<size_t> read_at(uint64_t offset, std::span<char> buffer) = 0;
  /// The key of the object that holds the byte, for messages.
  virtual std::string holder_of(uint64_t offset) const = 0;
  /// What to say when the file ends before `wanted`: a missing part is kGap, a cut one or a short file kCorruption.
  virtual Error short_of(uint64_t wanted) const = 0;
  /// Null for a plain object.
  virtual const LogParts* parts() const = 0;
};

/// kNotFound when there is neither form. The parts of a file are listed once, here.
Result<std::unique_ptr<LogObject>> open_log_object(const Medium& medium, const std::string& key);
/// The same for a caller that has one deadline for all; the store and `ctx` must outlive the object.
Result<std::unique_ptr<LogObject>> open_log_object(ObjectStore& store, const std::string& key, const IoContext& ctx);

}  // namespace seabed
