#pragma once
// What a running copy writes down on this machine, so that a killed one need not send its parts again: which blocks
// stand where in a data directory, which uploads are open, which parts and data files have arrived. Written behind what
// it tells and never synced: a record that is missing costs sending a part again, and nothing is believed for it alone
// (backup_writer_data.cc reads the sources again and compares, lesson 7).

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/checksum.h"
#include "core/base/fd.h"
#include "core/format/meta.pb.h"

namespace seabed {

/// Where the blocks of a data file begin: behind its padded header (docs/format/backup-set.md).
inline constexpr uint64_t kDataFileHeader = 4096;

/// A block that has been given its place. `hash`: XXH3-128 of its stored bytes.
struct JournalBlock {
  uint32_t rank = 0;       // of its source among the copy's files
  uint32_t block = 0;
  uint32_t file = 0;       // data file, from 0
  uint64_t offset = 0;
  uint32_t length = 0;     // stored
  Hash128 hash{};
  bool operator==(const JournalBlock&) const = default;
};
/// A part that the medium has taken.
struct JournalPart {
  uint64_t size = 0;
  Hash128 hash{};
  std::string tag;         // as the store gave it
};
/// A data file all of whose parts have arrived; it is whole when the medium has an object of that size.
struct JournalFile {
  uint64_t size = 0;
  Hash128 hash{};
};

/// Everything that a journal tells.
struct CopyMemory {
  std::string shape;                         // how parts and files were cut; another shape cannot be gone on with
  std::vector<meta::FileMeta> files;         // of the copy, in its order
  std::vector<JournalBlock> blocks;          // by (file, offset), without a gap from the front
  std::map<uint32_t, std::string> uploads;   // by data file
  std::map<std::pair<uint32_t, uint32_t>, JournalPart> parts;   // by data file and number
  std::map<uint32_t, JournalFile> done;      // data files that were about to be whole
};

/// Thread-safe. A journal that cannot be written goes silent: the copy goes on without it.
class CopyJournal {
 public:
  /// Up to its first damaged record; kCorruption when not even the list of files is whole.
  static Result<CopyMemory> read(const std::string& path);
  /// Replaces what is at `path`, whose directory is made.
  static Result<std::unique_ptr<CopyJournal>> create(const std::string& path, const CopyMemory& memory);
  /// From here on the journal tells what `memory` tells, and what is added.
  Status rewrite(const CopyMemory& memory);

  void block(const JournalBlock& block);
  void upload(uint32_t file, const std::string& id);
  void part(uint32_t file, uint32_t number, const JournalPart& part);
  void done(uint32_t file, const JournalFile& whole);

 private:
  explicit CopyJournal(std::string path) : path_(std::move(path)) {}
  void append(const std::string& body);
  bool write(const std::string& body);

  const std::string path_;
  std::mutex mutex_;
  Fd fd_;
  bool silent_ = false;
};

/// Of `memory`: what is left when only the first `blocks` blocks count. Later parts and files are forgotten.
void keep_blocks(CopyMemory* memory, size_t blocks);

}  // namespace seabed
