// snprintf into a std::string, for short names.
#pragma once
#include <cstdio>
#include <string>

namespace oracle {

template <class... Args>
std::string format_text(const char* pattern, Args... args) {
  char text[96];
  const int length = std::snprintf(text, sizeof text, pattern, args...);
  return std::string(text, static_cast<size_t>(length));
}

}  // namespace oracle
