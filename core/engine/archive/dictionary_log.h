#pragma once
// The local log of stream 1: <state_directory>/<tenant>/logstream_1/{base,log}. `base` is a fold, `log` the groups since,
// end to end in the frame of the media. Appended and synced before a group is given to anyone.

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/engine/archive/dictionary_state.h"
#include "core/format/log_types.h"

namespace seabed::archive {

/// (incarnation, number of records): what a position of stream 1 is.
struct DictionaryPosition {
  uint64_t incarnation = 0, records = 0;
  auto operator<=>(const DictionaryPosition&) const = default;
};
Lsn encode_lsn(const DictionaryPosition& position);
/// kCorruption for anything but 16 bytes.
Result<DictionaryPosition> decode_dictionary_lsn(const Lsn& lsn);

/// Not thread-safe.
class DictionaryLog {
 public:
  /// Begins a new incarnation (at `now`) when the directory holds none. A torn tail of the log is cut off.
  static Result<DictionaryLog> open(const std::string& directory, Scn now);
  const DictionaryState& state() const { return state_; }
  DictionaryPosition end() const { return end_; }
  DictionaryPosition base() const { return base_; }
  Scn last_scn() const { return last_scn_; }
  /// Stamped, positioned and durable when it returns.
  Result<LogGroup> append(const meta::DictionaryRecord& record, Scn scn_lo, Scn scn_hi, uint64_t clock_error_ns);
  /// The groups from a position on that the log still holds.
  Result<std::vector<LogGroup>> read_from(const DictionaryPosition& position) const;
  /// A new incarnation later than `after` that tells all that is known from its beginning, in records of about `limit` bytes:
  /// what was archived so far is another life's (an older copy of the directory, another machine's).
  Status begin_again(Scn after, const ClockReading& now, size_t limit);
  /// Everything was archived up to `position`: a log that has grown large is folded into its base.
  Status compact(const DictionaryPosition& position);

 private:
  Status load();
  Result<std::string> log_bytes() const;

  std::string dir_;
  Fd log_;
  uint64_t length_ = 0;
  DictionaryState state_;
  DictionaryPosition base_, end_;
  Scn last_scn_ = 0;
};

}  // namespace seabed::archive
