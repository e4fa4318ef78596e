// Bytes of a generated value, and the hash behind every choice of the plan.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace oracle {

struct ValueRef;

uint64_t mix(uint64_t seed, uint64_t a, uint64_t b = 0);

// Half noise, half repetition, so that compression has something to do.
void generate_value(uint64_t seed, std::string_view key, const ValueRef& ref, std::string& out);

}  // namespace oracle
