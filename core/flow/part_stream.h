#pragma once
// Blocks in, parts of equal size out, without a copy: lanes reserve room in a ring, read straight into it, and whoever
// completes a part takes it to upload. Output files roll over at a size; each begins with the same header.
//
//   reserve ─► fill (any number of lanes, any order) ─► commit ─► claim (rising part numbers) ─► upload ─► release

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/cancel.h"
#include "core/flow/ring_memory.h"

namespace seabed {

struct PartStreamOptions {
  uint64_t part_bytes = 16ull << 20;   // of every part but the last of a file
  uint64_t file_bytes = 4ull << 30;    // no file is longer, unless a single block is
  uint32_t parts_in_memory = 4;        // bounds the ring; at least 3
  std::string header;                  // first bytes of every file
  uint32_t first_file = 0;             // number of the first file
};

/// Room for one block; the bytes at `data` are the caller's until commit.
struct StreamSlot {
  char* data = nullptr;
  uint64_t position = 0;   // of the ring's stream
  uint64_t length = 0;
  uint32_t file = 0;       // output file, from 0
  uint64_t offset = 0;     // in the output file
};

/// One part to upload. `bytes` may be empty only for the last of a file that ended at a part's end.
struct StreamPart {
  uint32_t file = 0;
  uint32_t number = 1;     // in its file, from 1
  std::string_view bytes;
  bool last = false;       // nothing of this file follows
  uint64_t id = 0;         // for release
};

/// Thread-safe. A block may be as long as a part at most.
class PartStream {
 public:
  static Result<std::unique_ptr<PartStream>> create(PartStreamOptions options, const CancelToken* cancel);
  /// Waits for room. kCancelled after stop() or when the token says so.
  Result<StreamSlot> reserve(uint64_t length);
  void commit(const StreamSlot& slot);
  /// The next complete part in order, each given once; nullopt: none now.
  std::optional<StreamPart> claim();
  /// claim() would give a part.
  bool ready() const;
  /// Waits until there is one. False: none will come any more, after finish(), stop() or when the token says so.
  bool wait_ready();
  /// The uploaded part's memory may be used again.
  void release(const StreamPart& part);
  /// No more blocks: the unfinished part becomes the last one. A stream without blocks has no file. Every slot
  /// must have been committed; claim what is left.
  void finish();
  /// Wakes every waiter with kCancelled: another lane failed.
  void stop();
  uint64_t bytes_out() const;      // of all files, headers included
  uint32_t files() const;         // closed ones

 private:
  struct Part {
    uint64_t id = 0, begin = 0;    // begin: of the ring's stream
    uint64_t length = 0;           // reserved so far
    uint64_t committed = 0;
    uint32_t file = 0, number = 1;
    bool closed = false, last = false, claimed = false, released = false;
  };
  PartStream(PartStreamOptions options, RingMemory ring, const CancelToken* cancel);
  bool fits(uint64_t length) const;
  const Part* next_ready() const;
  void open_part();
  void open_file();
  void close_file();
  void advance(uint64_t length, bool committed);

  const PartStreamOptions options_;
  const RingMemory ring_;
  const CancelToken* const cancel_;
  mutable std::mutex mutex_;
  std::condition_variable room_, part_;
  std::deque<Part> parts_;         // not yet released, rising
  uint64_t next_id_ = 0, position_ = 0;
  uint32_t file_ = 0, next_number_ = 1;
  uint64_t file_length_ = 0, bytes_out_ = 0;
  bool stopped_ = false, finished_ = false;
};

}  // namespace seabed
