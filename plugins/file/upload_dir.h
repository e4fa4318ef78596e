#pragma once
// An upload on the medium: .seabed-tmp/u-<id>/ with
//   key    when it began (decimal ns), a line end, the key
//   data   part n at (n - 1) * part_bytes, part_bytes being the size of the first part that came (or as
//   announced) x<n>   a part that does not fit its slot; complete then joins by copying index  header {magic,
//   part_bytes}, then a record a part: what is there and how large
// Parts are made durable by complete, not one by one: a record counts only on the boot that wrote it.

#include <optional>
#include <string>

#include "path.h"

namespace seabed_file {

struct UploadRecord {
  uint64_t size = 0;
  uint64_t boot = 0;    // a hash of the boot id
  uint32_t number = 0;  // from 1; 0: no part
  uint32_t apart = 0;   // 1: in x<n>
};

class UploadDir {
 public:
  /// Makes one; its id goes to the host.
  int32_t create(int temp_dir, const std::string& key, uint64_t part_bytes, Error& error);
  /// SEABED_NOT_FOUND when there is no such upload of this key (any key, when `key` is null).
  int32_t open(int temp_dir, const std::string& id, const char* key, Error& error);

  int32_t open_file(const char* name, int flags, Fd* out, Error& error) const;
  /// The slot size; the first to ask decides on `proposal`.
  int32_t part_bytes(uint64_t proposal, uint64_t* out, Error& error) const;
  int32_t write_record(const UploadRecord& record, Error& error) const;
  /// nullopt: no such part of this boot.
  std::optional<UploadRecord> read_record(uint32_t number) const;
  uint32_t max_number() const;
  void destroy(int temp_dir);
  /// Removes what a process left that died while it made, published or aborted an upload: such a one is in no listing.
  static void remove_if_dead(int temp_dir, const std::string& id);

  const std::string& id() const { return id_; }
  const std::string& key() const { return key_; }
  uint64_t started_ns() const { return started_ns_; }
  int dir() const { return dir_.get(); }
  static std::string part_file(uint32_t number) { return "x" + std::to_string(number); }

 private:
  int32_t make_directory(int temp_dir, Error& error);
  int32_t read_key(Error& error);
  std::string id_, key_;
  uint64_t started_ns_ = 0;
  Fd dir_, index_;
};

}  // namespace seabed_file
