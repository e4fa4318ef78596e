#include "core/media/log_form.h"

#include <spdlog/fmt/fmt.h>

#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/log_object.h"
#include "core/media/paths.h"
#include "core/media/read_back.h"

namespace seabed {

namespace {
/// Objects made by put can not be appended to on every medium, so the file is made by an append at 0: where the object
/// has bytes already that is a conflict.
class AppendedLog final : public LogForm {
 public:
  explicit AppendedLog(ObjectStore& store) : store_(store) {}

  Status create(const std::string& key, const std::string& header, const IoContext& ctx) override {
    const auto made = append(key, 0, std::vector<std::string_view>{header}, ctx);
    if (made || made.error().code != Code::kConflict) return made;
    return fail(Code::kAlreadyExists, key, made.error().reason);
  }

  Status append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) override {
    uint64_t wanted = position;
    for (const auto piece : bytes) wanted += piece.size();
    SEABED_TRY(const uint64_t length, store_.append(key, position, bytes, ctx));
    if (length == wanted) return read_back(store_, key, wanted, ctx);
    return fail(Code::kOutcomeUnknown, key,
                fmt::format("is {} bytes long after an append that should end at {}", length, wanted));
  }

  Status seal(const std::string&, uint64_t, const Hash128&, uint64_t, const IoContext&) override { return ok(); }

 private:
  ObjectStore& store_;
};

/// FORMAT_META decides whose file it is and keeps the header, so that one put makes the file; the first part begins with
/// the header again.
class LogInParts final : public LogForm {
 public:
  explicit LogInParts(ObjectStore& store) : store_(store) {}

  Status create(const std::string& key, const std::string& header, const IoContext& ctx) override {
    header_ = header;
    meta::LogFormatMeta format;
    format.set_version(1);
    format.set_header(header);
    const std::string name = paths::log_part_format(key), bytes = encode_file(FileType::kLogFormatMeta, stable_bytes(format));
    SEABED_CHECK(put_object(store_, name, bytes, PutMode::kIfAbsent, ctx));
    return read_back(store_, name, bytes.size(), ctx);
  }

  Status append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) override {
    std::vector<std::string_view> views(bytes.begin(), bytes.end());
    uint64_t end = position, start = position;
    for (const auto piece : bytes) end += piece.size();
    if (position == header_.size()) {
      views.insert(views.begin(), header_);
      start = 0;
    }
    const std::string name = paths::log_part(key, start, end);
    const auto put = store_.put(name, views, PutMode::kIfAbsent, ctx);
    if (put) return read_back(store_, name, end - start, ctx);
    if (put.error().code != Code::kAlreadyExists) return put;
    return fail(Code::kConflict, name, "is on the medium already");
  }

  Status seal(const std::string& key, uint64_t length, const Hash128& hash, uint64_t epoch,
              const IoContext& ctx) override {
    return seal_log_object(store_, key, length, hash, epoch, ctx);
  }

 private:
  ObjectStore& store_;
  std::string header_;  // of the file made last
};
}  // namespace

std::unique_ptr<LogForm> make_log_form(ObjectStore& store) {
  if (store.capabilities().append) return std::make_unique<AppendedLog>(store);
  return std::make_unique<LogInParts>(store);
}

Result<std::string> read_log_format(ObjectStore& store, const std::string& key, const IoContext& ctx) {
  meta::LogFormatMeta format;
  const std::string name = paths::log_part_format(key);
  SEABED_CHECK(read_message(store, name, FileType::kLogFormatMeta, &format, ctx));
  if (format.version() != 1)
    return fail(Code::kUnsupported, name, fmt::format("is of version {}", format.version()), "use a newer Seabed");
  size_t used = 0;
  SEABED_CHECK(decode_log_file_header(format.header(), &used, name));
  if (used != format.header().size()) return fail(Code::kCorruption, name, "has bytes behind the header it keeps");
  return std::move(*format.mutable_header());
}

Result<LogSeal> read_log_seal(ObjectStore& store, const std::string& key, const IoContext& ctx) {
  meta::LogSealMeta seal;
  const std::string name = paths::log_part_seal(key);
  SEABED_CHECK(read_message(store, name, FileType::kLogSealMeta, &seal, ctx));
  LogSeal out{seal.length(), seal.epoch(), seal.hash128(), {seal.part_end().begin(), seal.part_end().end()}};
  bool rising = out.hash.size() == sizeof(Hash128);
  uint64_t before = 0;
  for (const uint64_t end : out.part_ends) {
    rising = rising && end > before;
    before = end;
  }
  if (!rising || (before != 0 && before < out.length)) return fail(Code::kCorruption, name, "names parts that make no sense");
  return out;
}

Status seal_log_object(ObjectStore& store, const std::string& key, uint64_t length, const Hash128& hash, uint64_t epoch,
                       const IoContext& ctx) {
  SEABED_TRY(const auto object, open_log_object(store, key, ctx));
  const LogParts* parts = object->parts();
  if (parts == nullptr || parts->seal) return ok();
  if (object->size() < length) return fail(object->short_of(length));
  meta::LogSealMeta seal;
  seal.set_length(length);
  seal.set_hash128(std::string(view(hash)));
  seal.set_epoch(epoch);
  for (const LogPart& part : parts->chain) {
    seal.add_part_end(part.end);
    if (part.end >= length) break;
  }
  const auto put = put_object(store, paths::log_part_seal(key), encode_file(FileType::kLogSealMeta, stable_bytes(seal)),
                              PutMode::kIfAbsent, ctx);
  // Another seal is no harm: what counts of a file is told by its successor and by the piece's list.
  return put || put.error().code == Code::kAlreadyExists ? ok() : put;
}

}  // namespace seabed
