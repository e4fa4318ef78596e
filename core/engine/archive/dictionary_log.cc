#include "core/engine/archive/dictionary_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/bytes.h"
#include "core/format/frame.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"

namespace seabed::archive {

namespace {
constexpr uint64_t kCompactAt = 4ull << 20;
constexpr size_t kMostLocal = 4ull << 30;
}  // namespace

Lsn encode_lsn(const DictionaryPosition& p) {
  Lsn lsn;
  put_be64(lsn.bytes, p.incarnation);
  put_be64(lsn.bytes, p.records);
  return lsn;
}

Result<DictionaryPosition> decode_dictionary_lsn(const Lsn& lsn) {
  if (lsn.empty()) return DictionaryPosition{};
  if (lsn.bytes.size() != 16) return fail(Code::kCorruption, "log stream 1", "a position that is none of its own");
  return DictionaryPosition{load_be64(lsn.bytes.data()), load_be64(lsn.bytes.data() + 8)};
}

Result<DictionaryLog> DictionaryLog::open(const std::string& directory, Scn now) {
  SEABED_CHECK(make_directories(directory));
  DictionaryLog log;
  log.dir_ = directory;
  const auto base = read_file(directory + "/base", kMostLocal);
  if (!base && base.error().code != Code::kNotFound) return fail(base.error());
  if (!base) {
    const std::string body = fold_body({}, now, encode_lsn({now, 0}));
    (void)::unlink((directory + "/log").c_str());
    SEABED_CHECK(write_file_atomic(directory + "/base", encode_file(FileType::kSchemaMeta, body)));
  }
  SEABED_CHECK(log.load());
  return log;
}

Status DictionaryLog::load() {
  const std::string base_name = dir_ + "/base", log_name = dir_ + "/log";
  SEABED_TRY(const std::string base, read_file(base_name, kMostLocal));
  SEABED_TRY(const std::string body, decode_file(FileType::kSchemaMeta, base, base_name));
  meta::DictionaryFold fold;
  if (!fold.ParseFromString(body)) return fail(Code::kCorruption, base_name, "is no dictionary");
  apply(fold.state(), &state_);
  SEABED_TRY(base_, decode_dictionary_lsn(Lsn{fold.lsn()}));
  end_ = base_;
  last_scn_ = fold.scn();
  log_ = Fd(::open(log_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log_) return fail_errno(log_name, "cannot be opened", errno);
  SEABED_TRY(const std::string bytes, log_bytes());
  size_t used = 0, needed = 0;
  LogGroup group;
  std::string reason;
  while (decode_group(std::string_view(bytes).substr(length_), &group, &used, &needed, &reason) == GroupRead::kGroup) {
    meta::DictionaryRecord record;
    if (!record.ParseFromString(group.payload)) return fail(Code::kCorruption, log_name, "holds an unknown record");
    SEABED_TRY(const auto at, decode_dictionary_lsn(group.end));
    length_ += used;
    if (at <= base_) continue;  // folded already: the crash came before the cut
    apply(record, &state_);
    end_ = at;
    last_scn_ = group.scn_hi;
  }
  if (length_ < bytes.size() && ::ftruncate(log_.get(), static_cast<off_t>(length_)) != 0)
    return fail_errno(log_name, "its torn tail cannot be cut", errno);
  return ok();
}

Result<std::string> DictionaryLog::log_bytes() const { return read_file(dir_ + "/log", kMostLocal); }

Result<LogGroup> DictionaryLog::append(const meta::DictionaryRecord& record, Scn scn_lo, Scn scn_hi,
                                       uint64_t clock_error_ns) {
  LogGroup group;
  group.type = GroupType::kDictionary;
  group.scn_lo = scn_lo;
  group.scn_hi = std::max(scn_hi, last_scn_ + 1);
  group.clock_error_ns = clock_error_ns;
  group.incarnation = end_.incarnation;
  group.begin = encode_lsn(end_);
  group.end = encode_lsn({end_.incarnation, end_.records + 1});
  group.payload = record.SerializeAsString();
  if (group.payload.size() > kMaxGroupPayload)
    return fail(Code::kInvalidArgument, "log stream 1", "an auxiliary file is too large to be kept in the log");
  const std::string bytes = encode_group(group);
  SEABED_CHECK(pwrite_full(log_.get(), bytes, length_, dir_ + "/log"));
  if (::fdatasync(log_.get()) != 0) return fail_errno(dir_ + "/log", "cannot be synced", errno);
  length_ += bytes.size();
  apply(record, &state_);
  ++end_.records;
  last_scn_ = group.scn_hi;
  return group;
}

Result<std::vector<LogGroup>> DictionaryLog::read_from(const DictionaryPosition& position) const {
  SEABED_TRY(const std::string bytes, log_bytes());
  std::vector<LogGroup> out;
  std::string_view rest = std::string_view(bytes).substr(0, length_);
  size_t used = 0, needed = 0;
  std::string reason;
  for (LogGroup group; decode_group(rest, &group, &used, &needed, &reason) == GroupRead::kGroup;) {
    rest.remove_prefix(used);
    SEABED_TRY(const auto begin, decode_dictionary_lsn(group.begin));
    if (begin >= position && begin >= base_) out.push_back(std::move(group));
  }
  return out;
}

// The base first: a crash behind it leaves groups in the log that lie before it, which load() skips.
Status DictionaryLog::begin_again(Scn after, const ClockReading& now, size_t limit) {
  const Scn begin = std::max({now.now, after + 1, end_.incarnation + 1});
  const DictionaryPosition start{begin, 0};
  SEABED_CHECK(write_file_atomic(dir_ + "/base", encode_file(FileType::kSchemaMeta, fold_body({}, begin, encode_lsn(start)))));
  const DictionaryState known = std::exchange(state_, {});
  base_ = end_ = start;
  last_scn_ = begin;
  length_ = 0;
  if (::ftruncate(log_.get(), 0) != 0) return fail_errno(dir_ + "/log", "cannot be cut", errno);
  for (const auto& record : difference({}, known, limit)) SEABED_CHECK(append(record, after, begin, now.error_ns));
  return ok();
}

Status DictionaryLog::compact(const DictionaryPosition& position) {
  if (length_ < kCompactAt || position != end_) return ok();
  const std::string body = fold_body(state_, last_scn_, encode_lsn(end_));
  SEABED_CHECK(write_file_atomic(dir_ + "/base", encode_file(FileType::kSchemaMeta, body)));
  base_ = end_;
  length_ = 0;
  if (::ftruncate(log_.get(), 0) != 0) return fail_errno(dir_ + "/log", "cannot be cut", errno);
  return ok();
}

}  // namespace seabed::archive
