// Opening a MANIFEST and building its state: the start of a round, and resuming (manifest_tail.h).

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/file_owner.h"
#include "core/source/rocksdb/manifest_tail.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kChunk = 256 << 10;
}  // namespace

/// CURRENT is replaced by a rename: the same inode and time mean the same content.
Result<uint64_t> ManifestTail::current() {
  struct stat st {};
  const std::string path = database_ + "/CURRENT";
  const bool there = ::lstat(path.c_str(), &st) == 0;
  if (there && current_number_ != 0 && st.st_ino == current_inode_ &&
      st.st_ctim.tv_sec == current_changed_.tv_sec && st.st_ctim.tv_nsec == current_changed_.tv_nsec)
    return current_number_;
  SEABED_TRY(const Fd dir, open_directory(database_));
  SEABED_TRY(const Fd fd, open_beneath(dir.get(), "CURRENT", O_RDONLY));
  char text[64];
  SEABED_TRY(const size_t n, pread_full(fd.get(), text, 0, path));
  SEABED_TRY(const uint64_t number, parse_current({text, n}));
  if (::fstat(fd.get(), &st) != 0) return fail_errno(path, "cannot be inspected", errno);
  current_number_ = number;
  current_inode_ = st.st_ino;
  current_changed_ = st.st_ctim;
  return number;
}

Result<Fd> ManifestTail::open(uint64_t number) const {
  auto fd = live_directory_.open(manifest_name(number));
  if (!fd && fd.error().code == Code::kNotFound && !pins_.empty())
    fd = pin_directory_.open(manifest_name(number));
  if (fd) SEABED_CHECK(check_owner(fd->get(), manifest_name(number), database_owner(database_)));
  return fd;
}

/// Builds the state from byte 0 up to `end` (exact), or as far as whole records go.
Status ManifestTail::open_at(uint64_t number, uint64_t end, bool exact) {
  SEABED_TRY(file_, open(number));
  number_ = number;
  offset_ = 0;
  version_ = std::make_unique<Version>();
  old_.reset();
  LogParser parser(number);
  const std::string name = manifest_name(number);
  size_t piece = kChunk;
  while (!exact || offset_ < end) {
    SEABED_TRY(const size_t n, fill(offset_, piece));
    size_t at = 0;
    ParseResult r;
    while (!exact || offset_ < end) {
      r = parser.next({buffer_.data() + at, n - at}, offset_);
      if (r.outcome != ParseOutcome::kRecord) break;
      SEABED_CHECK(version_->apply(r.record.data, name));
      at += r.record.end - offset_;
      offset_ = r.record.end;
    }
    if (r.outcome == ParseOutcome::kUnsupported)
      return fail(Code::kUnsupported, name, r.reason, "use a newer Seabed");
    if (n < piece || r.outcome == ParseOutcome::kCorrupt) break;
    piece = at == 0 ? piece * 2 : kChunk;
  }
  if (exact && offset_ != end)
    return fail(Code::kGap, name, "it does not reach to " + std::to_string(end) + ", where the archive ended",
                "begin a new round");
  return ok();
}

Status ManifestTail::start() {
  for (int turn = 0;; ++turn) {  // CURRENT may move on while we open what it named
    SEABED_TRY(const uint64_t number, current());
    const Status opened = open_at(number, 0, false);
    if (opened || opened.error().code != Code::kNotFound || turn == 100) return opened;
  }
}

Status ManifestTail::resume(uint64_t number, uint64_t offset) {
  Status opened = open_at(number, offset, true);
  if (!opened && opened.error().code == Code::kNotFound)
    return fail(Code::kGap, manifest_name(number),
                "it is gone, and the edits behind " + std::to_string(offset) + " with it",
                "begin a new round; run the linker beside the agent to keep such files");
  return opened;
}

}  // namespace seabed::rocksdb_source
