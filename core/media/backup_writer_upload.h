#pragma once
// Objects that leave in parts while they are still being made.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/checksum.h"
#include "core/flow/part_stream.h"
#include "core/format/meta.pb.h"
#include "core/media/copy_journal.h"
#include "core/storage/object_store.h"

namespace seabed {

using MakeIo = std::function<IoContext()>;

/// After a failure or a cancel: with a deadline of its own and no token. A leftover is found by list_uploads later.
void abort_quietly(ObjectStore& store, const std::string& key, const std::string& upload_id);

/// One object from a stream of bytes, in order: for indexes. Small ones are put in one piece. Not thread-safe.
class StreamedObject {
 public:
  StreamedObject(ObjectStore& store, std::string key, uint64_t part_bytes, MakeIo io);
  ~StreamedObject();                 // aborts what was not finished
  Status write(std::string_view bytes);
  /// Durable afterwards. `key` of the entry is the object's whole key.
  Result<meta::FileEntry> finish();

 private:
  Status flush();
  ObjectStore& store_;
  const std::string key_;
  const uint64_t part_bytes_;
  const MakeIo io_;
  std::string buffer_, upload_id_;
  std::vector<PartInfo> parts_;
  Hasher128 hash_;
  uint64_t size_ = 0;
};

/// The numbered data files of one directory, fed with the parts of a PartStream by many threads.
class DataFileUploads {
 public:
  DataFileUploads(ObjectStore& store, std::function<std::string(uint32_t file)> key, MakeIo io);
  ~DataFileUploads();                // aborts what was not finished
  /// Tells it what has arrived. Before the first take(); must outlive this.
  void keep_journal(CopyJournal* journal) { journal_ = journal; }
  /// An interrupted copy left this upload with these parts (those of `memory`): what comes again equal is not sent.
  void adopt(uint32_t file, const std::string& upload_id, const CopyMemory& memory);
  /// This data file is whole; none of its parts will come.
  void adopt_whole(uint32_t file, const JournalFile& whole);
  /// The destructor aborts nothing.
  void leave_open() { leave_open_ = true; }
  /// Each part once, in any order as far as ids rise at the time of claim().
  Status take(const StreamPart& part);
  /// Wakes waiting threads with kCancelled: something failed.
  void stop();
  /// All of them, when every part was taken; keys whole.
  Result<std::vector<meta::FileEntry>> entries();

 private:
  struct File {
    std::string upload_id;
    Hasher128 hash;
    uint64_t size = 0;
    uint32_t expected = 0;           // parts, once the last one is known
    uint32_t empty = 0;              // 1: the last part has no bytes
    std::vector<PartInfo> parts;
    bool done = false;
    std::optional<Hash128> known;    // of a file that was whole before
  };
  Result<std::string> enter(const StreamPart& part);
  Status wait_for_another(uint32_t id);
  Status add(const StreamPart& part, PartInfo info);
  Status complete(uint32_t id, File& file, std::vector<PartInfo> parts);
  Result<PartInfo> send(const StreamPart& part, const std::string& upload_id);

  ObjectStore& store_;
  const std::function<std::string(uint32_t)> key_;
  const MakeIo io_;
  std::mutex mutex_;
  std::condition_variable turn_;
  uint64_t next_id_ = 0;             // whose bytes are hashed next: parts enter in the order of the file
  bool failed_ = false, leave_open_ = false;
  CopyJournal* journal_ = nullptr;
  std::map<std::pair<uint32_t, uint32_t>, JournalPart> there_;   // by data file and number
  std::map<uint32_t, File> files_;
};

}  // namespace seabed
