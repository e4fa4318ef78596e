#pragma once
// One data directory of a log stream on its way: files in, macroblocks and three indexes out. Lanes copy side by side;
// an interrupted copy is gone on with by reading its sources again in the order of its journal (ls_data_replay.cc).

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/flow/in_order.h"
#include "core/flow/source_file.h"
#include "core/format/index_file.h"
#include "core/media/backup_writer.h"
#include "core/media/backup_writer_upload.h"
#include "core/media/copy_journal.h"
#include "core/media/stored_block.h"

namespace seabed {

/// A file system: parts cost no request, and nothing is gained by sending several at a time.
inline bool is_local(const Capabilities& caps) { return caps.min_part_bytes == 0; }
PartStreamOptions part_stream_options(const BackupWriterOptions& options, const Capabilities& caps);
/// What must be equal for the parts of an earlier copy to come out the same.
std::string copy_shape(const BackupWriterOptions& options, const Capabilities& caps);

/// One of the three indexes of a directory.
struct IndexObject {
  IndexObject(ObjectStore& store, FileType type, const std::string& name, const paths::LsData& data, MakeIo io);
  Result<meta::FileEntry> finish();
  StreamedObject object;
  IndexWriter writer;
};

class LsDataCopy {
 public:
  LsDataCopy(ObjectStore& store, const paths::LsData& data, std::vector<CopyFile> files, MakeIo io,
             const BackupWriterOptions& options, PageForm form, CopyCounters* counters);
  ~LsDataCopy();
  /// Writes down at `path` what has been done. With `memory`, what an earlier process wrote down there, that copy is
  /// gone on with. Before run().
  Status keep_journal(const std::string& path, CopyMemory* memory);
  Status run();
  /// The last parts and the three indexes side by side: each waits for syncs or requests of its own.
  Result<LsDataOutcome> finish();
  bool source_failed() const { return source_failed_; }

 private:
  struct CopiedFile {
    meta::FileMeta meta;
    std::vector<meta::MacroRange> blocks;
    bool missing = false;
  };
  /// A source whose blocks are being copied.
  struct OpenFile {
    OpenFile(Fd fd, const meta::FileMeta& meta, uint32_t rank)
        : source(std::move(fd), meta.size(), meta.name()), out{meta, {}, false}, rank(rank) {}
    bool whole() const;
    SourceFile source;
    CopiedFile out;
    const uint32_t rank;
    uint64_t next = 0;     // block
  };
  using Room = std::function<Result<StreamSlot>(uint64_t length)>;

  Status lane();
  Result<CopiedFile> copy(uint64_t rank);
  std::unique_ptr<OpenFile> open(uint64_t rank) const;
  Status deliver(uint64_t rank, CopiedFile done);
  CopiedFile end_file(OpenFile& file) const;
  Result<StreamSlot> fill(OpenFile& file, const Room& room);
  PageCompression tried_on(const OpenFile& file) const;
  Result<StreamSlot> fill_packed(OpenFile& file, const Room& room);
  Result<StreamSlot> store_packed(OpenFile& file, std::string_view plain, const BlockHashes& hashes, const Room& room);
  Result<StreamSlot> store_plain(OpenFile& file, std::string_view plain, const BlockHashes& hashes, const Room& room);
  void stored(OpenFile& file, const StreamSlot& slot, meta::MacroRange entry);
  meta::MacroRange range(const OpenFile& file, const StreamSlot& slot) const;
  meta::MacroRange plain_range(const OpenFile& file, const StreamSlot& slot, const BlockHashes& hashes) const;
  JournalBlock written_down(const OpenFile& file, const StreamSlot& slot) const;
  Status copy_block(OpenFile& file);
  Status send_parts();
  Status stay_to_send();
  uint32_t lanes() const;
  Status upload_ready_parts();
  Status index(const CopiedFile& file);
  tl::unexpected<Error> source_error(Error error);

  // ls_data_replay.cc
  Status adopt(CopyMemory* memory);
  Result<uint32_t> whole_files(const CopyMemory& memory);
  Status adopt_uploads(CopyMemory* memory);
  size_t reproducible(const CopyMemory& memory) const;
  uint64_t least_stored(uint64_t size, uint64_t placed) const;
  bool room_for_parts(const CopyMemory& memory, uint32_t file, uint32_t parts) const;
  Status replay();
  Result<bool> replay_block(OpenFile& file, size_t i);
  Status read_again(OpenFile& file, const JournalBlock& before);
  Status forget_from(size_t block);
  Status deliver_trivial();

  ObjectStore& store_;
  const MakeIo io_;
  const paths::LsData data_;
  std::vector<CopyFile> files_;
  const BackupWriterOptions& options_;
  const PageForm form_;
  CopyCounters* counters_;
  const bool local_;
  std::atomic<int> writers_ = 0;
  std::atomic<uint32_t> copying_ = 0;            // lanes with a file
  std::atomic<int> senders_ = 0;                 // lanes without one
  std::unique_ptr<PartStream> stream_;
  std::unique_ptr<CopyJournal> journal_;         // outlives uploads_
  CopyMemory* memory_ = nullptr;                 // of the copy that is gone on with
  uint32_t first_file_ = 0;                      // data files before it are whole on the medium
  std::set<uint64_t> delivered_;                 // by the replay
  std::map<uint64_t, std::unique_ptr<OpenFile>> begun_;   // by the replay, for the lanes
  uint64_t low_ = 0;                             // of the replay: every smaller rank is delivered
  DataFileUploads uploads_;
  IndexObject ranges_, metas_, secondary_;
  InOrder<CopiedFile> order_;
  LsDataOutcome outcome_;
  std::atomic<uint64_t> next_ = 0;
  std::atomic<bool> source_failed_ = false;
};

}  // namespace seabed
