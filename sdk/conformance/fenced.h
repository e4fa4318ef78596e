#pragma once
// A struct at the very end of a readable page: whoever looks behind the size that it was told ends by a
// signal.

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace seabed::check {

template <class T>
class Fenced {
 public:
  /// The first `size` bytes of `from` (size < sizeof(T): an older, smaller struct; more than sizeof(T): a
  /// newer one, whose later fields hold noise). Sizes are multiples of 8.
  Fenced(const T& from, size_t size) : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    memory_ = mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED || mprotect(static_cast<char*>(memory_) + page_, page_, PROT_NONE) != 0)
      throw std::runtime_error("no memory");
    char* at = static_cast<char*>(memory_) + page_ - size;
    std::memset(at, 0x5A, size);
    std::memcpy(at, &from, size < sizeof(T) ? size : sizeof(T));
    struct_ = reinterpret_cast<T*>(at);
    struct_->struct_size = static_cast<decltype(struct_->struct_size)>(size);
  }
  ~Fenced() { munmap(memory_, 2 * page_); }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  T* get() const { return struct_; }
  T* operator->() const { return struct_; }

 private:
  const size_t page_;
  void* memory_ = nullptr;
  T* struct_ = nullptr;
};

}  // namespace seabed::check
