#pragma once
// Forms of values: paths, sizes, and which keys are never shown.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace seabed {

/// Absolute, without "." and "..".
bool is_clean_path(const std::string& text);
/// "16G", "512MiB", "4096".
bool parse_size(const std::string& text, uint64_t* out);
/// "90s", "30m", "12h", "7d", "0".
bool parse_time_span(const std::string& text, std::chrono::milliseconds* out);
/// Secrets (uri.h), and what is often one.
bool is_hidden_key(std::string_view key);

}  // namespace seabed
