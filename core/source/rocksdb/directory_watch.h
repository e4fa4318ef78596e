#pragma once
// File names as they come and go in a few directories, told by one inotify queue: after a drain everything
// that was created before it is known, at the cost of the changes only, however many files there are. Not
// thread-safe.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"

namespace seabed::rocksdb_source {

class DirectoryWatch {
 public:
  /// Begins anew with these directories; one that does not exist is left out and told by `missing`. kIo when
  /// the system gives no queue (fs.inotify.max_user_instances).
  Status begin(const std::vector<std::string>& directories);

  struct Change {
    size_t directory = 0;  // index of begin's list
    bool there = false;    // created or moved in; else deleted or moved out
    const char* name = nullptr;
  };
  enum class Drain {
    kFine,
    kAgain,  // events were lost, or a directory was replaced, or one that was missing is there: begin anew
             // and list
  };
  Drain drain(const std::function<void(const Change&)>& changed);
  bool active() const { return static_cast<bool>(queue_); }

 private:
  Fd queue_;
  std::vector<int> watches_;  // watch descriptor -> index
  std::vector<std::string> missing_;
  std::vector<char> buffer_;
};

}  // namespace seabed::rocksdb_source
