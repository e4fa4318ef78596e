#pragma once
// Where the template's bytes are: one growing file of records, in memory (acme://name, as long as the process
// lives) or on a disk (acme:///directory, shared by all processes that open it). A real driver has its medium
// here.

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "seabed/store.hpp"

namespace acme {

using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;

/// What one record says. `a` and `b` are small texts (key, upload id …); the bytes follow in the file.
struct Record {
  enum Kind : uint32_t { kPut = 1, kAppend, kRemove, kTags, kBegin, kPart, kComplete, kAbort };
  uint32_t kind = 0;
  uint32_t number = 0;  // of a part
  std::string a, b;
  uint64_t offset = 0, size = 0;  // of the bytes, set by the journal
};

class Journal {
 public:
  ~Journal();
  /// `directory` empty: in memory.
  int32_t open(const std::string& directory, Error&);

  /// Held by every operation: no other thread and no other process writes meanwhile.
  class Lock {
   public:
    ~Lock();
    /// Waits as long as the context permits.
    int32_t take(Journal* journal, const Context&, Error&);

   private:
    Journal* journal_ = nullptr;
    std::unique_lock<std::mutex> thread_;
  };

  /// Hands over the records that were written since the last call. Under the lock.
  int32_t catch_up(const std::function<void(const Record&)>& take, Error&);
  /// Writes one record behind the others, durably. Under the lock, after catch_up; the next one hands it
  /// over.
  int32_t write(Record record, Buffers bytes, const Context&, Error&);
  /// Bytes of the medium; any thread, no lock: what is written stays.
  int32_t read(uint64_t offset, char* to, size_t size, const Context&, Error&) const;

 private:
  int32_t write_all(const std::string& head, Buffers bytes, const Context&, Error&);

  int fd_ = -1;
  bool durable_ = false;
  uint64_t end_ = 0;  // behind the last whole record
  std::mutex threads_;
};

}  // namespace acme
