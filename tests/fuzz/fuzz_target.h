#pragma once
// What every *_fuzz.cc defines: libFuzzer's entry and the seeds that the smoke run mutates.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
std::vector<std::string> fuzz_seeds();

inline std::string_view fuzz_view(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
/// For properties that must hold: aborts, which both libFuzzer and gtest report.
inline void fuzz_expect(bool holds) {
  if (!holds) __builtin_trap();
}
