#include "tools/cli/progress_line.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tools/cli/text_table.h"

namespace seabed {
namespace {

std::string span(uint64_t seconds) {
  if (seconds < 100) return fmt::format("{} s", seconds);
  return seconds < 6000 ? fmt::format("{} min", seconds / 60 + 1) : fmt::format("{:.1f} h", seconds / 3600.0);
}

double percent(uint64_t done, uint64_t total) { return total ? 100.0 * std::min(done, total) / total : 100; }

std::string log_text(const ProgressView& view) {
  const Progress& p = view.progress;
  const uint64_t all = p.log_until - std::min(p.log_from, p.log_until);
  const uint64_t left = p.log_until - std::min(p.log_at, p.log_until);
  std::string out = fmt::format(", log {:.1f} %, {} of it to go", percent(all - std::min(all, left), all),
                                span(left / 1'000'000'000));
  if (view.log_per_second > 0) out += fmt::format(" at {:.1f} s/s", view.log_per_second);
  return out;
}

}  // namespace

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

std::string ProgressLine::text(const std::string& what, const ProgressView& view) {
  const Progress& p = view.progress;
  std::string out = what + (p.phase.empty() ? "" : " " + p.phase);
  if (p.total_bytes) out += fmt::format(" {:.1f} %", percent(p.done_bytes, p.total_bytes));
  if (p.done_bytes)
    out += ", " + bytes_text(p.done_bytes) + (p.total_bytes ? " of " + bytes_text(p.total_bytes) : "");
  else if (p.total_items)
    out += fmt::format(", {} of {}", p.done_items, p.total_items);
  if (view.bytes_per_second >= 1) out += ", " + bytes_text(static_cast<uint64_t>(view.bytes_per_second)) + "/s";
  if (p.log_until) out += log_text(view);
  if (view.left_known && view.left.count() > 0) out += ", " + span(view.left.count()) + " left";
  return out;
}

void ProgressLine::show(const Progress& progress) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  const ProgressView view = meter_.update(progress, now);
  if (meter_.due(now)) std::cerr << "\r\033[K" << text(what_, view) << std::flush;
}

}  // namespace seabed
