#include "core/media/log_object.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>

#include "core/media/log_form.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

struct Reach {
  std::shared_ptr<ObjectStore> keep;  // may be null
  ObjectStore* store = nullptr;
  std::function<IoContext()> io;
};

Error truncated(std::string object, uint64_t size, uint64_t wanted) {
  return {Code::kCorruption, std::move(object), fmt::format("is truncated: {} bytes of {}", size, wanted),
          "restore to a target before it, or from another copy", 0, 0};
}

class PlainObject final : public LogObject {
 public:
  PlainObject(Reach reach, std::string key, uint64_t size) : at_(std::move(reach)), key_(std::move(key)), size_(size) {}
  uint64_t size() const override { return size_; }
  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    return at_.store->read_at(key_, offset, buffer, at_.io());
  }
  std::string holder_of(uint64_t) const override { return key_; }
  Error short_of(uint64_t wanted) const override { return truncated(key_, size_, wanted); }
  const LogParts* parts() const override { return nullptr; }

 private:
  const Reach at_;
  const std::string key_;
  const uint64_t size_;
};

/// A file whose first part has not been written yet consists of the header in its FORMAT_META.
class PartsObject final : public LogObject {
 public:
  PartsObject(Reach reach, std::string key, LogParts parts, std::string header)
      : at_(std::move(reach)), key_(std::move(key)), parts_(std::move(parts)), header_(std::move(header)) {}

  uint64_t size() const override { return parts_.chain.empty() ? header_.size() : parts_.size; }

  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    if (parts_.chain.empty()) {
      const std::string_view rest = std::string_view(header_).substr(std::min<uint64_t>(offset, header_.size()));
      const size_t n = std::min(rest.size(), buffer.size());
      std::copy_n(rest.data(), n, buffer.data());
      return n;
    }
    std::vector<Piece> pieces;
    size_t done = 0;
    while (done < buffer.size() && offset + done < parts_.size) {
      const LogPart& part = part_at(offset + done);
      const size_t n = std::min<uint64_t>(buffer.size() - done, part.end - offset - done);
      pieces.push_back({&part, offset + done - part.start, buffer.subspan(done, n)});
      done += n;
    }
    SEABED_CHECK(read_all(pieces));
    return done;
  }

  std::string holder_of(uint64_t offset) const override {
    if (parts_.chain.empty()) return paths::log_part_format(key_);
    return offset < parts_.size ? part_at(offset).key : key_;
  }

  Error short_of(uint64_t wanted) const override {
    if (parts_.problem) return *parts_.problem;
    Error error = truncated(key_, size(), wanted);
    error.code = Code::kGap;
    error.reason = fmt::format("has no part behind byte {}, {} are wanted", parts_.size, wanted);
    return error;
  }
  const LogParts* parts() const override { return &parts_; }

 private:
  struct Piece {
    const LogPart* part;
    uint64_t offset;
    std::span<char> into;
  };

  Status read_one(const Piece& piece) const {
    SEABED_TRY(const size_t got, at_.store->read_at(piece.part->key, piece.offset, piece.into, at_.io()));
    if (got == piece.into.size()) return ok();
    return fail(truncated(piece.part->key, piece.offset + got, piece.part->end - piece.part->start));
  }

  /// Small parts cost a round trip each: several at a time.
  Status read_all(const std::vector<Piece>& pieces) const {
    constexpr size_t kAtOnce = 8;
    std::atomic<size_t> next = 0;
    std::vector<Status> status(pieces.size(), ok());
    const auto work = [&] {
      for (size_t i = next++; i < pieces.size(); i = next++)
        if (status[i] = read_one(pieces[i]); !status[i]) next = pieces.size();
    };
    {
      std::vector<std::jthread> helpers;
      try {
        for (size_t i = 1; i < std::min(pieces.size(), kAtOnce); ++i) helpers.emplace_back(work);
      } catch (const std::system_error&) {  // no more threads: with those that there are
      }
      work();
    }
    for (const Status& one : status) SEABED_CHECK(one);
    return ok();
  }

  const LogPart& part_at(uint64_t offset) const {
    return *std::upper_bound(parts_.chain.begin(), parts_.chain.end(), offset,
                             [](uint64_t at, const LogPart& part) { return at < part.end; });
  }

  const Reach at_;
  const std::string key_;
  const LogParts parts_;
  const std::string header_;
};

Result<std::unique_ptr<LogObject>> open_parts(const Reach& at, const std::string& key,
                                              std::span<const ListEntry> entries) {
  LogParts parts = gather_log_parts(key, entries);
  if (!parts.any()) return fail(Code::kNotFound, key, "is missing");
  std::string header;
  if (parts.chain.empty() && !parts.problem && parts.format) {
    SEABED_TRY(header, read_log_format(*at.store, key, at.io()));
  }
  return std::unique_ptr<LogObject>(std::make_unique<PartsObject>(at, key, std::move(parts), std::move(header)));
}

std::unique_ptr<LogObject> plain(const Reach& at, const std::string& key, uint64_t size) {
  return std::make_unique<PlainObject>(at, key, size);
}

/// One request where the form that the medium's own archive has is met.
Result<std::unique_ptr<LogObject>> open(const Reach& at, const std::string& key) {
  if (!at.store->capabilities().append) {
    SEABED_TRY(const auto entries, list_all(*at.store, key, at.io()));  // both forms begin so
    for (const ListEntry& entry : entries)
      if (entry.key == key && entry.size > 0) return plain(at, key, entry.size);
    return open_parts(at, key, entries);
  }
  const auto stat = at.store->stat(key, at.io());
  if (!stat && stat.error().code != Code::kNotFound) return fail(stat.error());
  if (stat && stat->size > 0) return plain(at, key, stat->size);
  SEABED_TRY(const auto entries, list_all(*at.store, key + "/", at.io()));
  auto in_parts = open_parts(at, key, entries);
  if (!in_parts && in_parts.error().code == Code::kNotFound && stat) return plain(at, key, 0);
  return in_parts;
}

}  // namespace

Result<std::unique_ptr<LogObject>> open_log_object(const Medium& medium, const std::string& key) {
  return open({medium.store, medium.store.get(), [medium] { return medium.io(); }}, key);
}

Result<std::unique_ptr<LogObject>> open_log_object(ObjectStore& store, const std::string& key, const IoContext& ctx) {
  return open({nullptr, &store, [&ctx] { return ctx; }}, key);
}

}  // namespace seabed
