// The 24-byte log-data record by which an application tells the exact time of a commit: "SEABEDST",
// u64 LE nanoseconds, u64 LE XXH3-64 of the first 16 bytes. Written here from the specification, not from the
// SDK, so that the two can be compared.
#pragma once
#include <cstdint>
#include <string>

namespace oracle {

std::string encode_stamp(uint64_t scn_ns);

// Time of day, but strictly rising from one call to the next. One per process; not thread safe.
class RisingClock {
 public:
  uint64_t next();

 private:
  uint64_t last_ = 0;
};

}  // namespace oracle
