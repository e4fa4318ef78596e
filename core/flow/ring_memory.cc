#include "core/flow/ring_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/base/fd.h"

namespace seabed {

RingMemory& RingMemory::operator=(RingMemory&& o) noexcept {
  std::swap(base_, o.base_);
  std::swap(size_, o.size_);
  return *this;
}

RingMemory::~RingMemory() {
  if (base_ != nullptr) munmap(base_, 2 * size_);
}

Result<RingMemory> RingMemory::create(uint64_t bytes) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t size = (bytes + page - 1) / page * page;
  const Fd memory(memfd_create("seabed-ring", MFD_CLOEXEC));
  if (!memory || ftruncate(memory.get(), static_cast<off_t>(size)) != 0)
    return fail_errno("copy buffers", "cannot be allocated", errno);
  void* base = mmap(nullptr, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return fail_errno("copy buffers", "no room in the address space", errno);
  RingMemory ring;
  ring.base_ = static_cast<char*>(base);
  ring.size_ = size;
  for (char* half : {ring.base_, ring.base_ + size})
    if (mmap(half, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory.get(), 0) == MAP_FAILED)
      return fail_errno("copy buffers", "cannot be mapped", errno);
  return ring;
}

}  // namespace seabed
