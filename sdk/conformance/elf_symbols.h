#pragma once
// The symbols that a shared object offers to others, from its .dynsym. Source: System V ABI, chapter 4
// (ELF-64).

#include <string>
#include <vector>

namespace seabed::check {

/// Names of defined global and weak symbols; version names are left out. Throws std::runtime_error when the
/// file is no 64-bit ELF of this machine's byte order or is damaged.
std::vector<std::string> exported_symbols(const std::string& path);

}  // namespace seabed::check
