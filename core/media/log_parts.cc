#include "core/media/log_parts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/media/paths.h"

namespace seabed {

namespace {
Error cut(const LogPart& part, uint64_t size) {
  return {Code::kCorruption, part.key,
          fmt::format("is {} bytes long, its name says {}", size, part.end - part.start),
          "restore to a target before it, or from another copy", 0, 0};
}
Error missing(const std::string& file, uint64_t start, uint64_t end) {
  return {Code::kGap, paths::log_part(file, start, end), "is missing",
          "restore to a target before it, or from another copy", 0, 0};
}
}  // namespace

LogParts gather_log_parts(const std::string& file, std::span<const ListEntry> entries) {
  LogParts out;
  std::vector<LogPart> parts;
  std::vector<std::pair<LogPart, uint64_t>> bad;
  for (const ListEntry& entry : entries) {
    if (const auto range = paths::parse_log_part(file, entry.key)) {
      LogPart part{range->first, range->second, entry.key};
      if (entry.size == part.end - part.start) parts.push_back(std::move(part));
      else bad.emplace_back(std::move(part), entry.size);
    } else if (entry.key == paths::log_part_format(file)) {
      out.format = true;
    } else if (entry.key == paths::log_part_seal(file)) {
      out.seal = true;
    }
  }
  std::sort(parts.begin(), parts.end(),
            [](const LogPart& a, const LogPart& b) { return std::pair(a.start, b.end) < std::pair(b.start, a.end); });
  for (LogPart& part : parts) {
    if (part.start > out.size) {
      out.problem = missing(file, out.size, part.start);
      break;
    }
    if (part.start < out.size) out.repeated.push_back(part);
    if (part.end <= out.size) continue;
    out.size = part.end;
    out.chain.push_back(std::move(part));
  }
  // A cut part explains more than the hole that it leaves.
  for (const auto& [part, size] : bad)
    if (part.start <= out.size && part.end > out.size) out.problem = cut(part, size);
  return out;
}

}  // namespace seabed
