#pragma once
// A ring of memory mapped twice, one copy behind the other: a run of bytes that passes the end of the ring is still
// contiguous, so buffers of any length need neither a copy nor an iovec at the wrap.

#include <cstdint>

#include "core/base/status.h"

namespace seabed {

class RingMemory {
 public:
  /// `bytes` is rounded up to a multiple of the system's page.
  static Result<RingMemory> create(uint64_t bytes);
  RingMemory() = default;
  RingMemory(RingMemory&& o) noexcept { *this = std::move(o); }
  RingMemory& operator=(RingMemory&& o) noexcept;
  ~RingMemory();
  uint64_t size() const { return size_; }
  /// Where the byte `position` of an endless stream lies; `size()` bytes from here are contiguous.
  char* at(uint64_t position) const { return base_ + position % size_; }

 private:
  char* base_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace seabed
