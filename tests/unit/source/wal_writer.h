#pragma once
// Databases of every flavour, written by librocksdb in another process, for the tests of the reading side.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

namespace seabed::test {

/// A child process that runs `body`; both sides talk by single characters over a socket.
class Child {
 public:
  class Line {
   public:
    explicit Line(int fd) : fd_(fd) {}
    void say(char c) const;
    char hear() const;   // 0 when the other side is gone or silent for too long
    bool heard() const;  // something is waiting
   private:
    int fd_;
  };
  explicit Child(const std::function<int(Line&)>& body);
  ~Child();  // SIGKILL if it still runs
  Line& line() { return line_; }
  int wait();   // exit status, or 128 + the signal
  void kill();  // SIGKILL, and waits
  bool running();

 private:
  pid_t pid_ = -1;
  int fd_ = -1;
  Line line_{-1};
};

enum class Policy { kNone, kCommitted, kPrepared, kUnprepared, kOptimistic };

struct Flavour {
  std::string name;
  Policy policy = Policy::kNone;
  bool two_queues = false;
  bool zstd = false;
  bool recycle = false;
  bool manual_flush = false;
  bool pipelined = false;
  bool unordered = false;
  bool blobs = false;
  int threads = 1;
  size_t write_buffer = 64 << 10;
  bool keep_wals = true;  // in RocksDB's own archive folder
  bool stamps = false;    // a seabed_stamp in each batch
  bool families_come_and_go = false;
  bool reopen = false;           // close and open in the middle
  bool keeps_memtables = false;  // no flush when closing and opening
  bool atomic_flush = false;     // with WALs noted in the MANIFEST
  bool small_manifest = false;   // a new MANIFEST every few edits
  std::string wal_directory;
  /// Every MANIFEST gets a second name in this directory before it can go, as by a linker that is never late.
  std::string manifest_links;
};

/// Writes `batches` batches (with flushes by the small memtable), says 'd', waits for any character, closes
/// the database, returns 0. Before that, batch `pause_at` (if not 0) is preceded by 'p' and a wait.
int write_flavour(const std::string& directory, const Flavour& flavour, uint64_t batches, uint64_t pause_at,
                  Child::Line& line);

/// Scripts for holes: each letter is done in turn — 'w' a logged batch, 'n' one with the WAL disabled, 'i' an
/// ingestion over existing keys, 'j' one of new keys, 'B' a batch of 3 MB, 'W' the WAL's buffer written, 'f' a flush, 'c' a compaction of
/// everything, 'g' a column family added, 'x' it dropped, 'm' import into a new family, 'r' close and open
/// again, 'o' SetOptions, 't' a prepared transaction left open and 'T' its commit, '|' says '|' and waits. At
/// the end says 'd' and waits.
int write_script(const std::string& directory, const std::string& script, const Flavour& flavour,
                 Child::Line& line);

}  // namespace seabed::test
