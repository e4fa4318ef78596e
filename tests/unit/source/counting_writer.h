#pragma once
// A database written by another process, whose every state is known from one number: batch i puts "counter" =
// i and a few keys that follow from i alone. A restored database must equal the model of the counter that it
// holds.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace seabed::test {

struct WriterOptions {
  std::vector<std::string> families = {"default", "left", "right"};
  size_t write_buffer = 64 << 10;
  bool blobs = false;
  bool transactions = false;     // TransactionDB; every batch by prepare and commit
  uint64_t prepare_only_at = 0;  // this batch is prepared and never committed
  std::string wal_compression;   // "zstd"
  uint64_t create_at = 0;        // batch before which the family "late" is created
  uint64_t drop_at = 0;          // batch before which the family "left" is dropped
  std::string wal_dir;           // where the writer keeps its log; a restored copy is opened without it
  bool track_wals = false;       // track_and_verify_wals_in_manifest
  uint64_t stamps_from = 0;      // SCN: batch n carries the application's stamp stamps_from + 1000 n
  uint64_t pause_us = 0;
  uint64_t wal_ttl_s = 3600;      // RocksDB's own archive folder keeps old logs; 0: they are deleted
  uint64_t manifest_bytes = 0;    // rotates the MANIFEST often
  uint64_t batches = UINT64_MAX;  // stops writing then, and waits to be told to end
};

/// Family -> key -> value after batches 1 … n.
std::map<std::string, std::map<std::string, std::string>> model_after(const WriterOptions& options,
                                                                      uint64_t n);

class CountingWriter {
 public:
  /// Forks; returns when the database is open.
  CountingWriter(const std::string& directory, const WriterOptions& options);
  ~CountingWriter();
  /// Batches acknowledged so far, as told through shared memory.
  uint64_t acknowledged() const;
  /// Waits (bounded) until that many are.
  bool wait_for(uint64_t batches) const;
  void stop();  // closes the database
  void kill();  // SIGKILL

 private:
  void reap();
  pid_t pid_ = -1;
  struct Shared;
  Shared* shared_;
};

/// Runs `body` in a child (librocksdb may abort on odd input); its exit status, or 128 + the signal.
int in_child(const std::function<int()>& body);

/// Opens the database in a child, with the families it has, and compares all of it with the model of its
/// counter. Empty when equal, else what differs. `counter`: the state found.
std::string compare_with_model(const std::string& directory, const WriterOptions& options, uint64_t* counter);

}  // namespace seabed::test
