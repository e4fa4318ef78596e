#pragma once
// Bytes that earlier versions wrote (tests/unit/format/golden/*.hex). They are never regenerated: a format change adds
// a file. SEABED_WRITE_GOLDEN=1 writes only what is missing.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/base/bytes.h"

namespace seabed::testing {

inline std::string golden_path(const std::string& name) {
  return std::string(SEABED_SOURCE_DIR) + "/tests/unit/format/golden/" + name + ".hex";
}

inline std::string from_hex(const std::string& text) {
  std::string out;
  int high = -1;
  for (char c : text) {
    int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (v < 0) continue;
    if (high < 0) high = v;
    else {
      out.push_back(static_cast<char>(high << 4 | v));
      high = -1;
    }
  }
  return out;
}

/// The golden bytes of `name`; `now` is written when there is no file yet and the environment asks for it.
inline std::string golden(const std::string& name, const std::string& now) {
  const std::string path = golden_path(name);
  if (!std::filesystem::exists(path) && std::getenv("SEABED_WRITE_GOLDEN")) {
    std::string hex = to_hex(now);
    std::ofstream file(path);
    for (size_t i = 0; i < hex.size(); i += 64) file << hex.substr(i, 64) << '\n';
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return from_hex(text.str());
}

}  // namespace seabed::testing
