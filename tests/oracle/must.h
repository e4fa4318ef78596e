// For programs that have nothing better to do than to stop.
#pragma once
#include <rocksdb/status.h>

#include <stdexcept>
#include <string>

namespace oracle {

inline void must(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) throw std::runtime_error(std::string(what) + ": " + status.ToString());
}

}  // namespace oracle
