#pragma once
// RocksDB's record framing, shared by WAL and MANIFEST files (RocksDB: db/log_format.h, log_reader.cc,
// log_writer.cc). 32 KiB blocks; header = masked crc32c (4), length (2), type (1) and, in recyclable records,
// log number (4). Pure: bytes in, records out. Nothing here trusts a length. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

inline constexpr uint64_t kLogBlockSize = 32768;
inline constexpr size_t kLogHeaderSize = 7;
inline constexpr size_t kRecyclableHeaderSize = 11;

enum class RecordKind {
  kData,     // a write batch or a version edit
  kControl,  // SetCompression, timestamp sizes, an ignorable type: bytes to keep, nothing to parse
};

/// One logical record. [begin, end) are its bytes in the file; block padding before it belongs to it, so that
/// records follow each other without a space between.
struct LogRecord {
  RecordKind kind = RecordKind::kData;
  uint64_t begin = 0, end = 0;
  std::string_view data;  // plain (decompressed); valid until the next call and as long as the bytes given
};

enum class ParseOutcome {
  kRecord,
  kIncomplete,  // the bytes end before the record does: read again later, from the same position
  kStale,    // bytes of an earlier life of a recycled file, or zeros: as good as the end of the file, for now
  kCorrupt,  // a checksum, a fragment order or a length does not hold
  kUnsupported,  // a record type under 128 that this version does not know, or a compression
};

struct ParseResult {
  ParseOutcome outcome = ParseOutcome::kIncomplete;
  LogRecord record;    // kRecord
  std::string reason;  // kCorrupt, kStale, kUnsupported
};

/// Facts of the file that are found in its first records and needed to parse on from the middle.
struct FramingState {
  uint32_t compression = 0;  // RocksDB's CompressionType: 0 none, 7 zstd
  bool recyclable = false;   // 11-byte headers were seen
};

/// Parses records from bytes of one file. The caller holds the bytes and the position.
class LogParser {
 public:
  /// `log_number`: compared with recyclable headers (low 32 bits). `limit`: longest logical record in bytes,
  /// before and after decompression.
  explicit LogParser(uint64_t log_number, FramingState state = {}, uint64_t limit = 1ull << 30);
  ~LogParser();
  LogParser(LogParser&&) noexcept;
  LogParser& operator=(LogParser&&) noexcept;

  /// One record from `bytes`, which begin at `offset` of the file (a record boundary: 0 or an earlier
  /// record's end).
  ParseResult next(std::string_view bytes, uint64_t offset);
  const FramingState& state() const { return state_; }

 private:
  struct Fragment;
  ParseOutcome fragment(std::string_view bytes, uint64_t offset, Fragment* out, std::string* reason) const;
  ParseOutcome join(std::string_view piece, uint8_t type, bool* done, std::string* reason);
  ParseOutcome finish(bool single, std::string_view whole, ParseResult* out);
  ParseOutcome control(const Fragment& f, std::string* reason);
  ParseOutcome decompress(std::string_view packed, std::string* reason);

  uint64_t log_number_;
  FramingState state_;
  uint64_t limit_;
  std::string joined_, plain_;
  bool in_record_ = false;
  struct Zstd;
  std::unique_ptr<Zstd> zstd_;
};

/// Writes records as RocksDB does in a MANIFEST (types 1 to 4, no compression).
class LogWriter {
 public:
  /// `offset`: where in the file the next byte goes (the end of an earlier record, or 0).
  explicit LogWriter(uint64_t offset = 0) : offset_(offset) {}
  void append(std::string& out, std::string_view record);
  uint64_t offset() const { return offset_; }

 private:
  uint64_t offset_;
};

}  // namespace seabed::rocksdb_source
