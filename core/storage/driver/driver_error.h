#pragma once
// From the ABI's error to ours.

#include <string>

#include "core/base/status.h"
#include "seabed/error.h"

namespace seabed {

/// Owns the seabed_error of one call.
class DriverError {
 public:
  DriverError() { raw_.struct_size = sizeof raw_; }
  seabed_error* raw() { return &raw_; }
  /// The driver's message, cut to what it may be, with vendor code and request id.
  std::string text() const;

 private:
  seabed_error raw_{};
};

/// `code` is what the operation returned; `error` what it filled, of any size. Never returns success.
Error to_error(int32_t code, const seabed_error* error, std::string object);

}  // namespace seabed
