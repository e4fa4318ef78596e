#include "core/media/log_object_check.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/media/log_form.h"
#include "core/media/paths.h"

namespace seabed {

namespace {
class PartsCheck {
 public:
  PartsCheck(const Medium& medium, const std::string& key, const LogParts& parts, const LogObjectDemand& demand)
      : medium_(medium), key_(key), parts_(parts), demand_(demand) {}

  Result<std::vector<LogObjectFinding>> run() {
    SEABED_CHECK(format());
    if (demand_.sealed) SEABED_CHECK(seal());
    else contiguous();
    if (demand_.read)
      for (const LogPart& part : parts_.repeated) SEABED_CHECK(same_bytes(part));
    return std::move(found_);
  }

 private:
  void add(std::string key, std::string reason) {
    const auto known = [&](const auto& f) { return f.key == key; };
    if (std::none_of(found_.begin(), found_.end(), known)) found_.push_back({std::move(key), std::move(reason)});
  }
  /// True when the error is one of the object's content, now noted.
  bool take(const Error& e, const std::string& key) {
    if (e.code == Code::kNotFound) return add(key, "is missing"), true;
    if (e.code != Code::kCorruption && e.code != Code::kUnsupported && e.code != Code::kGap) return false;
    return add(key, e.reason), true;
  }

  Status format() {
    const std::string name = paths::log_part_format(key_);
    if (!parts_.format) return add(name, "is missing"), ok();
    if (!demand_.read) return ok();
    const auto header = read_log_format(*medium_.store, key_, medium_.io());
    if (!header) return take(header.error(), name) ? ok() : Status(fail(header.error()));
    header_ = header->size();
    if (parts_.chain.empty() || parts_.chain.front().end < header_) return ok();
    SEABED_TRY(const std::string there, read_range(*medium_.store, parts_.chain.front().key, 0, header_, medium_.io()));
    if (there != *header) add(parts_.chain.front().key, "does not begin with the header that FORMAT_META keeps");
    return ok();
  }

  void contiguous() {
    const uint64_t size = parts_.chain.empty() ? header_ : parts_.size;
    const bool only_header = parts_.chain.empty() && !parts_.problem && !demand_.read;  // its length is not known
    if (size >= demand_.accepted || only_header) return;
    if (parts_.problem) add(parts_.problem->object, parts_.problem->reason);
    else add(key_, fmt::format("has no part behind byte {}, {} bytes were written", parts_.size, demand_.accepted));
  }

  Status seal() {
    const std::string name = paths::log_part_seal(key_);
    if (!parts_.seal) add(name, "is missing");
    if (!parts_.seal || !demand_.read) return contiguous(), ok();
    const auto seal = read_log_seal(*medium_.store, key_, medium_.io());
    if (!seal) {
      contiguous();
      return take(seal.error(), name) ? ok() : Status(fail(seal.error()));
    }
    if (seal->length < demand_.accepted)
      add(name, fmt::format("seals {} bytes, {} were written", seal->length, demand_.accepted));
    uint64_t start = 0;
    for (const uint64_t end : seal->part_ends) {
      if (!covered(start, end)) {
        const std::string part = paths::log_part(key_, start, end);
        if (parts_.problem && parts_.problem->object == part) add(part, parts_.problem->reason);
        else add(part, "is missing or cut");
      }
      start = end;
    }
    return contiguous(), ok();
  }

  /// One of this very name: what another part holds as well is still not to be taken away unseen.
  bool covered(uint64_t start, uint64_t end) const {
    const auto is = [&](const LogPart& part) { return part.start == start && part.end == end; };
    // Behind a gap the listing is not put in order: only the gap itself is named.
    if (parts_.problem && start > parts_.size) return true;
    return std::any_of(parts_.chain.begin(), parts_.chain.end(), is) ||
           std::any_of(parts_.repeated.begin(), parts_.repeated.end(), is);
  }

  Status same_bytes(const LogPart& part) {
    SEABED_TRY(const auto object, open_log_object(medium_, key_));
    constexpr uint64_t kStep = 4 << 20;
    const uint64_t end = std::min({part.end, demand_.accepted, parts_.size});
    for (uint64_t at = part.start; at < end;) {
      const uint64_t n = std::min(kStep, end - at);
      std::string chosen(n, '\0');
      SEABED_TRY(const std::string here, read_range(*medium_.store, part.key, at - part.start, n, medium_.io()));
      SEABED_TRY(const size_t got, object->read_at(at, chosen));
      if (got != n || chosen != here) return add(part.key, "holds other bytes than the part it overlaps"), ok();
      at += n;
    }
    return ok();
  }

  const Medium& medium_;
  const std::string& key_;
  const LogParts& parts_;
  const LogObjectDemand& demand_;
  uint64_t header_ = 0;
  std::vector<LogObjectFinding> found_;
};
}  // namespace

Result<std::vector<LogObjectFinding>> check_log_parts(const Medium& medium, const std::string& key,
                                                      const LogParts& parts, const LogObjectDemand& demand) {
  return PartsCheck(medium, key, parts, demand).run();
}

Result<std::vector<LogObjectFinding>> check_log_object(const Medium& medium, const std::string& key,
                                                       const LogObjectDemand& demand) {
  using Found = std::vector<LogObjectFinding>;
  const auto object = open_log_object(medium, key);
  if (!object) {
    const Error& e = object.error();
    if (e.code == Code::kNotFound) return Found{{key, "is missing"}};
    if (e.code == Code::kCorruption || e.code == Code::kUnsupported) return Found{{e.object, e.reason}};
    return fail(e);
  }
  if ((*object)->parts()) return check_log_parts(medium, key, *(*object)->parts(), demand);
  if ((*object)->size() >= demand.accepted) return Found{};
  return Found{{key, (*object)->short_of(demand.accepted).reason}};
}

}  // namespace seabed
