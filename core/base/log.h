#pragma once
// Structured logging: one line, key=value, to standard error or a file. spdlog behind it; keep secrets out.

#include <spdlog/spdlog.h>

namespace seabed::log {
using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;
}  // namespace seabed::log
