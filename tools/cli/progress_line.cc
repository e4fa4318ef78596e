#include "tools/cli/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "tools/cli/text_table.h"

namespace seabed {
namespace {

std::string time_left(double seconds) {
  char text[32];
  if (seconds < 100)
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  else
    std::snprintf(text, sizeof text, "%d min", static_cast<int>(seconds / 60 + 1));
  return text;
}

}  // namespace

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

std::string ProgressLine::text(const std::string& what, const Progress& p, double seconds) {
  std::string out = what + (p.phase.empty() ? "" : " " + p.phase);
  if (p.total_bytes) {
    char percent[16];
    std::snprintf(percent, sizeof percent, " %.1f %%", 100.0 * p.done_bytes / p.total_bytes);
    out += percent;
  }
  if (p.done_bytes)
    out += ", " + bytes_text(p.done_bytes) + (p.total_bytes ? " of " + bytes_text(p.total_bytes) : "");
  else if (p.total_items)
    out += ", " + std::to_string(p.done_items) + " of " + std::to_string(p.total_items);
  if (seconds < 0.5 || !p.done_bytes) return out;
  double rate = p.done_bytes / seconds;
  out += ", " + bytes_text(static_cast<uint64_t>(rate)) + "/s";
  if (p.total_bytes > p.done_bytes) out += ", " + time_left((p.total_bytes - p.done_bytes) / rate) + " left";
  return out;
}

void ProgressLine::show(const Progress& progress) {
  if (!terminal_) return;
  std::lock_guard lock(mutex_);
  auto now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  std::cerr << "\r\033[K" << text(what_, progress, std::chrono::duration<double>(now - start_).count())
            << std::flush;
}

}  // namespace seabed
