#pragma once
// Index files (docs/format/index.md): file header, chunks of entries, trailer, footer. Both sides stream: the
// writer keeps one unfinished chunk, the reader one whole chunk, whatever the number of entries. Entries are
// messages of meta.proto (MacroRange, FileMeta, SecMeta) in the order of their keys; the order is the
// caller's to keep.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/checksum.h"
#include "core/base/status.h"
#include "core/format/frame.h"
#include "core/format/meta.pb.h"

namespace seabed {

inline constexpr size_t kIndexChunkTarget = 64 << 10;  // a chunk is closed at or behind this many bytes
inline constexpr size_t kMaxIndexChunk = 4 << 20;      // a reader allocates no more
inline constexpr size_t kMaxIndexEntry = 1 << 20;
inline constexpr size_t kIndexChunkHeader = 32;
inline constexpr size_t kIndexFooter = 40;

/// Takes the bytes of the file in order; its error ends the writing.
using ByteSink = std::function<Status(std::string_view)>;
/// Fills the span from the offset; fewer bytes only at the end of the file (ObjectStore::read_at).
using ReadAt = std::function<Result<size_t>(uint64_t offset, std::span<char> buffer)>;

/// Not thread-safe. After an error the writer is dead: every later call gives kInternal.
class IndexWriter {
 public:
  /// `kind` is free text kept in the trailer ("major"); `type` one of the three index types.
  IndexWriter(FileType type, std::string kind, ByteSink sink);
  Status add(const google::protobuf::MessageLite& entry);
  /// The last chunk, the trailer and the footer. Nothing may be added afterwards.
  Status finish(uint64_t parent_set_id = 0);
  uint64_t bytes() const { return written_; }
  uint64_t entries() const { return trailer_.entries(); }

 private:
  Status emit(std::string_view bytes);
  Status emit_header();
  Status close_chunk();

  FileType type_;
  ByteSink sink_;
  std::string chunk_;
  uint32_t chunk_entries_ = 0;
  uint64_t written_ = 0;
  bool dead_ = false;
  meta::IndexTrailer trailer_;
  Hasher128 hash_;  // of every chunk, so that a missing or swapped one shows
};

/// Not thread-safe. Checks each chunk before an entry of it is given out, and the whole (count, hash) at the
/// end: only next() == false proves that nothing is missing.
class IndexReader {
 public:
  /// Reads header, footer and trailer. `size` is the object's length as the store tells it; `what` names it
  /// in errors.
  static Result<IndexReader> open(FileType type, uint64_t size, ReadAt read, std::string what);
  /// False at the end. kCorruption when anything does not hold.
  Result<bool> next(google::protobuf::MessageLite* entry);
  const meta::IndexTrailer& trailer() const { return trailer_; }

 private:
  IndexReader() = default;
  Status read_exactly(uint64_t offset, size_t size, std::string* out) const;
  Status read_trailer(uint64_t size);
  Status load_chunk();
  Status check_end() const;
  tl::unexpected<Error> bad(std::string reason) const;

  ReadAt read_;
  std::string what_;
  meta::IndexTrailer trailer_;
  uint64_t chunks_end_ = 0;  // where the trailer begins
  uint64_t offset_ = 0;      // of the next chunk
  std::string chunk_;
  std::string_view rest_;  // of chunk_'s body
  uint32_t chunk_left_ = 0;
  uint64_t seen_ = 0, chunks_ = 0;
  Hasher128 hash_;
};

}  // namespace seabed
