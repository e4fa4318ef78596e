#pragma once
// The log groups of one stream over a run of pieces, in order. Follows the chain of files: the header of a
// file names the accepted length and hash of the one before; bytes beyond are nobody's
// (docs/format/log-file.md).

#include <functional>
#include <memory>
#include <optional>

#include "core/base/checksum.h"
#include "core/format/log_types.h"
#include "core/format/stored_group.h"
#include "core/media/archive_reader.h"
#include "core/media/log_object.h"

namespace seabed {

/// Where a reader stood: it goes on there without reading what came before.
struct StreamLogPlace {
  paths::PieceKey piece;
  uint32_t file = 0;
  uint64_t offset = 0;   // of a group
  Scn last_scn = 0;      // of the group before it
  bool operator==(const StreamLogPlace&) const = default;
};

struct StreamLogStart {
  Lsn lsn;      // log groups ending at or before it are left out
  Scn scn = 0;  // so are metadata groups stamped at or before it
  std::optional<StreamLogPlace> place{};  // begin there; its piece must be among those given
};

/// Whether the keys of the medium open the first and the last log file of a stream in a piece: master keys rise with time,
/// and a key backup has all up to one. ok() when they are plain. kPermissionDenied with ob_error 9047 when not.
Status check_log_key(const Medium& medium, const PieceFacts& piece, uint64_t ls);

/// Streams in reads of at most 4 MiB; a group is the largest thing it holds. Not thread-safe. Errors name the
/// file: kGap when one is missing, kCorruption when one is shorter than accepted or does not hold what was
/// written.
class StreamLog {
 public:
  /// `pieces`: rising, of one destination, none with a problem. Empty pieces are passed over.
  StreamLog(Medium medium, std::vector<PieceFacts> pieces, uint64_t ls, StreamLogStart start);
  /// Files whose key is not at hand are read all the same: their groups come as they are stored (`stored` says so), and
  /// the files' bytes are proved.
  void pass_locked() { pass_locked_ = true; }
  /// False at the durable end of the last piece.
  Result<bool> next(LogGroup* group);
  /// Of the last group that next() gave (it comes again), or behind the last one when next() gave none. nullopt: nothing
  /// was opened yet.
  std::optional<StreamLogPlace> place() const;
  /// Where the last group came from, for messages.
  const std::string& current_key() const { return key_; }
  uint64_t bytes_read() const { return bytes_; }

 private:
  /// How much of a file counts, and who says so.
  struct Accepted {
    uint64_t length = 0;
    std::string hash;
  };
  struct FileAt {
    size_t piece = 0;
    uint32_t id = 0;
  };
  Result<bool> open_next_file();
  Result<std::optional<FileAt>> following(const FileAt* at) const;
  Result<Accepted> accepted(const FileAt& at) const;
  Result<meta::LogFileHeader> header_of(const FileAt& at) const;
  Result<meta::LogFileHeader> read_header(const FileAt& at, LogObject& object, size_t* used) const;
  Status check_header(const FileAt& at, const meta::LogFileHeader& header) const;
  Result<const meta::LsPieceProgress*> progress(size_t piece) const;
  Result<const meta::LsFileList*> file_list(size_t piece) const;
  Result<bool> open_at(const StreamLogPlace& place);
  Result<std::optional<FileAt>> file_of(const StreamLogPlace& place) const;
  Status take_key(const meta::LogFileHeader& header);
  Status check_clear(const meta::LogFileHeader& header, const std::string& what) const;
  Status fill(size_t wanted);
  Status close_file();
  bool wanted(const LogGroup& group) const;
  std::string key_of(const FileAt& at) const;
  tl::unexpected<Error> damaged(const std::string& key, std::string reason,
                                Code code = Code::kCorruption) const;

  const Medium medium_;
  const std::vector<PieceFacts> pieces_;
  const uint64_t ls_;
  const StreamLogStart start_;
  mutable std::vector<std::optional<meta::LsFileList>> lists_;

  std::optional<FileAt> at_;
  std::unique_ptr<LogObject> object_;
  std::string key_;
  Accepted end_, previous_;
  bool has_previous_ = false;
  std::string opened_wrap_;             // serialized KeyWrap that data_key_ came from: writers keep one for many files
  Secret data_key_;
  std::optional<LogFileCipher> cipher_; // of the open file
  bool pass_locked_ = false, locked_ = false;
  bool encrypted_before_ = false;       // a file that was opened before is encrypted, and by a writer that proves files in clear
  Hasher128 hash_;
  std::string buffer_;  // bytes read and not yet taken begin at taken_
  size_t taken_ = 0;
  uint64_t offset_ = 0;  // of the next read
  Scn last_scn_ = 0;
  bool from_middle_ = false;            // of the open file: its hash cannot be told, groups have their own
  uint64_t group_offset_ = 0;           // of the last group, and what stood before it
  Scn group_before_ = 0;
  bool at_end_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace seabed
