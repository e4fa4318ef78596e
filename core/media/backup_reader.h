#pragma once
// Reading a data backup destination: what sets there are, what they hold, and the bytes of their files. Files
// of an incremental set may lie in older sets of its chain; the index says where, in one step.

#include <functional>
#include <map>
#include <set>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/format/cipher.h"
#include "core/format/index_file.h"
#include "core/format/meta.pb.h"
#include "core/media/medium.h"
#include "core/media/paths.h"

namespace seabed {

struct SetFacts {
  paths::SetId id;
  bool started = false, success = false, failed = false;  // by placeholders
  std::string end_tag;
  meta::BackupSetDescriptor descriptor;  // of a successful set
  std::optional<Error> problem;          // a successful set whose descriptor cannot be used
  bool usable() const { return success && !problem; }
};

/// What protects a set: whose key or password opens what it wrote itself.
enum class SetProtection { kNone, kMasterKey, kPassword };
SetProtection protection_of(const meta::BackupSetDescriptor& set);
/// What a set's wrapped data key is bound to.
std::string set_key_subject(uint64_t tenant_id, uint64_t set_id);

/// The directory of a set that holds a stream's files of one kind.
struct DataDirectory {
  uint64_t set_id = 0, ls_id = 0;
  std::string kind;  // "sys", "minor", "major"
  uint32_t turn = 1, retry = 0;
  auto operator<=>(const DataDirectory&) const = default;
};

inline constexpr const char* kDataKinds[] = {"sys", "minor", "major"};

/// Thread-safe after load().
class BackupReader {
 public:
  /// kConflict when the destination is not one for data.
  static Result<BackupReader> open(Medium medium);
  /// With the format file that was read before.
  static Result<BackupReader> open(Medium medium, meta::FormatInfo format);
  const meta::FormatInfo& format() const { return format_; }
  const Medium& medium() const { return medium_; }

  /// Reads placeholders and descriptors; rising by set id.
  Status load();
  /// The same of these sets alone, beside a look at the format: one round trip. A set that has no placeholder of its success,
  /// or that is deleted, is not among sets(). kConflict when the destination is of another tenant than `format` says.
  static Result<BackupReader> open_sets(Medium medium, const meta::FormatInfo& format,
                                        const std::vector<paths::SetId>& sets);
  const std::vector<SetFacts>& sets() const { return sets_; }
  /// Sets that have a tombstone: none of them is in sets(), whatever of their objects is still there.
  const std::set<uint64_t>& deleted() const { return deleted_; }
  /// nullptr: no such set, or not usable.
  const SetFacts* usable_set(uint64_t id) const;

  Result<meta::LsMetaInfos> ls_metas(const SetFacts& set) const;
  /// The directory with the winning turn and retry of a stream; nullopt: the set has none of that kind.
  static std::optional<DataDirectory> directory(const SetFacts& set, uint64_t ls, const std::string& kind);
  /// Where the bytes of a file of `from` lie.
  static DataDirectory holder(const DataDirectory& from, const meta::FileMeta& file);

  /// Every entry of an index, in its order; an error of `visit` ends it.
  Status each_file(const DataDirectory& from,
                   const std::function<Status(const meta::FileMeta&)>& visit) const;
  Status each_block(const DataDirectory& from,
                    const std::function<Status(const meta::MacroRange&)>& visit) const;
  Result<IndexReader> open_ranges(const DataDirectory& from) const;
  /// The data key of a set that wrote encrypted; null: it did not. Opened once, with the keys of the medium:
  /// kPermissionDenied 9047 when they are not the right ones.
  Result<const Secret*> set_key(uint64_t set_id) const;
  /// As FileMeta has them: keyed where the holder's set is encrypted. `set_key` is needed for that.
  Result<std::string> file_hash(uint64_t holder_set_id, std::string_view digest) const;
  /// Fills `block`, whose size must be plain_length of the range, and proves it. kCorruption names the data file and
  /// offset.
  Status read_block(const meta::MacroRange& range, std::span<char> block) const;
  /// Fills `pages` with whole pages of the block from page `first` on (64 KiB each, the block's last one shorter) in
  /// one read, and proves each: the result is how many from the front are sound. 0 and an error when the first is not.
  Result<size_t> read_pages(const meta::MacroRange& range, uint32_t first, std::span<char> pages) const;
  Result<std::string> data_key(const meta::PhysicalId& at) const;
  Result<std::string> index_key(const DataDirectory& from, std::string_view index) const;

 private:
  BackupReader(Medium medium, meta::FormatInfo format);
  using Found = std::map<uint64_t, SetFacts>;
  Result<Found> look(std::vector<std::function<Status()>> beside);
  void take(Found found);
  Status read_descriptor(SetFacts* set) const;
  Result<paths::LsData> place(const DataDirectory& from) const;
  Result<IndexReader> open_index(const DataDirectory& from, FileType type, std::string_view index) const;

  /// An encrypted set has no block in clear, and refers to none: a flag, a key or a set was taken away.
  Status check_form(const meta::MacroRange& range) const;
  Status check_holder(const DataDirectory& from, const meta::FileMeta& file) const;

  struct KeyCache;
  Result<const Secret*> attempt_key_of(const meta::MacroRange& range) const;
  Result<size_t> read_stored_pages(const meta::MacroRange& range, uint32_t first, std::span<char> pages,
                                   const std::string& key) const;

  Medium medium_;
  meta::FormatInfo format_;
  std::vector<SetFacts> sets_;
  std::set<uint64_t> deleted_;
  std::map<uint64_t, size_t> by_id_;
  std::shared_ptr<KeyCache> keys_;   // by set and attempt
};

}  // namespace seabed
