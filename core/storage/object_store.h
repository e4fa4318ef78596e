#pragma once
// What the engine sees of a medium: objects under one root, addressed by relative keys ("a/b/c"). The engine asks for
// capabilities, never for the scheme. Implementations: driver/ (a loaded plugin) and the decorators beside this file.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/status.h"

namespace seabed {

/// Carried by every call. `deadline` bounds this one call, all of its retries included.
struct IoContext {
  Deadline deadline = after(std::chrono::seconds(60));
  const CancelToken* cancel = nullptr;  // may be null; must outlive the call
  int priority = 0;                     // 0 normal, negative background
  uint64_t trace_id = 0;
};

/// What a medium can do, with its limits. 0 = no limit known.
struct Capabilities {
  bool append = false;           // append() at a position, readable while it grows
  bool conditional_put = false;  // put(kIfAbsent) is atomic
  bool tags = false;
  bool uploads = true;           // objects in parts
  bool list_uploads = false;     // listing and resuming of interrupted uploads
  bool strong_list = true;       // a list sees every earlier write
  bool read_while_uploading = false;
  uint64_t max_put_bytes = 0;
  uint64_t min_part_bytes = 0;   // of every part but the last
  uint64_t max_part_bytes = 0;
  uint32_t max_parts = 0;
  uint32_t max_delete_batch = 0; // 0: one at a time
  uint32_t max_key_length = 0;
  uint32_t max_list_page = 0;
};

struct ObjectStat {
  uint64_t size = 0;
  uint64_t modified_ns = 0;  // 0 when the medium does not tell
  std::string etag;          // opaque; empty when the medium has none
};

struct ListEntry {
  std::string key;  // relative to the root of the store
  uint64_t size = 0;
};

/// Keys rise bytewise. `next` is empty on the last page, else the token for the next call.
struct ListPage {
  std::vector<ListEntry> entries;
  std::string next;
};

struct UploadInfo {
  std::string key;
  std::string upload_id;
  uint64_t started_ns = 0;
};

struct PartInfo {
  uint32_t number = 0;  // from 1
  uint64_t size = 0;
  std::string tag;      // opaque, handed back to complete_upload
};

enum class PutMode { kReplace, kIfAbsent };

/// Pieces of one write, in order; the caller keeps the bytes alive for the call.
using Buffers = std::span<const std::string_view>;

class StoreMetrics;

/// Thread-safe. Every success of a write means durable: a crash of this machine or of the medium's keeps it.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual const Capabilities& capabilities() const = 0;
  /// URI without secrets, for messages.
  virtual std::string describe() const = 0;
  /// Counters of what the medium did since it was opened (metrics.h); null where nobody counts.
  virtual const StoreMetrics* metrics() const { return nullptr; }

  virtual Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) = 0;
  /// Fills `buffer` from `offset`; fewer bytes only at the end of the object, 0 at or behind it.
  virtual Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                                 const IoContext& ctx) = 0;
  /// Atomic: a reader sees all of it or nothing. kIfAbsent: kAlreadyExists when the key is there.
  virtual Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) = 0;

  virtual Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) = 0;
  /// Parts may come in any order and in parallel; the same number again replaces the part.
  virtual Result<PartInfo> upload_part(const std::string& key, const std::string& upload_id, uint32_t number,
                                       Buffers bytes, const IoContext& ctx) = 0;
  /// Joins the parts by number and publishes the object atomically.
  virtual Status complete_upload(const std::string& key, const std::string& upload_id,
                                 std::span<const PartInfo> parts, const IoContext& ctx) = 0;
  virtual Status abort_upload(const std::string& key, const std::string& upload_id, const IoContext& ctx) = 0;
  virtual Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) = 0;
  virtual Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& upload_id,
                                                   const IoContext& ctx) = 0;

  /// Objects whose key begins with `prefix` (no directories: "a/b" also finds "a/bc"); `token` empty at first.
  virtual Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                                const IoContext& ctx) = 0;
  /// One status a key, in order; a missing key is a success. The outer error means that nothing is known.
  virtual Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) = 0;
  /// Writes at `position`, which must be the object's length (0 creates it); kConflict otherwise, and the length then
  /// is found with stat. Returns the new length; the bytes are durable.
  virtual Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) = 0;

  using Tags = std::vector<std::pair<std::string, std::string>>;
  virtual Result<Tags> get_tags(const std::string& key, const IoContext& ctx) = 0;
  virtual Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) = 0;
};

// What every caller wants, over the interface (object_store.cc).
/// The whole object; kCorruption when it is longer than `limit`.
Result<std::string> read_object(ObjectStore& store, const std::string& key, uint64_t limit, const IoContext& ctx);
/// kCorruption when the object ends before `size` bytes.
Result<std::string> read_range(ObjectStore& store, const std::string& key, uint64_t offset, uint64_t size,
                               const IoContext& ctx);
Status put_object(ObjectStore& store, const std::string& key, std::string_view bytes, PutMode mode,
                  const IoContext& ctx);
/// Every page. At most `limit` entries, more is kInvalidArgument.
Result<std::vector<ListEntry>> list_all(ObjectStore& store, const std::string& prefix, const IoContext& ctx,
                                        size_t limit = 10'000'000);
/// The first key at or behind the prefix exists.
Result<bool> any_object(ObjectStore& store, const std::string& prefix, const IoContext& ctx);

}  // namespace seabed
