#pragma once
// Writing a backup set: metadata files in the frame, data directories through the copy pipeline, the merged indexes.
// Knows the tree and the bytes; what belongs into a set and when is core/engine/backup's. Reading is backup_reader.h.
// A file is written once. After a crash the same file may be written again: equal bytes are accepted as they are, and
// other bytes replace them, which can only happen in a set that has no end placeholder yet.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.h"
#include "core/format/cipher.h"
#include "core/format/frame.h"
#include "core/format/meta.pb.h"
#include "core/media/paths.h"
#include "core/media/stored_block.h"
#include "core/storage/object_store.h"

namespace seabed {

struct CopyMemory;   // copy_journal.h

struct BackupWriterOptions {
  uint64_t part_bytes = 16ull << 20;        // of uploads; fitted to the store's limits
  uint64_t data_file_bytes = 4ull << 30;    // backup_data_file_size
  uint64_t memory_bytes = 64ull << 20;      // of copy buffers
  uint32_t threads = 2;
  std::chrono::milliseconds request_deadline{60'000};
  const CancelToken* cancel = nullptr;      // must outlive the writer
  uint64_t trace_id = 0;
  PageCompression compression = PageCompression::kNone;   // where it saves a tenth
  std::optional<Secret> data_key{};         // of the set: pages are encrypted and the files' hashes keyed
};

/// One file of a snapshot on its way into a set.
struct CopyFile {
  meta::FileMeta meta;                      // holder_set_id != 0: reused, only its entry is written
  std::function<Result<Fd>()> open;
  std::function<void()> copied;             // may be empty; called when its bytes were read and handed on
};

/// Counters of a running copy, read from other threads.
struct CopyCounters {
  std::atomic<uint64_t> bytes{0}, blocks{0}, files{0};   // bytes: read from the source
  std::atomic<uint64_t> stored{0};                       // bytes of blocks, as they are written
};

struct LsDataOutcome {
  std::vector<meta::FileEntry> files;       // keys relative to the set's directory
  uint64_t input_bytes = 0;                 // read from the source
  uint64_t output_bytes = 0;                // written, indexes included
  uint64_t blocks = 0, reused_files = 0, reused_bytes = 0;
  std::vector<std::string> missing;         // could not be opened and are not in the directory: a new turn is needed
};

/// Why a copy ended early: the source's fault (what must be copied is no longer there) wants a new look, the
/// destination's another attempt.
struct CopyFailure {
  Error error;
  bool source = false;
};

/// A whole object, ready to be written.
struct FramedObject {
  std::string key, bytes;
};
FramedObject frame_message(const std::string& key, FileType type, const google::protobuf::MessageLite& message);

/// Thread-safe but for copy_ls_data, which runs threads of its own.
class BackupSetWriter {
 public:
  BackupSetWriter(std::shared_ptr<ObjectStore> store, const paths::SetId& set, BackupWriterOptions options);

  /// A framed message; `key` from paths::. Returns its entry for the descriptor.
  Result<meta::FileEntry> put(const std::string& key, FileType type, const google::protobuf::MessageLite& message);
  /// Several of them side by side: each costs its own round trips or syncs.
  Result<std::vector<meta::FileEntry>> put_all(const std::vector<FramedObject>& objects);
  meta::FileEntry entry_of(const FramedObject& object) const;
  /// One data directory. `files` rise by (tablet, logical id). Everything is durable when it returns; after a failure
  /// nothing of it is wanted any more and its open uploads are aborted.
  /// `journal`: path of a local file in which the copy writes down what has arrived (copy_journal.h), only where
  /// can_go_on(); the caller removes it. `memory`: what an earlier process wrote down for the same directory, whose copy
  /// is gone on with; `files` are that copy's, in its order, and those that are gone have no `open`. A copy with a
  /// journal that is cancelled leaves its uploads open.
  tl::expected<LsDataOutcome, CopyFailure> copy_ls_data(const paths::LsData& data, std::vector<CopyFile> files,
                                                        CopyCounters* counters, const std::string& journal = {},
                                                        CopyMemory* memory = nullptr);
  /// Parts cost requests and can be listed. Encrypted ones are never gone on with: two contents must not meet one nonce.
  bool can_go_on() const;
  /// The tenant-level index of `kind`: the streams' own, one behind the other by rising ls id.
  Result<std::vector<meta::FileEntry>> merge_indexes(const std::string& kind, uint32_t turn, uint32_t retry,
                                                     const std::vector<paths::LsData>& streams, uint64_t parent_set_id);

  ObjectStore& store() { return *store_; }
  const paths::SetId& set() const { return set_; }
  IoContext io() const;
  std::string relative_to_set(const std::string& key) const;

 private:
  Result<meta::FileEntry> merge_index(FileType type, const std::string& index, const std::string& kind, uint32_t turn,
                                      uint32_t retry, const std::vector<paths::LsData>& streams, uint64_t parent);

  std::shared_ptr<ObjectStore> store_;
  paths::SetId set_;
  BackupWriterOptions options_;
};

/// Writes a whole object once: an equal one is accepted, another one replaced.
Status put_once(ObjectStore& store, const std::string& key, std::string_view bytes, const IoContext& io);

}  // namespace seabed
