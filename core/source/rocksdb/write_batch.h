#pragma once
// Write batches as they stand in the WAL: 8-byte sequence, 4-byte count, tagged entries (RocksDB:
// db/write_batch.cc). Walked to learn what a batch consumes of the sequence; keys and values are passed over.
// Pure, not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/scn.h"
#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// A two-phase marker, in the order of the batch.
struct TwoPhaseEvent {
  enum class Kind { kPrepare, kCommit, kRollback } kind = Kind::kPrepare;
  std::string xid;
  uint64_t keys = 0;  // kPrepare: of the section; a WriteCommitted COMMIT consumes so many
};

struct BatchFacts {
  uint64_t sequence = 0;
  uint32_t count = 0;            // as the header says
  uint64_t keys = 0;             // entries outside prepared sections
  uint64_t prepared_keys = 0;    // entries inside
  uint64_t boundaries = 0;       // sub-batches by the per-batch rule (WritePrepared), without duplicates
  uint64_t duplicates = 0;       // further sub-batches because of equal keys (only when asked for)
  bool open_end = false;         // entries behind the last boundary: such a batch is never of WritePrepared
  bool write_committed = false;  // marker 0x9
  bool write_prepared = false;   // markers 0x12, 0x13
  uint64_t stamps = 0;           // seabed_stamp blobs with a good checksum
  Scn first_stamp = 0, last_stamp = 0;  // lowest and highest
  std::vector<TwoPhaseEvent> events;
  std::vector<uint32_t> families;  // column families touched, each once

  void clear();
};

/// kCorruption: cut short or malformed. kUnsupported: a tag this version does not know (it may be of any
/// length). `count_duplicates`: compare the keys of each sub-batch bytewise, as WritePrepared's recovery does
/// by comparator.
Status walk_batch(std::string_view batch, bool count_duplicates, BatchFacts* out);

/// The blob that applications put into a batch (sdk: seabed_stamp): "SEABEDST", u64 LE scn, u64 LE XXH3-64 of
/// both.
inline constexpr size_t kStampSize = 24;
std::string encode_stamp(Scn scn);
std::optional<Scn> decode_stamp(std::string_view blob);

}  // namespace seabed::rocksdb_source
