#pragma once
// Appends the log groups of one stream to piece_…/logstream_N/log/<n>.obarc (docs/format/archive-objects.md), in the form
// that the medium has for it (log_form.h). Every file is made by one writer only and names its predecessor's accepted
// length and hash, so that what an older writer appends later is ignored. Not thread-safe: one archiver thread owns it.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/media/archive_stream.h"
#include "core/format/stored_group.h"
#include "core/media/log_file_form.h"
#include "core/media/log_form.h"
#include "core/storage/object_store.h"

namespace seabed {

struct ArchiveWriterOptions {
  uint64_t epoch = 0;
  std::string writer;             // who, for people: the lease's owner
  uint64_t file_size = 64ull << 20;
  uint64_t file_groups = 40'000;  // each append has one at least, and an Azure append blob takes 50,000 appends
  LogFormFn form;                 // null: groups are stored as they are
  std::function<uint64_t()> form_turn;   // null: never another; else a file ends where it gives another number than before
};

class ArchiveWriter {
 public:
  /// `last`: the newest file of the stream as resume found it (file_id 0: none). It is never appended to.
  ArchiveWriter(ObjectStore& store, const ArchiveStreamId& id, ArchiveWriterOptions options, LogFile last);

  /// Begins the next file: in the same piece the next number, in another piece number 1. An error may be tried again
  /// with the same arguments. The file before it is sealed first. kFenced: a newer epoch has that file; kConflict: an
  /// older epoch's file is there that resume did not see: resume again. kGap: the medium lost a part of the file before.
  Status open_file(uint64_t piece_id, uint64_t incarnation, const Lsn& start, Scn now, const IoContext& ctx);
  /// True when the current file is full, none is open, or its tail is not ours: open_file must come first.
  bool needs_file() const;
  /// One append of whole groups, encoded plain, to the current file, which stores them in its form: they are equal bytes
  /// at each try. After an error, call it again with the same groups: what did arrive is found and not written twice. kConflict (needs_file() is true then): foreign bytes behind the accepted
  /// length. kCorruption: the medium lost what it had confirmed.
  Status append(std::span<const EncodedGroup> groups, const IoContext& ctx);

  /// Says on the medium that the current file is complete; nothing can be appended to it afterwards.
  Status seal(const IoContext& ctx);

  /// Where in the file each group of the last successful append begins.
  const std::vector<uint64_t>& offsets() const { return offsets_; }

  const LogFile& current() const { return file_; }
  uint64_t piece_id() const { return file_.piece_id; }

 private:
  struct FileForm {
    bool compress = false;
    std::optional<LogFileCipher> cipher;
    bool plain() const { return !compress && !cipher; }
  };
  std::string key() const;
  Status make_pending(const std::string& key, const LogFile& next, uint64_t incarnation, const Lsn& start, Scn now);
  Result<std::vector<EncodedGroup>> stored(std::span<const EncodedGroup> groups) const;
  Status append_stored(std::span<const EncodedGroup> groups, const IoContext& ctx);
  Status accept(std::span<const EncodedGroup> groups);
  Status look(std::span<const EncodedGroup> groups, uint64_t total, uint64_t* there, const IoContext& ctx);
  Status write(std::span<const EncodedGroup> groups, uint64_t from, uint64_t to, const IoContext& ctx);
  Status settle_open(const std::string& key, const std::string& header, const IoContext& ctx);

  ObjectStore& store_;
  std::unique_ptr<LogForm> form_;
  ArchiveStreamId id_;
  ArchiveWriterOptions options_;
  LogFile file_;                 // current, or the predecessor while !open_
  Hasher128 hasher_;             // of the current file's accepted bytes
  bool open_ = false;            // the current file was created by this writer
  bool foreign_tail_ = false;
  bool in_doubt_ = false;        // an append failed: look before the next
  uint64_t pending_end_ = 0;     // where that append was to end: it is tried again as it was
  std::string pending_key_, pending_header_;  // of an open_file whose outcome is not known
  FileForm pending_form_;
  FileForm form_of_file_;        // from its header on: another one would use a nonce twice
  uint64_t form_turn_ = 0, pending_turn_ = 0;
  std::vector<uint64_t> offsets_;
};

}  // namespace seabed
