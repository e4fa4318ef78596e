#pragma once
// A dump as it comes: one JSON object, or lines for people.

#include <memory>
#include <ostream>

#include "core/engine/admin/dump.h"

namespace seabed {

class PrintedDump : public DumpSink {
 public:
  /// Nothing was given out yet: standard output is still empty.
  virtual bool empty() const = 0;
  /// After an error in the middle (network, cancel): leaves whole JSON behind.
  virtual void close() = 0;
};

std::unique_ptr<PrintedDump> json_dump(std::ostream& out);
std::unique_ptr<PrintedDump> text_dump(std::ostream& out);

}  // namespace seabed
