#pragma once
// Words shared by sources, the archive format and the engine. Positions and file identities are opaque bytes with an
// order: only the adapter that made them can read them.

#include <compare>
#include <cstdint>
#include <string>

#include "core/base/scn.h"

namespace seabed {

/// Log sequence number: opaque, ordered bytewise, at most 64 bytes. RocksDB: incarnation, WAL number, byte offset, each
/// big-endian 64 bit. Empty is "before everything".
struct Lsn {
  std::string bytes;
  auto operator<=>(const Lsn&) const = default;
  bool empty() const { return bytes.empty(); }
};

/// What the payload of a log group is. The values are on the media: never renumber.
enum class GroupType : uint8_t {
  kLog = 1,         // a run of whole records of the database's log, raw
  kManifest = 2,    // metadata edits (RocksDB: MANIFEST records, raw)
  kOptions = 3,     // engine options, whole or as a section delta
  kHole = 4,        // something happened that the log does not hold
  kDictionary = 5,  // log stream 1: a DictionaryRecord (dictionary.proto)
};

enum class StampSource : uint8_t {
  kObserved = 1,  // the archiver's clock: the commit lies in [scn_lo, scn_hi]
  kExact = 2,     // the application's own stamps (seabed_stamp) in every record of the group
};

/// One group as a source yields it and as the archive keeps it.
struct LogGroup {
  GroupType type = GroupType::kLog;
  StampSource stamp = StampSource::kObserved;
  Scn scn_lo = 0;              // the last look without it (exact: the first stamp in it)
  Scn scn_hi = 0;              // the look that found it (exact: the last stamp in it); rises strictly in a stream
  uint64_t clock_error_ns = 0;
  uint64_t incarnation = 0;    // one life of the database: a restore or a restart at a lower sequence begins another
  uint64_t epoch = 0;          // of the writer that archived it
  Lsn begin, end;              // [begin, end) of what the payload covers
  std::string payload;         // opaque to everything but the adapter
  uint32_t stored = 0;         // 0: as the adapter made it; else kGroupEncrypted and kGroupCompressed (stored_group.h)
};

}  // namespace seabed
