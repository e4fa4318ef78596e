// Log files: the header, then each group's header with what its payload holds, counted
// (docs/format/log-file.md).
#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/admin/dump_messages.h"
#include "core/engine/admin/dump_parts.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"

namespace seabed::dump {
namespace {

constexpr uint64_t kHeaderBytes = 128 << 10, kReadPiece = 4 << 20;

class GroupWalk {
 public:
  GroupWalk(File& file, const DumpOptions& options, DumpSink& sink, LogEnd end, size_t header)
      : file_(file), options_(options), sink_(sink), end_(std::move(end)), at_(header), read_to_(header) {
    stop_ = end_.found ? std::min(end_.length, file_.object.size()) : file_.object.size();
  }

  Status run(std::string_view header_bytes) {
    hash_.update(header_bytes);
    if (end_.found && end_.length > file_.object.size() && file_.object.parts()) {
      give_whole_groups();
      return refused(sink_, "parts of the file", file_.object.short_of(end_.length), counts());
    }
    if (end_.found && end_.length > file_.object.size())
      return bad("length of the file", file_.object.size(), end_.length,
                 fmt::format("the file ends here, {} says {} bytes", end_.says, end_.length), true);
    return walk();
  }

 private:
  Status walk() {
    while (at_ < stop_ && !enough()) {
      LogGroup group;
      size_t used = 0, needed = 0;
      std::string reason;
      const std::string_view rest = std::string_view(buffer_).substr(taken_);
      switch (decode_group(rest, &group, &used, &needed, &reason)) {
        case GroupRead::kBad: return bad("log group", at_, at_ + rest.size(), reason, false);
        case GroupRead::kNeedMore: {
          if (at_ + needed > stop_)
            return bad("length of the last group", at_, stop_,
                       fmt::format("it needs {} bytes, {} are left: cut off, or still being written", needed,
                                   stop_ - at_),
                       false);
          SEABED_CHECK(fill(needed));
          break;
        }
        case GroupRead::kGroup: take(group, used);
      }
    }
    return finish();
  }

  bool enough() const { return options_.limit != 0 && given_ >= options_.limit; }

  void take(const LogGroup& group, size_t used) {
    hash_.update(std::string_view(buffer_).substr(taken_, used));
    if (groups_++ >= options_.offset) {
      sink_.item(group_json(group, groups_, at_, used));
      ++given_;
    }
    at_ += used;
    taken_ += used;
  }

  Status fill(size_t needed) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    const uint64_t wanted = std::min(std::max<uint64_t>(needed, kReadPiece), stop_ - at_) - buffer_.size();
    SEABED_TRY(std::string piece, read_exactly(file_.object, read_to_, wanted));
    if (piece.size() != wanted)
      return bad("length of the file", read_to_ + piece.size(), stop_, "the medium gives no more bytes",
                 false);
    read_to_ += piece.size();
    buffer_ += piece;
    return ok();
  }

  Status finish() {
    Json tail = counts();
    if (at_ < stop_) {
      tail["verdict"] = "sound as far as it was read";
    } else if (end_.found && !end_.hash.empty() && view(hash_.digest()) != end_.hash) {
      return damaged(file_, sink_, "checksum of the file", 0, stop_,
                     "it is not what " + end_.says + " accepted", std::move(tail));
    } else if (stop_ < file_.object.size()) {
      tail["beyond"] = fmt::format("{} bytes behind byte {} are nobody's: {} ends the file there",
                                   file_.object.size() - stop_, stop_, end_.says);
    }
    sound(sink_, std::move(tail));
    return ok();
  }

  Json counts() const { return {{"groups_read", groups_}, {"groups_shown", given_}}; }

  /// `walk_first`: the groups that are there are told before the error.
  Status bad(const std::string& check, uint64_t at, uint64_t end, const std::string& reason,
             bool walk_first) {
    if (walk_first) give_whole_groups();
    return damaged(file_, sink_, check, at, end, reason, counts());
  }

  void give_whole_groups() {
    while (at_ < stop_ && !enough()) {
      LogGroup group;
      size_t used = 0, needed = 0;
      std::string reason;
      const GroupRead read =
          decode_group(std::string_view(buffer_).substr(taken_), &group, &used, &needed, &reason);
      if (read == GroupRead::kGroup)
        take(group, used);
      else if (read == GroupRead::kBad || at_ + needed > stop_ || !fill_quietly(needed))
        return;
    }
  }

  bool fill_quietly(size_t needed) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    auto piece =
        read_exactly(file_.object, read_to_, std::max<uint64_t>(needed, buffer_.size()) - buffer_.size());
    if (!piece || piece->empty()) return false;
    read_to_ += piece->size();
    buffer_ += *piece;
    return true;
  }

  File& file_;
  const DumpOptions& options_;
  DumpSink& sink_;
  const LogEnd end_;
  uint64_t at_, read_to_, stop_ = 0;
  uint64_t groups_ = 0, given_ = 0;
  std::string buffer_;
  size_t taken_ = 0;
  Hasher128 hash_;
};

}  // namespace

Status dump_log(File& file, const DumpOptions& options, DumpSink& sink) {
  file.facts["message_type"] = "seabed.meta.LogFileHeader";
  SEABED_TRY(std::string head, read_exactly(file.object, 0, std::min(kHeaderBytes, file.object.size())));
  size_t used = 0;
  auto header = decode_log_file_header(head, &used, file.name());
  if (!header) {
    file.facts["message"] = nullptr;
    sink.head(file.facts, "groups");
    return damaged(file, sink, "log file header", kFileHeaderSize, head.size(), header.error().reason,
                   Json::object());
  }
  file.facts["message"] =
      message_json("seabed.meta.LogFileHeader", header->SerializeAsString()).value_or(Json(nullptr));
  LogEnd end = log_end(file.medium, file.key);
  file.facts["accepted_length"] = end.found ? Json(end.length) : Json(nullptr);
  file.facts["accepted_by"] = end.found ? Json(end.says) : Json(nullptr);
  sink.head(file.facts, "groups");
  GroupWalk walk(file, options, sink, std::move(end), used);
  return walk.run(std::string_view(head).substr(0, used));
}

Status dump_log_part(File& file, uint64_t start, uint64_t end, const DumpOptions& options, DumpSink& sink) {
  file.facts["part_of_log_file"] = {{"start", start}, {"end", end}};
  sink.head(file.facts, "groups");
  if (file.object.size() != end - start)
    return damaged(file, sink, "length of the part", std::min(file.object.size(), end - start),
                   std::max(file.object.size(), end - start),
                   fmt::format("it has {} bytes, its name says {}", file.object.size(), end - start),
                   Json::object());
  GroupWalk walk(file, options, sink, {}, 0);
  return walk.run({});
}

}  // namespace seabed::dump
