#pragma once
// How a log file is written on a medium: one object that is appended to, or objects side by side where the medium has
// no append (docs/format/log-parts.md).

#include <memory>
#include <string>
#include <vector>

#include "core/base/checksum.h"
#include "core/storage/object_store.h"

namespace seabed {

/// Of one writer, one file at a time. Not thread-safe. A success was seen on the medium; errors leave the outcome to be
/// found by open_log_object.
class LogForm {
 public:
  virtual ~LogForm() = default;
  /// Makes the file; of several who try, one wins. kAlreadyExists: something of that name is there (perhaps ours).
  virtual Status create(const std::string& key, const std::string& header, const IoContext& ctx) = 0;
  /// Writes behind `position`, which is the file's length; the file was made here. kConflict: look at what is there.
  virtual Status append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) = 0;
  /// Nothing will be written behind `length` any more. A seal that is there already stays.
  virtual Status seal(const std::string& key, uint64_t length, const Hash128& hash, uint64_t epoch,
                      const IoContext& ctx) = 0;
};

std::unique_ptr<LogForm> make_log_form(ObjectStore& store);

// The objects beside the parts, of any medium.
/// The header of the log file that FORMAT_META keeps.
Result<std::string> read_log_format(ObjectStore& store, const std::string& key, const IoContext& ctx);
struct LogSeal {
  uint64_t length = 0, epoch = 0;
  std::string hash;
  std::vector<uint64_t> part_ends;  // rising, the last is `length` or behind it
};
Result<LogSeal> read_log_seal(ObjectStore& store, const std::string& key, const IoContext& ctx);
/// Puts SEAL_META unless there is one or the file is a plain object. kGap or kCorruption when parts are missing.
Status seal_log_object(ObjectStore& store, const std::string& key, uint64_t length, const Hash128& hash, uint64_t epoch,
                       const IoContext& ctx);

}  // namespace seabed
